"""A sentence for every operator and type, in both languages, against golden files; the nearest way in; questions.

`python -m tests.rules.test_explanation` writes the golden files anew: read the difference before you commit it.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from policies.rules import (
    Context,
    Explanation,
    compile_rule,
    explain,
    explain_reason,
    explain_requirements,
    format_rule,
    nearest_way,
    rank_questions,
    sentences_en,
    sentences_zh,
)
from tests.rules.vocabulary import VOCABULARY

GOLDEN = Path(__file__).parent / "golden"
AS_OF = Context(as_of=date(2023, 6, 15), parameters={"lpr-1y": Decimal("0.0365")})
RULES = [
    *(f"insured_headcount {operator} 30" for operator in ("=", "!=", "<", "<=", ">", ">=")),
    *(f"layoff_rate {operator} 0.055" for operator in ("<=", ">")),
    *(f"revenue_prev_year {operator} 20000000" for operator in (">=", "<")),
    *(f'founded_on {operator} date("2020-01-01")' for operator in ("=", "!=", "<", "<=", ">", ">=")),
    "30 <= insured_headcount",
    "insured_headcount between 10 and 20",
    "insured_headcount in [10..20)",
    "insured_headcount in (10..20]",
    "insured_headcount in (10..20)",
    "insured_headcount in >= 30",
    "insured_headcount in (< 5, > 100)",
    "insured_headcount not in [10..20]",
    "insured_headcount not in (< 5, [10..20), 27)",
    "insured_headcount in (!= 27)",
    'founded_on in (< date("2000-01-01"), >= date("2021-05-01"))',
    "(if dishonest then 1 else 2) * insured_headcount > 40",
    "max(insured_headcount, 20, 10) - 5 > 20",
    'founded_on in [date("2020-01-01")..date("2020-12-31")]',
    'msme_size = "small"',
    'msme_size != "small"',
    'msme_size in ["small", "micro"]',
    'msme_size not in ["small", "micro"]',
    "is_above_scale",
    "not(is_above_scale)",
    'name = "甲公司"',
    'starts with(industry, "C")',
    'not(starts with(industry, "C"))',
    '"srdi-2025" in rosters',
    '"srdi-2025" not in rosters',
    'list contains(rosters, "srdi-2025")',
    'some h in hires satisfies h.group = "graduate" and h.months >= 6',
    'not(some h in hires satisfies h.group = "graduate")',
    "every h in hires satisfies h.months >= 6",
    "not(every h in hires satisfies h.months >= 6)",
    'count(hires[group = "graduate" and months >= 6]) >= 2',
    "sum(hires.cost) > 1000",
    "is known(name)",
    "not(is known(name))",
    'layoff_rate <= parameter("lpr-1y")',
    "revenue_prev_year >= 2 * rd.expense_prev_year",
    "decimal(rd.expense_prev_year / revenue_prev_year, 4) >= 0.03",
    'years and months duration(founded_on, as_of) >= duration("P3Y")',
    'as_of - founded_on > duration("P365D")',
    "founded_on.year = 2021",
    "min(insured_headcount, 50) >= 40",
    "export_value > 5",
    "is_above_scale and insured_headcount > 5 or dishonest",
    "true",
]
CASES: dict[str, dict[str, object]] = {
    "small": {
        "insured_headcount": 27,
        "layoff_rate": Decimal("0.061"),
        "revenue_prev_year": Decimal("1234567.50"),
        "rd.expense_prev_year": Decimal("700000"),
        "founded_on": date(2021, 5, 1),
        "msme_size": "small",
        "industry": "I65",
        "is_above_scale": False,
        "dishonest": False,
        "name": "乙公司",
        "rosters": ["green", "srdi-2024"],
        "exports": False,
        "hires": [{"group": "graduate", "months": 7, "cost": 300}, {"group": "veteran", "months": 1, "cost": 5}],
    },
    "large": {
        "insured_headcount": 15,
        "layoff_rate": 0,
        "revenue_prev_year": Decimal("20000000"),
        "rd.expense_prev_year": 0,
        "founded_on": date(2020, 1, 1),
        "msme_size": "large",
        "industry": "C39",
        "is_above_scale": True,
        "dishonest": True,
        "name": "甲公司",
        "rosters": ["srdi-2025"],
        "exports": True,
        "export_value": 1,
        "hires": [{"group": "graduate", "months": 7, "cost": 300}, {"group": "graduate", "months": 6, "cost": 5000}],
    },
    "unknown": {},
}


def _lines(explanation: Explanation, language: str, indent: str = "    ") -> Iterator[str]:
    yield indent + (explanation.zh if language == "zh" else explanation.en)
    for part in explanation.parts:
        yield from _lines(part, language, indent + "    ")


def _written(language: str) -> str:
    lines: list[str] = []
    for text in RULES:
        lines.append(text)
        rule = compile_rule(text, VOCABULARY)
        for name, facts in CASES.items():
            lines.append(f"  {name}")
            lines.extend(_lines(explain(rule.evaluate(facts, context=AS_OF)), language))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sentences_are_those_of_the_golden_file(language: str) -> None:
    assert _written(language) == (GOLDEN / f"sentences_{language}.txt").read_text(encoding="utf-8")


def test_both_languages_have_the_same_sentences_with_the_same_parts() -> None:
    for chinese, english in (
        (sentences_zh.SENTENCES, sentences_en.SENTENCES),
        (sentences_zh.PHRASES, sentences_en.PHRASES),
        (sentences_zh.UNITS, sentences_en.UNITS),
        (sentences_zh.PROPERTIES, sentences_en.PROPERTIES),
    ):
        assert chinese.keys() == english.keys()
    for key, sentence in sentences_zh.SENTENCES.items():
        for part in ("{fact}", "{bound}", "{distance}"):
            assert (part in sentence) == (part in sentences_en.SENTENCES[key]), key


def test_sentences_of_one_language_tell_each_other_apart() -> None:
    for sentences in (sentences_zh.SENTENCES, sentences_en.SENTENCES):
        assert len(set(sentences.values())) == len(sentences)


def test_values_and_distances_are_kept_from_strangers() -> None:
    verdict = compile_rule("insured_headcount >= 30", VOCABULARY).evaluate({"insured_headcount": 27})
    explanation = explain(verdict, shows=lambda code: code != "insured_headcount")
    assert "27" not in explanation.zh + explanation.en
    assert "差" not in explanation.zh
    assert "short" not in explanation.en
    assert "30" in explanation.zh


def test_the_nearest_way_in_with_its_distance() -> None:
    text = 'insured_headcount >= 30 and (layoff_rate <= 0.055 or msme_size = "small" and not(dishonest))'
    facts = {"insured_headcount": 27, "layoff_rate": Decimal("0.2"), "msme_size": "small", "dishonest": False}
    verdict = compile_rule(text, VOCABULARY).evaluate(facts)
    way = nearest_way(verdict)
    assert way is not None
    assert [(change.fact, change.now, change.needed) for change in way.changes] == [("insured_headcount", 27, 30)]
    (condition,) = way.conditions
    assert explain_reason(verdict, condition).en == (
        "Insured headcount: 27 persons; at least 30 persons required, 3 persons short."
    )


def test_the_nearest_way_takes_the_branch_with_fewest_changes_and_keeps_what_holds() -> None:
    text = "insured_headcount > 30 and insured_headcount < 32 and (dishonest and is_above_scale or exports)"
    facts = {"insured_headcount": 5, "dishonest": False, "is_above_scale": False, "exports": False}
    way = nearest_way(compile_rule(text, VOCABULARY).evaluate(facts))
    assert way is not None
    assert {change.fact: change.needed for change in way.changes} == {"insured_headcount": 31, "exports": True}


def test_there_is_no_way_into_a_contradiction_and_none_is_needed_for_the_eligible() -> None:
    contradiction = compile_rule("insured_headcount > 30 and insured_headcount < 30", VOCABULARY)
    assert nearest_way(contradiction.evaluate({"insured_headcount": 5})) is None
    eligible = compile_rule("insured_headcount > 3", VOCABULARY)
    assert nearest_way(eligible.evaluate({"insured_headcount": 5})) is None


def test_the_nearest_way_makes_an_eligible_beneficiary() -> None:
    text = (
        "insured_headcount between 10 and 20 and insured_headcount != 10 and layoff_rate < 0.05 "
        'and (msme_size in ["small", "micro"] or revenue_prev_year > 100 and revenue_prev_year <= 100.01) '
        'and founded_on < date("2020-01-01") and not(dishonest)'
    )
    rule = compile_rule(text, VOCABULARY)
    facts = {**CASES["large"], "insured_headcount": 3, "layoff_rate": Decimal("0.05")}
    way = nearest_way(rule.evaluate(facts))
    assert way is not None
    assert rule.evaluate({**facts, **{change.fact: change.needed for change in way.changes}}).truth is True


def test_the_rule_that_is_left_after_what_is_known() -> None:
    text = "insured_headcount >= 30 and (layoff_rate <= 0.055 or dishonest) and not(export_value > 5)"
    verdict = compile_rule(text, VOCABULARY).evaluate({"insured_headcount": 40, "dishonest": False, "exports": True})
    assert format_rule(verdict.residual) == "layoff_rate <= 0.055 and not(export_value > 5)"


def test_shares_and_the_ranking_of_questions_in_one_policy() -> None:
    text = "insured_headcount > 5 and (dishonest or is_above_scale)"
    verdict = compile_rule(text, VOCABULARY).evaluate({})
    assert verdict.shares == {"insured_headcount": Fraction(1, 2), "dishonest": 0, "is_above_scale": 0}
    assert [each.fact for each in rank_questions([(verdict.shares, None)])] == [
        "insured_headcount",
        "dishonest",
        "is_above_scale",
    ]
    verdict = compile_rule(text, VOCABULARY).evaluate({"dishonest": True})
    assert verdict.shares == {"insured_headcount": 1}
    assert compile_rule(text, VOCABULARY).evaluate({"insured_headcount": 5}).shares == {}
    four = compile_rule('msme_size = "large" and dishonest', VOCABULARY).evaluate({})
    assert four.shares == {"msme_size": Fraction(1, 2), "dishonest": Fraction(1, 2)}


def test_questions_over_many_policies_are_ranked_by_policies_or_by_money() -> None:
    half, whole = Fraction(1, 2), Fraction(1)
    opened = [
        ({"many": whole}, 100),
        ({"many": half, "late": Fraction(0)}, None),
        ({"rich": whole}, 5000),
        ({"late": Fraction(0), "other": half}, 9000),
    ]
    by_policies = rank_questions(opened)
    assert [(each.fact, each.decides, each.decides_fen) for each in by_policies] == [
        ("many", Fraction(3, 2), 100),
        ("rich", 1, 5000),
        ("other", half, 4500),
        ("late", 0, 0),
    ]
    assert [(each.concerns, each.concerns_fen) for each in by_policies] == [(2, 100), (1, 5000), (1, 9000), (2, 9000)]
    assert [each.fact for each in rank_questions(opened, by="money")] == ["rich", "other", "many", "late"]
    assert rank_questions([]) == []


def test_requirements_say_what_is_asked_and_nothing_of_whoever_was_looked_at() -> None:
    rule = compile_rule("insured_headcount >= 30 and (dishonest or is_above_scale)", VOCABULARY)
    whole = explain_requirements(rule.evaluate({"insured_headcount": 27, "dishonest": True}, context=AS_OF))
    assert whole.en == "All of the following are required."
    count, either = whole.parts
    assert count.zh == "要求参保人数不少于30人。"
    assert either.en == "One of the following is enough."
    assert not {"27", "known", "met"} & set(" ".join(part.en for part in (count, *either.parts)).split())


if __name__ == "__main__":
    for each in ("zh", "en"):
        (GOLDEN / f"sentences_{each}.txt").write_text(_written(each), encoding="utf-8")
