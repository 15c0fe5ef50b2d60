"""Verdict and missing facts against brute force: every completion of the unknown facts is tried."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.rules import FactType, Verdict, compile_rule, nearest_way

VOCABULARY = {
    "a": FactType("boolean"),
    "b": FactType("boolean"),
    "c": FactType("boolean"),
    "size": FactType("code", codes=("large", "small", "micro")),
    "n": FactType("integer"),
    "m": FactType("money"),
    "day": FactType("date"),
    "open_code": FactType("code"),
    "tags": FactType("tags", codes=("x", "y", "z")),
    "exports": FactType("boolean"),
    "export_value": FactType("integer", applies_if="exports"),
}
# Every value that the conditions below can tell apart.
DOMAINS: dict[str, list[object]] = {
    "a": [True, False],
    "b": [True, False],
    "c": [True, False],
    "size": ["large", "small", "micro"],
    "n": [*range(-3, 9)],
    "m": [Decimal(fen) / 100 for fen in (0, 99, 100, 101, 150, 199, 200, 201)],
    "day": [date(2022, 12, 31), date(2023, 1, 1), date(2023, 12, 31), date(2024, 1, 1)],
    "open_code": ["p", "q", "anything else"],
    "tags": [frozenset(tags) for tags in ("", "x", "y", "z", "xy", "xz", "yz", "xyz")],
    "exports": [True, False],
    "export_value": [0, 1],
}
TABLES = {
    "sizes": [{"when": "large", "give": 3}, {"when": ["small"], "give": 2}],
    "steps": [{"below": 0, "give": 0}, {"from": 0, "below": 4, "give": 10}, {"from": 4, "give": 20}],
    "clash": {"hit": "UNIQUE", "rows": [{"when": "<= 3", "give": 1}, {"when": ">= 3", "give": 1}]},
    "summed": {"hit": "COLLECT sum", "rows": [{"when": ">= 1", "give": 1}, {"when": ">= 3", "give": 10}]},
    "slices": [{"up_to": 1, "rate": 1}, {"over": 1, "rate": 0.5}],
}
CONDITIONS = [
    "a",
    "b",
    "a = false",
    "c",
    'size = "large"',
    'size in ["small", "micro"]',
    'size in ["large", "small", "micro"]',
    'size != "micro"',
    "n > 2",
    "n <= 2",
    "n between 1 and 4",
    "n in [3..5)",
    "n * 2 - 1 >= 6",
    "floor(n / 3) = 1",
    "abs(n) <= 1",
    "min(n, 3) >= 3",
    "n > 3 and n < 4",
    "if n > 1 then n > 5 else n < 0",
    "m > 1 and m < 1.005",
    "m >= 1.5",
    "m < 2",
    'day >= date("2023-01-01")',
    "day.year = 2023",
    'day > date("2024-01-01") - duration("P1D")',
    'open_code = "p"',
    'open_code in ["p", "q"]',
    '"x" in tags',
    'list contains(tags, "y")',
    "count(tags) >= 2",
    'some t in tags satisfies t in ["x", "z"]',
    "lookup(size, sizes) >= 2",
    "tiers(n, steps) > 10",
    "lookup(n, clash) = 1",
    "lookup(n, summed) between 1 and 11",
    "marginal tiers(m, slices) > 1.25",
    "export_value > 0",
    "not(export_value > 0)",
    "exports",
]


TWO_FACTS = ["n > export_value", "n + export_value = 2", "m > n", "m * 2 <= n + 1", "min(n, export_value) < 1"]


def _formulas(conditions: list[str] = CONDITIONS) -> st.SearchStrategy[str]:
    return st.recursive(
        st.sampled_from(conditions).map(lambda text: f"({text})"),
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' and '.join(parts)})"),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' or '.join(parts)})"),
            inner.map(lambda part: f"not({part})"),
        ),
        max_leaves=5,
    )


def _brute_force(text: str, known: frozenset[str]) -> tuple[Verdict, list[str], dict[tuple[object, ...], bool | None]]:
    """The verdict on some facts, the unknown ones, and the answer of every completion of them."""
    rule = compile_rule(text, VOCABULARY, tables=TABLES)
    words = set(re.findall(r"\w+", text)) | ({"exports"} if "export_value" in text else set())
    used = [code for code in DOMAINS if code in words]
    facts = {code: DOMAINS[code][len(text) % len(DOMAINS[code])] for code in used if code in known}
    unknown = [code for code in used if code not in known]
    answers = {
        values: rule.evaluate({**facts, **dict(zip(unknown, values, strict=True))}).truth
        for values in product(*(DOMAINS[code] for code in unknown))
    }
    assert None not in answers.values()
    return rule.evaluate(facts), unknown, answers


@settings(max_examples=200, deadline=None)
@example("(n > 2) or (n <= 2)", frozenset())
@example("((a) and (b = false)) or ((b) and (a = false))", frozenset())
@example("((n > 2) and (a)) or ((n <= 2) and (a))", frozenset())
@example('(count(tags) >= 2) and not(("x" in tags) or (list contains(tags, "y")))', frozenset())
@given(_formulas(), st.sets(st.sampled_from(sorted(DOMAINS))).map(frozenset))
def test_verdict_and_missing_are_what_brute_force_finds(text: str, known: frozenset[str]) -> None:
    verdict, unknown, answers = _brute_force(text, known)
    if len(set(answers.values())) == 1:
        assert (verdict.truth, verdict.missing) == (next(iter(answers.values())), frozenset())
        return
    assert verdict.truth is None
    assert verdict.missing == {code for place, code in enumerate(unknown) if _matters(place, answers)}


@settings(max_examples=60, deadline=None)
@given(
    _formulas([*TWO_FACTS, *TWO_FACTS, "n > 2", "a", "m >= 1.5", "exports"]), st.sets(st.sampled_from(["n", "a", "m"]))
)
def test_conditions_over_two_facts_are_never_decided_wrongly(text: str, known: set[str]) -> None:
    verdict, unknown, answers = _brute_force(text, frozenset(known))
    if verdict.truth is not None:
        assert set(answers.values()) == {verdict.truth}
    else:
        assert verdict.missing >= {code for place, code in enumerate(unknown) if _matters(place, answers)}


@settings(max_examples=60, deadline=None)
@given(_formulas(["a", "b", "c", "a = false", "not(b)"]), st.sets(st.sampled_from(["a", "b", "c"])).map(frozenset))
def test_shares_are_the_part_of_the_answers_that_settle_the_verdict(text: str, known: frozenset[str]) -> None:
    verdict, unknown, answers = _brute_force(text, known)
    assert verdict.shares == {
        code: Fraction(
            sum(
                len({answer for values, answer in answers.items() if values[place] is value}) == 1
                for value in (True, False)
            ),
            2,
        )
        for place, code in enumerate(unknown)
        if _matters(place, answers)
    }


@settings(max_examples=40, deadline=None)
@given(_formulas(), st.integers(0, 11))
def test_the_nearest_way_changes_the_fewest_facts_and_leads_in(text: str, turn: int) -> None:
    rule = compile_rule(text, VOCABULARY, tables=TABLES)
    words = set(re.findall(r"\w+", text)) | ({"exports"} if "export_value" in text else set())
    facts = {code: values[turn % len(values)] for code, values in DOMAINS.items() if code in words}
    verdict = rule.evaluate(facts)
    if verdict.truth is not False:
        return

    def leads_in(codes: tuple[str, ...]) -> bool:
        choices = (dict(zip(codes, values, strict=True)) for values in product(*(DOMAINS[code] for code in codes)))
        return any(rule.evaluate({**facts, **changed}).truth for changed in choices)

    sizes = (size for size in (1, 2, 3) if any(map(leads_in, combinations(facts, size))))
    fewest, way = next(sizes, None), nearest_way(verdict)
    if fewest is None:
        assert way is None or len(way.changes) > 3
        return
    assert way is not None and len(way.changes) == fewest
    changed = {change.fact: change.needed for change in way.changes if change.needed is not None}
    assert len(changed) < fewest or rule.evaluate({**facts, **changed}).truth is True


def _matters(place: int, answers: dict[tuple[object, ...], bool | None]) -> bool:
    """Whether two completions that differ in this fact alone have different answers."""
    seen: dict[tuple[object, ...], bool | None] = {}
    for values, answer in answers.items():
        others = values[:place] + values[place + 1 :]
        if seen.setdefault(others, answer) is not answer:
            return True
    return False
