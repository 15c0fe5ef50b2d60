from decimal import Decimal
from typing import Any

import pytest

from policies.errors import Severity
from policies.services import version_problems
from tests.policies.definitions import definition
from tests.policies.lexicon import GROUND, LEXICON

EXAMPLE = {"title": "30 人", "facts": {"insured_headcount": 30}, "verdict": "eligible", "amount": 10000}
AWARDS = {"group": "awards", "per": "beneficiary", "window": "year", "rule": "once"}
GAP = [{"below": 10, "give": 1}, {"over": 10, "give": 2}]
OVERLAP = [{"up_to": 10, "give": 1}, {"from": 10, "give": 2}]


def problems(**changes: Any) -> dict[str, Severity]:
    changes.setdefault("examples", [EXAMPLE])
    found = version_problems(definition=definition(**changes), ground=GROUND)
    assert all(problem.zh and problem.en for problem in found)
    return {problem.place: problem.severity for problem in found}


def test_a_right_definition_has_no_problem() -> None:
    assert problems() == {}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"document": {"issued_by": "局"}}, "document.title"),
        ({"document": {"title": "若干政策"}}, "document.issued_by"),
        ({"area": "999999"}, "area"),
        ({"eligibility": "insured_headcount >= "}, "eligibility"),
        ({"eligibility": "headcount >= 30"}, "eligibility"),
        ({"amount": "0.1 * rd_expenses"}, "amount"),
        ({"eligibility": "1 = 1 or insured_headcount > 1"}, "eligibility"),
        ({"eligibility": "1 = 2 and insured_headcount > 1"}, "eligibility"),
        ({"amount": "tiers(insured_headcount, t)", "tables": {"t": GAP}}, "tables.t"),
        ({"amount": "tiers(insured_headcount, t)", "tables": {"t": OVERLAP}}, "tables.t"),
        ({"once_per": "round"}, "once_per"),
        ({"materials": [{"name": {"zh": "甲", "en": "a"}, "from": "nowhere"}]}, "materials.1.from"),
        ({"instalments": [{"share": 1, "if": "insured"}]}, "instalments.1.if"),
        ({"amount": None, "pool": {"total": "1000000", "weight": "headcount"}}, "pool.weight"),
        ({"items": {"from": "hires", "key": "identity"}}, "items"),
        ({"exclusions": [AWARDS, {**AWARDS, "per": "item"}]}, "exclusions.2.per"),
        ({"exclusions": [{**AWARDS, "per": "project"}]}, "exclusions.1.per"),
        ({"exclusions": [{**AWARDS, "per": "household"}]}, "exclusions.1.per"),
    ],
)
def test_what_stops_a_publication(changes: dict[str, Any], place: str) -> None:
    found = problems(**{"examples": [], **changes})
    assert found.pop("examples") is Severity.WARNING
    assert found == {place: Severity.ERROR}


def test_a_part_that_holds_for_everybody_is_a_warning() -> None:
    rule = "insured_headcount >= 30 and (rd_expense > 5 or rd_expense <= 5)"
    assert problems(eligibility=rule) == {"eligibility": Severity.WARNING}


@pytest.mark.parametrize(
    ("issued_on", "since", "review", "stopped"),
    [
        ("2024-07-31", "2025-01-01", None, False),
        ("2024-08-01", "2025-01-01", None, True),
        (None, "2024-08-01", None, True),  # the day of issue is not printed: the first day in force stands for it
        ("2024-08-01", "2025-01-01", {"result": "failed"}, True),
        ("2024-08-01", "2025-01-01", {"result": "passed", "reviewed_on": "2024-08-02"}, False),
    ],
)
def test_new_documents_need_a_fair_competition_review(
    issued_on: str | None, since: str, review: dict[str, str] | None, stopped: bool
) -> None:
    found = problems(
        document={"title": "若干政策", "issued_by": "局", "issued_on": issued_on},
        in_force={"from": since},
        fair_competition_review=review,
    )
    assert found == ({"fair_competition_review": Severity.ERROR} if stopped else {})


@pytest.mark.parametrize(
    ("example", "place"),
    [
        ({"verdict": "ineligible", "amount": None}, "examples.1.verdict"),
        ({"facts": {}, "verdict": "eligible", "amount": None}, "examples.1.verdict"),
        ({"amount": Decimal("10000.01")}, "examples.1.amount"),
        ({"facts": {}, "verdict": "unknown", "missing": ["rd_expense"], "amount": None}, "examples.1.missing"),
        ({"facts": {"headcount": 30}}, "examples.1.facts.headcount"),
        ({"facts": {"insured_headcount": "many"}}, "examples.1.facts.insured_headcount"),
    ],
)
def test_an_example_that_comes_out_otherwise_is_named(example: dict[str, Any], place: str) -> None:
    assert problems(examples=[{**EXAMPLE, **example}]) == {place: Severity.ERROR}


def test_an_example_stands_in_the_area_of_its_policy_unless_it_says_otherwise() -> None:
    elsewhere = {
        "title": "合肥",
        "facts": {"insured_headcount": 30, "accepting_area": "340100"},
        "verdict": "ineligible",
    }
    assert problems(examples=[EXAMPLE, elsewhere]) == {}


def test_an_example_uses_the_parameters_of_its_day() -> None:
    rule = {"eligibility": 'parameter("lpr-1y") < 0.04 and insured_headcount >= 30'}
    before = {"title": "前", "facts": {"insured_headcount": 30}, "verdict": "unknown", "as_of": "2023-06-19"}
    after = {**before, "verdict": "eligible", "as_of": "2023-06-20"}
    own = {**before, "verdict": "ineligible", "parameters": {"lpr-1y": Decimal("0.05")}}
    assert problems(**rule, examples=[before, after, own]) == {}


def test_areas() -> None:
    assert LEXICON.area_and_below("340200") == ("340200", "340202")
    assert LEXICON.area_rule("340200") == 'accepting_area in ["340200", "340202"]'
    assert LEXICON.area_rule("100000") is None
    assert LEXICON.areas_meet("340000", "340200") and LEXICON.areas_meet("340202", "340200")
    assert not LEXICON.areas_meet("340100", "340200")
