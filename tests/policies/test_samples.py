"""The sample policies, the vocabulary and the reference tables of fixtures/: the law of the demo."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from enterprises.vocabulary import fact_definitions, reference_table, source_definitions, vocabulary
from policies.compiled import CompiledPolicy, compile_definition, items_data
from policies.definition import Definition, Payer, Text, Verdict
from policies.lexicon import Lexicon
from policies.parameters import ParameterEntry, parameter_parse, parameter_value
from policies.publishing.checks import definition_problems
from policies.publishing.interchange.yaml import policy_read, yaml_read
from policies.rules import Context, FactType, compile_amount, compile_rule, format_rule
from tests.policies.record_facts import ELSEWHERE, HISTORY, IN_AMOUNTS_ONLY, IN_CONDITIONS, ITEMS, PARAMETERS

FILES = sorted((settings.FIXTURES / "policies").glob("*.yaml"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Eligible, but no sum: a pool that the whole list shares, relief that hangs on tax due, a rate that was not found.
WITHOUT_A_SUM = {
    "hefei-retention-pool-2021": 1,
    "national-six-taxes-two-fees": 2,
    "national-rd-super-deduction": 1,
    "national-job-retention-refund-2025": 1,
}
OUTSIDE_WUHU = {
    "anhui-startup-subsidy",
    "hefei-hightech-2021",
    "hefei-new-hire-subsidy-2022q1",
    "hefei-retention-pool-2021",
}


@cache
def parameters() -> Mapping[str, ParameterEntry]:
    data = yaml_read((settings.FIXTURES / "parameters.yaml").read_text(encoding="utf-8"))
    return {code: parameter_parse(code, entry) for code, entry in data.items()}


def parameters_on(on: date) -> Mapping[str, object]:
    return {
        code: parameter_value(entry.kind, value.value)
        for code, entry in parameters().items()
        for value in entry.values
        if value.since <= on
    }


@cache
def lexicon() -> Lexicon:
    types = {
        code: FactType(entry.kind, unit=entry.unit or None, parameter=True)  # type: ignore[arg-type]
        for code, entry in parameters().items()
    }
    divisions = reference_table("divisions")["codes"]
    return Lexicon(
        vocabulary={**vocabulary(), **types},
        areas={code: row["parent"] for code, row in divisions.items()},
        sources=set(source_definitions()),
    )


@cache
def sample(path: Path) -> Definition:
    return policy_read(path.read_text(encoding="utf-8"))


@cache
def compiled(path: Path) -> CompiledPolicy:
    return compile_definition(sample(path), lexicon())


def named(code: str) -> Path:
    return settings.FIXTURES / "policies" / f"{code}.yaml"


each_policy = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


# --- policies -------------------------------------------------------------------------------------------------------


def test_all_sixty_are_there() -> None:
    assert len(FILES) == 60
    assert all(sample(path).code == path.stem for path in FILES)


@each_policy
def test_it_compiles_and_its_examples_come_out_to_the_fen(path: Path) -> None:
    assert [
        f"{problem.place}: {problem.en}" for problem in definition_problems(sample(path), lexicon(), parameters_on)
    ] == []


@each_policy
def test_its_rule_and_sum_read_back_from_the_labels_of_either_language(path: Path) -> None:
    definition, names, policy = sample(path), lexicon().vocabulary, compiled(path)
    parts = {"tables": definition.tables or None, "items": items_data(definition)}
    for compile_text, found in ((compile_rule, policy.rule), (compile_amount, policy.amount)):
        for text in () if found is None else (format_rule(found.tree, names, language) for language in ("zh", "en")):
            assert compile_text(text, names, **parts).tree == found.tree


@each_policy
def test_its_examples_show_all_three_verdicts(path: Path) -> None:
    examples = sample(path).examples
    assert {example.verdict for example in examples} == set(Verdict)
    eligible = [example for example in examples if example.verdict is Verdict.ELIGIBLE]
    assert sum(example.amount is None for example in eligible) == WITHOUT_A_SUM.get(path.stem, 0)
    assert all(example.missing for example in examples if example.verdict is Verdict.UNKNOWN)


@each_policy
def test_its_texts_stand_in_both_languages(path: Path) -> None:
    texts = list(texts_of(sample(path)))
    assert all(CHINESE.search(text.zh) for text in texts)
    assert not any(CHINESE.search(text.en) for text in texts)
    assert sample(path).because is not None
    # Half-width signs between ideographs are slips of the keyboard.
    assert not [text.zh for text in texts if re.search(r"[\u4e00-\u9fff][,;:(]", text.zh)]


def texts_of(definition: Definition) -> Iterator[Text]:
    yield definition.title
    yield from (material.name for material in definition.materials)
    yield from (text for text in (definition.because, definition.where_to_get) if text)


@each_policy
def test_it_says_where_to_get_it_exactly_where_that_is_not_here(path: Path) -> None:
    definition = sample(path)
    assert (definition.paid_by is Payer.HERE) == (definition.where_to_get is None)


@each_policy
def test_it_names_facts_of_its_own_audience_only(path: Path) -> None:
    definition = sample(path)
    facts = fact_definitions()
    named_in_examples = {code for example in definition.examples for code in example.facts}
    assert not [code for code in named_in_examples if definition.audience.value not in facts[code].audience]


def test_nobody_in_wuhu_is_offered_what_another_city_pays() -> None:
    wuhu = lexicon().area_and_below(settings.INSTALLATION_AREA)
    outside = {path.stem for path in FILES if not lexicon().areas_meet(sample(path).area, settings.INSTALLATION_AREA)}
    assert outside == OUTSIDE_WUHU
    for code in sorted(outside):
        example = next(one for one in sample(named(code)).examples if one.verdict is Verdict.ELIGIBLE)
        rule = compiled(named(code)).rule
        assert rule.evaluate(example.facts).truth is True
        assert {rule.evaluate({**example.facts, "accepting_area": area}).truth for area in wuhu} == {False}


def test_what_no_source_prints_is_not_in_force_by_invention() -> None:
    """Fifteen first days are not printed, twenty-seven last days: they stay open."""
    spans = [sample(path).in_force for path in FILES]
    assert sum(span.since is None for span in spans) == 15
    assert sum(span.until is None for span in spans) == 27
    assert sum(span.covers(date(2023, 6, 15)) for span in spans) == 38


def test_the_instalments_of_nanling_pay_every_class_the_whole_sum() -> None:
    path = named("nanling-talent-purchase")
    parts = list(zip(sample(path).instalments, compiled(path).instalment_schedules, strict=True))
    counts = {}
    for talent_class in "ABCDEFG":
        facts = {"person.talent_class": talent_class}
        own = [part for part, schedule in parts if schedule and schedule.evaluate(facts).truth]
        assert sum(part.share for part in own) == 1
        counts[talent_class] = len(own)
    assert counts == {"A": 1, "B": 5, "C": 5, "D": 5, "E": 5, "F": 3, "G": 3}


def test_three_years_of_rent_make_three_times_the_years_sum() -> None:
    """36 monthly payments of 1,666.67 would pay 60,000.12 yuan: the last ones of each year are cut."""
    amount = compiled(named("wuhu-young-talent-rent")).amount
    assert amount is not None
    ever = year = Decimal(0)
    for month in range(40):
        year = Decimal(0) if month % 12 == 0 else year
        paid = {("young-talent-rent", "year"): year, ("young-talent-rent", "ever"): ever}
        fen = amount.evaluate({"person.education": "doctor"}, context=Context(paid=paid)).fen
        assert fen is not None and fen >= 0
        year, ever = year + Decimal(fen) / 100, ever + Decimal(fen) / 100
    assert ever == 60000


# --- vocabulary -----------------------------------------------------------------------------------------------------


def test_every_fact_of_the_records_has_its_place() -> None:
    in_conditions, in_amounts_only = set(IN_CONDITIONS.split()), set(IN_AMOUNTS_ONLY.split())
    assert (len(in_conditions), len(in_amounts_only - in_conditions)) == (146, 23)
    facts = fact_definitions()
    for name in in_conditions | in_amounts_only:
        if name in HISTORY:
            assert name not in facts
        elif name in PARAMETERS:
            assert name in parameters()
        else:
            assert all(place_exists(place) for place in ELSEWHERE.get(name, (place_of(name),))), name


def place_of(name: str) -> str:
    prefix, _, field = name.partition(".")
    return f"{ITEMS[prefix]}.{field}" if prefix in ITEMS else name


def place_exists(place: str) -> bool:
    facts = fact_definitions()
    items, _, field = place.partition(".")
    return place in facts or (items in facts and field in facts[items].fields)


def test_labels_may_be_typed_in_place_of_codes() -> None:
    facts = {code: fact for code, fact in fact_definitions().items() if fact.kind != "items"}
    for code, fact in facts.items():
        expected = compile_rule(f"is known({code})", vocabulary()).tree
        for typed in (fact.labels["zh"], f"`{fact.labels['en']}`"):
            assert compile_rule(f"is known({typed})", vocabulary()).tree == expected, (code, typed)


def test_labels_of_codes_and_fields_tell_one_from_another() -> None:
    for code, fact in fact_definitions().items():
        for column in (fact, *fact.fields.values()):
            for language in ("zh", "en"):
                labels = [labels[language] for labels in (column.codes or {}).values()]
                assert len(set(labels)) == len(labels), (code, column.code, language)
                assert bool(CHINESE.search(column.labels[language])) == (language == "zh"), (code, column.code)


def test_absence_is_an_answer_of_complete_sources_and_of_the_right_type() -> None:
    sources = source_definitions()
    checked = 0
    for code, fact in fact_definitions().items():
        if isinstance(fact.when_absent, bool | int | str | list):
            checked += 1
            assert all(sources[source].complete for stated in fact.sources.values() for source in stated), code
            # A value of the fact's own type, or the rule language would refuse it.
            compile_rule(f"is known({code})", vocabulary()).evaluate({code: fact.when_absent})
            assert fact.codes is None or fact.kind == "tags" or fact.when_absent in fact.codes, code
    assert checked > 40


def test_figures_of_the_statistics_office_are_not_stored() -> None:
    statistics = [fact for fact in fact_definitions().values() if fact.visibility == "statistics"]
    assert statistics and {fact.kind for fact in statistics} == {"boolean"}


def test_every_source_states_something() -> None:
    assert [code for code, source in source_definitions().items() if not source.facts] == []


# --- parameters and reference tables ----------------------------------------------------------------------------------


def test_a_parameter_value_has_a_document_or_is_marked_a_sample() -> None:
    for code, entry in parameters().items():
        days = [value.since for value in entry.values]
        assert days == sorted(set(days)), code
        assert all(bool(value.document) != value.sample for value in entry.values), code


def test_every_parameter_that_a_rule_names_is_there() -> None:
    used = {code for path in FILES for code in re.findall(r'parameter\("([^"]+)"\)', path.read_text(encoding="utf-8"))}
    assert used <= set(parameters())


def test_divisions_form_one_tree_and_old_codes_lead_into_it() -> None:
    divisions = reference_table("divisions")
    roots = [code for code, row in divisions["codes"].items() if row["parent"] is None]
    assert roots == ["100000"]
    assert {row["parent"] for row in divisions["codes"].values()} - {None} <= set(divisions["codes"])
    assert set(divisions["aliases"].values()) <= set(divisions["codes"])
    assert not set(divisions["aliases"]) & set(divisions["codes"])


def test_the_citys_share_is_known_for_every_place_of_acceptance_and_the_worked_example_comes_out() -> None:
    (standard,) = reference_table("funding_shares")["standard"]
    shares = {area: Decimal(share) for area, share in standard["shares"].items()}
    assert set(shares) == set(lexicon().area_and_below("340200")) - {"340200"}
    # R&D award of 2023: 30.4 million, of which 1.3 for firms at city level; of the other 29.1 the city bears 10.32.
    counties, districts = Decimal(6_600_000), Decimal(22_500_000)
    assert counties + districts + 1_300_000 == 30_400_000
    assert shares["340281"] * counties + shares["340202"] * districts == 10_320_000
    assert Decimal(standard["city_level"]) == 1


def test_industries_are_the_twenty_sections_and_ninety_seven_divisions() -> None:
    industries = reference_table("industries")
    assert len(industries["sections"]) == 20
    assert sorted(code[1:] for code in industries["divisions"]) == [f"{number:02}" for number in range(1, 98)]
    assert {code[0] for code in industries["divisions"]} == set(industries["sections"])
