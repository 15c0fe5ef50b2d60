"""Answers as pure functions of facts and day."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from policies.definition import Verdict
from policies.models import PolicyVersion
from policies.rules import explain
from supermarket.matching.selectors import shelf_answer, version_answer

pytestmark = pytest.mark.django_db
Publish = Callable[..., PolicyVersion]
DAY = date(2023, 6, 15)
FACTS = {"accepting_area": "340207", "insured_headcount": Decimal(30)}


def test_the_same_in_the_same_out(publish: Publish) -> None:
    publish("one", eligibility="insured_headcount >= 30 and revenue.year > 0")
    publish("two", amount="10.005 * insured_headcount")

    def told() -> list[object]:
        answers = shelf_answer(audience="enterprise", facts=dict(FACTS), as_of=DAY)
        return [(one.verdict, one.missing, one.amount_fen, explain(one.decided)) for one in answers]

    assert told() == told()
    assert told()[1] == (Verdict.ELIGIBLE, frozenset(), 30015, told()[1][3])  # type: ignore[index]


def test_a_period_that_is_over_takes_the_facts_of_its_last_day(publish: Publish) -> None:
    version = publish("one", in_force={"from": "2022-01-01"})
    asked: list[date] = []

    def facts(day: date) -> dict[str, object]:
        asked.append(day)
        return {**FACTS, "insured_headcount": Decimal(30 if day.year == 2022 else 29)}

    assert version_answer(version=version, period="2022", decision=DAY, facts=facts).verdict is Verdict.ELIGIBLE
    assert version_answer(version=version, period="2023", decision=DAY, facts=facts).verdict is Verdict.INELIGIBLE
    assert asked == [date(2022, 12, 31), DAY]


def test_a_sum_takes_what_was_paid_before_off_only_where_it_is_told(publish: Publish) -> None:
    version = publish("one", amount='max(0, 10000 - paid("award", "year"))')

    def sum_of(paid: dict[tuple[str, str], Decimal]) -> int | None:
        return version_answer(version=version, period="2023", decision=DAY, facts=FACTS, paid=paid).amount_fen

    assert sum_of({}) == 1000000
    assert sum_of({("award", "year"): Decimal(4000)}) == 600000


@pytest.mark.parametrize(
    ("changes", "facts", "claimable"),
    [
        ({}, {}, True),
        ({"paid_by": "province", "pay": "never"}, {}, False),
        ({"amount": "0.1 * revenue.year"}, {}, False),
        ({"apply": {"from": "2023-06-16"}}, {}, False),
        ({}, {"insured_headcount": Decimal(29)}, False),
        ({}, {"insured_headcount": None}, False),
    ],
)
def test_what_may_be_claimed(
    publish: Publish,
    changes: dict[str, object],
    facts: dict[str, object],
    claimable: bool,
) -> None:
    publish("one", **changes)
    (answer,) = shelf_answer(audience="enterprise", facts={**FACTS, **facts}, as_of=DAY)
    assert answer.claimable is claimable
