"""What the publishing check says of rules and tables that cannot be meant."""

import pytest

from policies.rules import compile_amount, compile_rule, findings
from tests.rules.vocabulary import VOCABULARY


def found(text: str, **beside: object) -> list[tuple[str, str, str]]:
    """(severity, code, the text pointed at)."""
    rule = compile_rule(text, VOCABULARY, **beside)  # type: ignore[arg-type]
    return [(each.severity, each.code, text[each.span.start : each.span.end]) for each in findings(rule)]


@pytest.mark.parametrize(
    "text",
    [
        "insured_headcount > 30 and insured_headcount < 30",
        "insured_headcount > 3 and insured_headcount < 4",
        'msme_size = "small" and msme_size = "large"',
        'msme_size = "small" and (dishonest or msme_size != "small") and not(dishonest)',
        'founded_on > date("2023-01-01") and founded_on.year < 2023',
        '"a" in rosters and count(rosters) = 0',
        "dishonest and not(dishonest)",
        "count(hires) < 1 and count(hires) > 0",
    ],
)
def test_a_rule_that_is_never_true_is_an_error(text: str) -> None:
    assert found(text) == [("error", "never-true", text)]


@pytest.mark.parametrize(
    "text",
    [
        "insured_headcount > 30 or insured_headcount <= 30",
        'msme_size in ["large", "medium", "small", "micro"]',
        "dishonest or not(dishonest)",
        "abs(insured_headcount) >= 0",
    ],
)
def test_a_rule_that_is_always_true_is_an_error(text: str) -> None:
    assert found(text) == [("error", "always-true", text)]


def test_a_constant_part_is_a_warning() -> None:
    part = "insured_headcount > 30 and insured_headcount < 20"
    assert found(f"dishonest or ({part})") == [("warning", "never-true", part)]
    part = "layoff_rate < 0.1 or layoff_rate >= 0.1"
    assert found(f"dishonest and ({part})") == [("warning", "always-true", part)]


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "is known(name)",
        "is known(name) or dishonest",
        "insured_headcount > 3 and insured_headcount < 5",
        "decimal(rd.expense_prev_year / revenue_prev_year, 4) > 0.03 and revenue_prev_year > 0",
        "count(hires) >= 1 and count(hires[months > 3]) < 5",
        "export_value > 5 or exports",
    ],
)
def test_sensible_rules_have_no_findings(text: str) -> None:
    assert found(text) == []


def test_the_items_of_a_policy_must_be_possible() -> None:
    items = {"from": "hires", "where": "months > 6 and months < 3"}
    amount = compile_amount("count(items)", VOCABULARY, items=items)
    assert [(each.code, each.part) for each in findings(amount)] == [("never-true", "where")]


def test_a_choice_in_an_amount_that_is_none_is_a_warning() -> None:
    amount = compile_amount("if insured_headcount > 3 or insured_headcount < 9 then 1 else 2", VOCABULARY)
    assert [(each.severity, each.code) for each in findings(amount)] == [("warning", "always-true")]


def test_choices_inside_an_iteration_are_left_alone() -> None:
    text = "sum(for h in hires return if h.months > 3 then h.cost else 0)"
    assert findings(compile_amount(text, VOCABULARY)) == ()


def table_codes(text: str, table: object) -> list[tuple[str, str]]:
    amount = compile_amount(text, VOCABULARY, tables={"t": table})
    return [(each.severity, each.code) for each in findings(amount)]


TIERS = "tiers(insured_headcount, t)"
LOOKUP = "lookup(msme_size, t)"


@pytest.mark.parametrize(
    ("text", "table", "codes"),
    [
        (TIERS, [{"when": "[0..10)", "give": 1}, {"when": "[10..20]", "give": 2}], []),
        (TIERS, [{"when": "[0..9]", "give": 1}, {"when": "[10..20]", "give": 2}], []),  # whole numbers: no hole
        (TIERS, [{"when": "[0..10)", "give": 1}, {"when": "(10..20]", "give": 2}], [("error", "tier-hole")]),
        (TIERS, [{"when": "[0..10]", "give": 1}, {"when": "[10..20]", "give": 2}], [("error", "row-overlap")]),
        (TIERS, [{"below": 10, "give": 1}, {"from": 10, "give": 2}], []),
        (
            "marginal tiers(revenue_prev_year, t)",
            [{"up_to": 10, "rate": 0.1}, {"over": 11, "rate": 0.2}],
            [("error", "tier-hole")],
        ),
        ("marginal tiers(revenue_prev_year, t)", [{"up_to": 10, "rate": 0.1}, {"up_to": None, "rate": 0.2}], []),
        (TIERS, [{"up_to": 20, "give": 1}, {"up_to": 10, "give": 2}], [("error", "row-unreached")]),
        (LOOKUP, [{"when": "small", "give": 1}, {"when": ["small", "micro"], "give": 2}], []),
        (
            LOOKUP,
            [{"when": ["small", "micro"], "give": 1}, {"when": "small", "give": 2}],
            [("warning", "row-unreached")],
        ),
        (
            LOOKUP,
            {"hit": "UNIQUE", "rows": [{"when": "small", "give": 1}, {"when": ["small"], "give": 1}]},
            [("error", "row-overlap")],
        ),
        (LOOKUP, {"hit": "ANY", "rows": [{"when": "small", "give": 1}, {"when": ["small"], "give": 1}]}, []),
        (
            LOOKUP,
            {"hit": "ANY", "rows": [{"when": "small", "give": 1}, {"when": ["small"], "give": 2}]},
            [("error", "row-overlap")],
        ),
        (
            "milestones(revenue_prev_year, rd.expense_prev_year, t)",
            [{"at": 20, "give": 1}, {"at": 10, "give": 2}],
            [("error", "steps-order")],
        ),
        (
            "lookup([msme_size, insured_headcount], t)",
            {"hit": "UNIQUE", "rows": [{"when": ["small", "> 3"], "give": 1}, {"when": ["-", "< 5"], "give": 2}]},
            [("error", "row-overlap")],
        ),
    ],
)
def test_tables(text: str, table: object, codes: list[tuple[str, str]]) -> None:
    assert table_codes(text, table) == codes


def test_a_table_problem_names_a_value_that_shows_it() -> None:
    table = {"t": [{"when": "[0..10)", "give": 1}, {"when": "(10..20]", "give": 2}]}
    (problem,) = findings(compile_amount(TIERS, VOCABULARY, tables=table))
    assert (problem.part, problem.en) == ("tables.t", "no tier covers 10")
