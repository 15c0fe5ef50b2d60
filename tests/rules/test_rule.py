"""Rules say true, false or unknown, and which facts are missing."""

from datetime import date
from decimal import Decimal

import pytest

from policies.rules import Context, FactValueError, compile_rule
from tests.rules.vocabulary import VOCABULARY

RULE = 'industry in ["C39", "I65"] and revenue_prev_year >= 20000000 and founded_on < date("2023-01-01")'
FACTS = {"industry": "C39", "revenue_prev_year": Decimal("20000000.00"), "founded_on": date(2022, 12, 31)}


def truth(text: str, facts: dict[str, object], **context: object) -> bool | None:
    return compile_rule(text, VOCABULARY).evaluate(facts, context=Context(**context)).truth


def test_labels_and_full_width_signs_give_the_same_tree() -> None:
    chinese = '行业 in 【“C39”、"I65"】 and 上年营业收入 ≥ 20000000 and 成立日期 < @"2023-01-01"'
    english = '`industry` in ["C39","I65"] and revenue of the previous year>=20000000 and founded on<@"2023-01-01"'
    assert compile_rule(RULE, VOCABULARY).tree == compile_rule(chinese, VOCABULARY).tree
    assert compile_rule(RULE, VOCABULARY).tree == compile_rule(english, VOCABULARY).tree


def test_verdict_true_false_unknown() -> None:
    rule = compile_rule(RULE, VOCABULARY)
    assert rule.evaluate(FACTS).truth is True
    assert rule.evaluate({**FACTS, "industry": "A01"}).truth is False
    unknown = rule.evaluate({**FACTS, "founded_on": None})
    assert (unknown.truth, unknown.missing) == (None, {"founded_on"})


def test_a_false_part_decides_whatever_else_is_missing() -> None:
    verdict = compile_rule(RULE, VOCABULARY).evaluate({"industry": "A01", "unheard_of": 1})
    assert (verdict.truth, verdict.missing) == (False, frozenset())


def test_in_binds_tighter_than_and() -> None:
    assert truth('msme_size in ["small"] and dishonest', {"msme_size": "small", "dishonest": False}) is False


@pytest.mark.parametrize("value", [1.5, "12", True, Decimal("NaN")])
def test_a_wrong_value_is_an_error_that_names_the_fact(value: object) -> None:
    with pytest.raises(FactValueError, match="revenue_prev_year"):
        truth("revenue_prev_year > 1", {"revenue_prev_year": value})


def test_a_parameter_comes_from_the_context() -> None:
    text = 'layoff_rate <= parameter("lpr-1y")'
    assert truth(text, {"layoff_rate": Decimal("0.03")}, parameters={"lpr-1y": Decimal("0.0345")}) is True
    assert compile_rule(text, VOCABULARY).evaluate({"layoff_rate": 0}).missing == {"lpr-1y"}


def test_the_reference_date_is_an_input() -> None:
    text = 'years and months duration(founded_on, as_of) >= duration("P3Y")'
    assert truth(text, {"founded_on": date(2020, 6, 15)}, as_of=date(2023, 6, 15)) is True
    assert truth(text, {"founded_on": date(2020, 6, 16)}, as_of=date(2023, 6, 15)) is False
    assert compile_rule(text, VOCABULARY).evaluate({"founded_on": date(2020, 1, 1)}).missing == {"as_of"}


def test_a_division_by_zero_holds_neither_way() -> None:
    facts = {"rd.expense_prev_year": 5, "revenue_prev_year": 0}
    ratio = "decimal(rd.expense_prev_year / revenue_prev_year, 4) >= 0.03"
    assert truth(ratio, facts) is False
    assert truth(f"not({ratio})", facts) is False


def test_a_bare_quotient_may_be_compared() -> None:
    text = "rd.expense_prev_year / revenue_prev_year >= 0.03"
    assert truth(text, {"rd.expense_prev_year": 3, "revenue_prev_year": 100}) is True
    assert truth(text, {"rd.expense_prev_year": Decimal("2.99"), "revenue_prev_year": 100}) is False
    assert compile_rule(text, VOCABULARY).evaluate({"rd.expense_prev_year": 3}).missing == {"revenue_prev_year"}


def test_a_fact_that_does_not_apply_is_never_missing_and_holds_neither_way() -> None:
    for text in ("export_value > 5", "not(export_value > 5)"):
        verdict = compile_rule(text, VOCABULARY).evaluate({"exports": False})
        assert (verdict.truth, verdict.missing) == (False, frozenset())
    assert compile_rule("export_value > 5", VOCABULARY).evaluate({}).missing == {"exports", "export_value"}


def test_reasons_agree_with_the_verdict_where_only_cells_decide() -> None:
    verdict = compile_rule("insured_headcount > 3 or insured_headcount <= 3", VOCABULARY).evaluate({})
    assert (verdict.truth, verdict.reasons.truth, verdict.reasons.missing) == (True, True, frozenset())
    assert [part.truth for part in verdict.reasons.parts] == [None, None]
