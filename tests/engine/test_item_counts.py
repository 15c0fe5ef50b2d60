"""Counting rows of lists for everybody at once says what the evaluator says of each, unknown fields and lists too."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine import Catalogue, Population, free
from policies.rules import Context, FactType, compile_amount, compile_rule
from tests.engine.tables import table_of

FIELDS = {
    "identity": FactType("text"),
    "months": FactType("integer"),
    "paid": FactType("money"),
    "insured": FactType("boolean"),
    "group": FactType("tags", codes=("graduate", "veteran")),
    "level": FactType("code", codes=("none", "one", "two")),
    "start": FactType("date"),
}
VOCABULARY = {"hires": FactType("items", fields=FIELDS), "staff": FactType("integer")}
WHERES = (
    "months >= 3",
    "months >= 3 and insured",
    '("graduate" in group or "veteran" in group) and not(insured)',
    'level in ["one", "two"] or paid > 100',
    "start >= date(2023, 1, 1) and months < 12",
    "months < 3 or months >= 3",
    "insured and staff > 5",  # reads more than the row: left to the evaluator
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "months": st.integers(0, 13).map(Decimal),
    "paid": st.sampled_from([Decimal("99.99"), Decimal("100.01")]),
    "insured": st.booleans(),
    "group": st.lists(st.sampled_from(["graduate", "veteran"]), unique=True),
    "level": st.sampled_from(["none", "one", "two"]),
    "start": st.sampled_from([date(2022, 12, 31), date(2023, 1, 1)]),
}
hires = st.lists(st.fixed_dictionaries({name: st.none() | value for name, value in VALUES.items()}), max_size=4).map(
    lambda rows: [{"identity": str(number), **row} for number, row in enumerate(rows)]
)
people = st.lists(
    st.fixed_dictionaries({"hires": st.none() | hires, "staff": st.none() | st.integers(0, 9).map(Decimal)}),
    min_size=1,
    max_size=12,
)


@settings(max_examples=120, deadline=None)
@given(
    people,
    st.sampled_from(WHERES),
    st.sampled_from([">=", ">", "<", "<=", "="]),
    st.integers(0, 3),
    st.sampled_from(["1000 * count(items)", "min(count(items) * 0.5, 1)", "staff * count(items)"]),
)
def test_counts_are_those_of_the_evaluator(
    people: list[dict[str, Any]], where: str, operator: str, number: int, amount: str
) -> None:
    items = {"from": "hires", "key": "identity", "where": where}
    rule_text = f"count(items) {operator} {number}"
    definition = {"code": "x", "eligibility": rule_text, "amount": amount, "items": items}
    matches = Catalogue([definition], VOCABULARY).match(Population(table_of(people, VOCABULARY), VOCABULARY))
    verdicts = [compile_rule(rule_text, VOCABULARY, items=items).evaluate(facts).truth for facts in people]
    assert matches.eligible("x").tolist() == [verdict is True for verdict in verdicts]
    assert matches.unknown("x").tolist() == [verdict is None for verdict in verdicts]
    compiled = compile_amount(amount, VOCABULARY, items=items)
    sums = [compiled.evaluate(facts, Context()).fen for facts, verdict in zip(people, verdicts, strict=True) if verdict]
    assert matches.amounts("x").tolist() == [fen or 0 for fen in sums]
    assert matches.amount_unknown("x").tolist() == [fen is None for fen in sums]


def test_the_evaluator_is_not_asked_for_a_count(monkeypatch: Any) -> None:
    monkeypatch.delattr(free, "Assessment")
    items = {"from": "hires", "key": "identity", "where": "months >= 3 and insured"}
    definition = {"code": "x", "eligibility": "count(items) >= 1", "items": items}
    firms = [{"hires": [{"identity": "a", "months": Decimal(months), "insured": True}]} for months in (2, 3)]
    matches = Catalogue([definition], VOCABULARY).match(Population(table_of(firms, VOCABULARY), VOCABULARY))
    assert matches.eligible("x").tolist() == [False, True]
