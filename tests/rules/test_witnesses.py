"""The values that stand for all others: no combination of answers that some value gives is left out."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.rules import Context, FactType, compile_rule
from policies.rules.decision import Assessment
from policies.rules.evaluator import Frame
from policies.rules.nodes import Node

VOCABULARY = {
    "n": FactType("integer"),
    "m": FactType("money"),
    "day": FactType("date"),
    "rate": FactType("ratio", parameter=True),
}
TABLES = {
    "t": [{"when": "[-5..3)", "give": 2}, {"when": "[3..9]", "give": 5}, {"when": "> 12", "give": 1}],
    "computed": [{"when": "< 4", "give": "2 * n"}, {"when": "-", "give": "n - 20"}],
    "slices": [{"up_to": 5, "rate": 0.5}, {"up_to": 12, "rate": 0.25}, {"up_to": None, "rate": 2}],
    "marks": [{"at": 4, "give": 1}, {"at": 10, "give": 3}, {"every": 7, "give": 6}],
}
CONTEXT = Context(as_of=date(2023, 3, 31), parameters={"rate": Decimal("0.3")})

SMALL = st.integers(-12, 25)
STEP = st.sampled_from(["0.5", "1", "1.5", "2", "-1", "3", "0.1"])


def _numbers(fact: str) -> st.SearchStrategy[str]:
    """Expressions of one number."""

    def more(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(inner, STEP, SMALL).map(lambda p: f"({p[0]} * {p[1]} + {p[2]})"),
            st.tuples(SMALL, inner).map(lambda p: f"({p[0]} - {p[1]})"),
            st.tuples(inner, STEP).map(lambda p: f"({p[0]} / {p[1]})"),
            inner.map(lambda text: f"abs({text})"),
            inner.map(lambda text: f"-{text}"),
            inner.map(lambda text: f"{text} ** 2"),
            inner.map(lambda text: f'({text} * parameter("rate"))'),
            st.tuples(st.sampled_from(["floor", "ceiling"]), inner).map(lambda p: f"{p[0]}({p[1]} / 3)"),
            st.tuples(st.sampled_from(["decimal", "round up", "round half down"]), inner).map(
                lambda p: f"{p[0]}({p[1]} / 4, 1)"
            ),
            st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda p: f"{p[0]}({p[1]}, {p[2]})"),
            st.tuples(inner, SMALL, inner, inner).map(lambda p: f"(if {p[0]} > {p[1]} then {p[2]} else {p[3]})"),
            inner.map(lambda text: f"steps({text}, 4, 3)"),
            inner.map(lambda text: f"tiers({text}, t)"),
            inner.map(lambda text: f"marginal tiers({text}, slices)"),
            inner.map(lambda text: f"milestones({text}, 2, marks)"),
        )

    return st.recursive(st.just(fact), more, max_leaves=3)


def _conditions(fact: str) -> st.SearchStrategy[str]:
    expression = _numbers(fact)
    comparison = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    return st.one_of(
        st.tuples(expression, comparison, SMALL).map(lambda p: f"{p[0]} {p[1]} {p[2]}"),
        st.tuples(SMALL, comparison, expression).map(lambda p: f"{p[0]} {p[1]} {p[2]}"),
        st.tuples(expression, SMALL, SMALL).map(lambda p: f"{p[0]} between {p[1]} and {p[2]}"),
        st.tuples(expression, SMALL, SMALL).map(lambda p: f"{p[0]} in [{p[1]}, ({p[2]}..20)]"),
    )


DURATIONS = st.sampled_from(["P1M", "P1Y", "-P2M", "P13M", "P30D", "P0D", "-P1D", "PT36H"]).map(
    lambda text: f'duration("{text}")'
)
DAYS = st.dates(date(2021, 11, 1), date(2024, 5, 1)).map(lambda day: f'date("{day}")')
ORDER = st.sampled_from(["<", "<=", ">", ">=", "=", "!="])
DAY_CONDITIONS = st.one_of(
    st.tuples(ORDER, DAYS).map(lambda p: f"day {p[0]} {p[1]}"),
    st.tuples(DURATIONS, ORDER, DAYS).map(lambda p: f"day + {p[0]} {p[1]} {p[2]}"),
    st.tuples(DURATIONS, ORDER).map(lambda p: f"day - {p[0]} {p[1]} as_of"),
    st.tuples(ORDER, st.integers(2021, 2025)).map(lambda p: f"day.year {p[0]} {p[1]}"),
    st.tuples(ORDER, st.integers(-3, 20)).map(
        lambda p: f'years and months duration(day, as_of) {p[0]} duration("P{p[1]}M")'.replace("P-", "-P")
    ),
    st.tuples(ORDER, st.integers(-2, 2)).map(lambda p: f"years and months duration(as_of, day).years {p[0]} {p[1]}"),
    st.tuples(ORDER, st.integers(-40, 400)).map(lambda p: f"(as_of - day).days {p[0]} {p[1]}"),
    st.tuples(ORDER, st.integers(0, 400)).map(lambda p: f'day - date("2022-06-30") {p[0]} duration("P{p[1]}D")'),
)


def _no_combination_is_left_out(fact: str, texts: Sequence[str], values: Sequence[object]) -> None:
    conditions: list[Node] = []
    for text in texts:
        tree = compile_rule(text, VOCABULARY, tables=TABLES).tree
        conditions.extend(part for part in getattr(tree, "operands", (tree,)))
    frame = Frame(VOCABULARY, {}, CONTEXT, assume_applicable=True)
    assessment = Assessment(frame)
    unique = tuple(dict.fromkeys(conditions))
    known = {tuple(answers.values()) for _, answers in assessment.witness_answers(fact, unique)}
    assert known, "these forms are understood"
    for value in values:
        answers = assessment.answers_at(fact, value, unique)
        assert tuple(answers.values()) in known, value


@settings(max_examples=50, deadline=None)
@given(st.lists(_conditions("n"), min_size=1, max_size=3))
def test_whole_numbers(texts: list[str]) -> None:
    _no_combination_is_left_out("n", texts, [Decimal(number) for number in range(-80, 81)])


@settings(max_examples=12, deadline=None)
@given(st.lists(_conditions("m"), min_size=1, max_size=2))
def test_money(texts: list[str]) -> None:
    _no_combination_is_left_out("m", texts, [Decimal(fen) / 100 for fen in range(-400, 1300, 3)])


@settings(max_examples=30, deadline=None)
@given(st.lists(DAY_CONDITIONS, min_size=1, max_size=3))
def test_days(texts: list[str]) -> None:
    days = [date(2021, 1, 1) + timedelta(days=number) for number in range(1500)]
    _no_combination_is_left_out("day", texts, days[::2])


def test_tables_that_compute() -> None:
    _no_combination_is_left_out(
        "n", ["tiers(n, computed) > -10", "tiers(n, computed) = 6"], [Decimal(number) for number in range(-60, 60)]
    )
