"""Kleene's logic, values with no truth, and lists with unknown members."""

from decimal import Decimal

import pytest

from policies.rules import FactType, compile_rule
from tests.rules.vocabulary import VOCABULARY

TRUTHS = {"t": True, "f": False, "u": None}
LETTERS = {"p": FactType("boolean"), "q": FactType("boolean")}


def truth(text: str, facts: dict[str, object]) -> bool | None:
    return compile_rule(text, VOCABULARY).evaluate(facts).truth


@pytest.mark.parametrize(
    ("row", "conjunction", "disjunction", "negation"),
    [
        ("tt", "t", "t", "f"),
        ("tf", "f", "t", "f"),
        ("tu", "u", "t", "f"),
        ("ft", "f", "t", "t"),
        ("ff", "f", "f", "t"),
        ("fu", "f", "u", "t"),
        ("ut", "u", "t", "u"),
        ("uf", "f", "u", "u"),
        ("uu", "u", "u", "u"),
    ],
)
def test_truth_tables(row: str, conjunction: str, disjunction: str, negation: str) -> None:
    facts = {"p": TRUTHS[row[0]], "q": TRUTHS[row[1]]}
    assert compile_rule("p and q", LETTERS).evaluate(facts).truth is TRUTHS[conjunction]
    assert compile_rule("p or q", LETTERS).evaluate(facts).truth is TRUTHS[disjunction]
    assert compile_rule("not(p)", LETTERS).evaluate(facts).truth is TRUTHS[negation]


ROW_TABLE = [{"group": "graduate", "months": 7, "cost": 10}, {"group": "veteran", "months": None, "cost": -5}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("count(hires) = 2", True),
        ("count(hires[months >= 6]) >= 1", True),
        ("count(hires[months >= 6]) >= 2", None),
        ("count(hires[months >= 6]) >= 3", False),
        ("count(hires[months >= 6]) = 1", None),
        ("count(hires[months >= 6]) between 1 and 2", True),
        ("count(hires[months >= 6]) in [0, 3]", False),
        ("sum(hires.months) > 1000000", None),
        ("sum(hires[months >= 6].cost) <= 10", True),
        ("sum(hires[months >= 6].cost) > 7", None),
        ("sum(hires[months >= 6].cost) >= 5", True),
        ("min(hires.months) <= 7", True),
        ("min(hires.months) <= 6", None),
        ("max(hires.months) >= 7", True),
        ("max(hires[months >= 6].cost) = 10", True),
        ("mean(hires[months >= 6].cost) >= 2", True),
        ("mean(hires[months >= 6].cost) >= 5", None),
        ("0.1 * sum(hires[months >= 6].cost) >= 0.5", True),
        ("floor(sum(hires[months >= 6].cost) / 4) >= 1", True),
        ('some h in hires satisfies h.group = "veteran" and h.months > 3', None),
        ('some h in hires satisfies h.group = "graduate" and h.months > 3', True),
        ('every h in hires satisfies h.group = "graduate" or h.cost < 0', True),
        ("every h in hires satisfies h.months >= 6", None),
        ("every h in hires satisfies h.months >= 8", False),
        ("every h in hires[months >= 6] satisfies h.cost > 0", None),
        ("min(hires[cost > 100].cost) > 5", False),
        ("not(min(hires[cost > 100].cost) > 5)", False),
        ("sum(hires[cost > 100].cost) = 0", True),
        ("list contains(hires.months, 7)", True),
        ("list contains(hires.months, 8)", None),
        ("any(for h in hires return h.months > 8)", None),
    ],
)
def test_lists_with_unknown_members(text: str, expected: bool | None) -> None:
    assert truth(text, {"hires": ROW_TABLE}) is expected


def test_an_unknown_list_leaves_everything_open() -> None:
    for text in ("count(hires) > 0", "some h in hires satisfies h.cost > 0", 'list contains(rosters, "x")'):
        assert truth(text, {}) is None


def test_what_is_missing_in_a_list_is_the_list() -> None:
    rule = compile_rule("count(hires[months >= 6]) >= 2", VOCABULARY)
    assert rule.evaluate({"hires": ROW_TABLE}).missing == {"hires"}


def test_tags() -> None:
    facts = {"rosters": ["srdi-2025", "green"]}
    assert truth('"srdi-2025" in rosters', facts) is True
    assert truth('"other" in rosters', facts) is False
    assert truth('some r in rosters satisfies r in ["green", "x"]', facts) is True
    assert truth('some r in rosters satisfies starts with(r, "srdi-")', facts) is True


def test_is_known_asks_without_making_the_fact_missing() -> None:
    assert truth("is known(dishonest)", {}) is False
    assert truth("is known(dishonest)", {"dishonest": False}) is True
    verdict = compile_rule("is known(dishonest) or is_above_scale", VOCABULARY).evaluate({})
    assert (verdict.truth, verdict.missing) == (None, {"is_above_scale"})


def test_is_known_of_a_fact_that_may_not_apply_depends_on_whether_it_applies() -> None:
    for text, answers in (
        ("is known(export_value)", (True, False, False, None, False)),
        ("not(is known(export_value))", (False, True, False, False, None)),
    ):
        facts: tuple[dict[str, object], ...] = (
            {"exports": True, "export_value": 1},
            {"exports": True},
            {"exports": False, "export_value": 1},
            {"export_value": 1},
            {},
        )
        assert tuple(truth(text, each) for each in facts) == answers


def test_precedence_of_not_and_unary_minus() -> None:
    facts = {"dishonest": False, "insured_headcount": 3}
    assert truth("not dishonest and insured_headcount = 3", facts) is True
    assert truth("not insured_headcount = 4", facts) is True
    assert truth("not(dishonest) = true", facts) is True
    assert truth("-insured_headcount ** 2 = 9", facts) is True
    assert truth("2 ** 3 ** 2 = 64", facts) is True


def test_numbers_are_exact() -> None:
    facts = {"layoff_rate": Decimal("0.3")}
    assert truth("0.1 + 0.2 = layoff_rate", facts) is True
    assert truth("1 / 3 * 3 = 1", facts) is False  # 34 digits, not infinitely many
    assert truth("decimal(1 / 3 * 3, 10) = 1", facts) is True


def test_several_variables() -> None:
    rows = [{"identity": "a", "months": 1}, {"identity": "b", "months": 1}]
    text = "some x in hires, y in hires satisfies x.identity != y.identity and x.months = y.months"
    assert truth(text, {"hires": rows}) is True
    assert truth(text, {"hires": rows[:1]}) is False


def test_nested_filters_reach_the_outer_row() -> None:
    rows = [{"group": "graduate", "cost": 5}, {"group": "veteran", "cost": 9}]
    assert truth("count(hires[cost = max(hires.cost)]) = 1", {"hires": rows}) is True
