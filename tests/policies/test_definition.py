import datetime
import json
from decimal import Decimal
from fractions import Fraction

import pytest

from policies.definition import DayOfYear, ExactDecoder, Text, canonical_json, definition_parse
from policies.errors import DefinitionProblems
from tests.policies.definitions import data, definition

FULL = data(
    amount="min(0.1 * rd, 200000)",
    tables={
        "rates": [{"when": ["medium", "small"], "give": Decimal("0.6")}, {"when": "large", "give": Decimal("0.3")}]
    },
    once_per="stage",
    reference="04-30",
    apply={"from": "2023-03-01", "until": "04-30"},
    pay_until="2024-12-31",
    items={"from": "hires", "key": "identity", "where": "months >= 3"},
    instalments=[{"share": "1/3"}, {"share": "1/3", "after": "P1Y", "if": "insured"}, {"share": "1/3", "after": "P2Y"}],
    exclusions=[{"group": "rd", "ladder": ["a", "b"], "promotion": "difference", "lower_share": Decimal("0.5")}],
    funding={"pool": "tech-2023", "shares": {"city": Decimal("0.4"), "district": Decimal("0.6")}, "lead": "city"},
    promise={"days": 15, "unit": "working_days"},
    notice={"days": 5, "unit": "calendar_days"},
    confirmation={"required": True, "silence": "lapse"},
    also_by_application={"until": "12-31"},
    materials=[{"name": {"zh": "甲", "en": "a"}, "from": "tax"}, {"name": {"zh": "乙", "en": "b"}, "upload": True}],
    because={"zh": "甲", "en": "a"},
    where_to_get={"zh": "甲", "en": "a"},
    fair_competition_review={"result": "passed", "reviewed_on": "2023-01-02", "reviewed_by": "市监局"},
    examples=[
        {
            "title": "甲",
            "facts": {"rd": Decimal("1000000.50"), "on": datetime.date(2023, 1, 1)},
            "verdict": "eligible",
            "amount": Decimal("100000.05"),
            "as_of": "2023-06-15",
            "missing": ["x"],
            "parameters": {"lpr-1y": Decimal("0.0355")},
        }
    ],
)


def test_a_definition_survives_the_way_to_json_and_back() -> None:
    parsed = definition_parse(FULL)
    text = canonical_json(parsed.as_data())
    again = definition_parse(json.loads(text, cls=ExactDecoder))
    assert again == parsed
    assert canonical_json(again.as_data()) == text


def test_words_are_read_as_types() -> None:
    parsed = definition_parse(FULL)
    assert parsed.title == Text("研发奖励", "R&D award")
    assert parsed.apply is not None and parsed.apply.until == DayOfYear(4, 30)
    assert parsed.instalments[1].share == Fraction(1, 3) and parsed.instalments[1].condition == "insured"
    assert parsed.examples[0].amount == Decimal("100000.05")
    assert parsed.examples[0].facts["on"] == "2023-01-01"


def test_a_bare_number_is_an_amount() -> None:
    assert definition(amount=100000).amount == "100000"
    assert definition(amount=Decimal("0.50")).amount == "0.50"


def test_every_problem_is_reported_at_once_with_its_place() -> None:
    wrong = data(
        title={"zh": "甲"},
        area=340200,
        delivery="by_post",
        in_force={"from": "2023-13-01", "until": "2022-01-01"},
        promise={"days": 0, "unit": "working_days"},
        eligibilty="true",
        materials=[{"name": {"zh": "甲", "en": "a"}}],
        instalments=[{"share": Decimal("0.5")}],
    )
    with pytest.raises(DefinitionProblems) as caught:
        definition_parse(wrong)
    places = {problem.place for problem in caught.value.problems}
    assert places == {
        "title.en",
        "area",
        "delivery",
        "in_force.from",
        "promise.days",
        "eligibilty",
        "materials.1.from",
        "instalments",
    }
    assert all(problem.zh and problem.en for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"in_force": {"from": "2023-02-01", "until": "2023-01-31"}}, "in_force.until"),
        ({"amount": None}, "amount"),
        ({"pool": {"total": "1", "weight": "1"}}, "amount"),
        ({"delivery": "tax_declaration"}, "pay"),
        ({"funding": {"pool": "p", "shares": {"city": Decimal("0.4"), "district": Decimal("0.4")}}}, "funding.shares"),
        ({"tables": {"t": [{"give": Decimal("0.1234567890123456")}]}}, "tables.t.1.give"),
        ({"code": "芜湖"}, "code"),
        ({"document": "若干政策"}, "document"),
        ({"examples": [{"title": "甲", "facts": {"a": 0.1}, "verdict": "eligible"}]}, "examples.1.facts.a"),
    ],
)
def test_what_contradicts_itself_is_refused(changes: dict[str, object], place: str) -> None:
    with pytest.raises(DefinitionProblems) as caught:
        definition(**changes)
    assert [problem.place for problem in caught.value.problems] == [place]


def test_each_schedule_of_instalments_adds_up_by_itself() -> None:
    whole = {"share": 1, "when": 'class = "A"'}
    halves = [{"share": "1/2", "when": 'class = "B"'}, {"share": "1/2", "after": "P1Y", "when": 'class = "B"'}]
    parsed = definition(instalments=[whole, *halves])
    assert [part.schedule for part in parsed.instalments] == ['class = "A"', 'class = "B"', 'class = "B"']
    assert definition_parse(parsed.as_data()) == parsed
    with pytest.raises(DefinitionProblems):
        definition(instalments=[whole, halves[0]])


def test_a_day_of_the_year_stands_in_every_year() -> None:
    assert DayOfYear(2, 29).in_year(2023) == datetime.date(2023, 2, 28)
    assert DayOfYear(2, 29).in_year(2024) == datetime.date(2024, 2, 29)
