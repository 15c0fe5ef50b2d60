"""What is refused or queued with a message, and nothing half-done: sums that are none, a year that is closed."""

from typing import Any

import pytest

from supermarket.claims import errors
from supermarket.claims.models import Claim
from supermarket.claims.runs.approval import run_approve
from supermarket.ledger.errors import AppropriationClosedError
from supermarket.ledger.models import Appropriation, AppropriationMovement, Reservation
from supermarket.ledger.selectors import appropriations_in_disorder
from tests.claims.people import DAY, firms_settle, user_named
from tests.claims.test_applying import ONE_CLICK, apply
from tests.claims.test_runs import AUTOMATIC, Publish, decide, prepared, states
from tests.claims.test_year_end import confirm
from tests.enterprises.files import Town

pytestmark = pytest.mark.django_db
CLOSED = AppropriationMovement.Kind.CLOSED


@pytest.fixture(autouse=True)
def the_day(settings: Any) -> Any:
    settings.AS_OF = DAY
    yield
    assert appropriations_in_disorder() == []


def test_a_sum_below_zero_or_zero_is_nobodys_payment(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    """The amount comes to -300, 0 and 50 yuan."""
    publish("award", **{**AUTOMATIC, "eligibility": "insured_headcount >= 1", "amount": "100 - insured_headcount * 10"})
    publish("click", **{**ONE_CLICK, "eligibility": "insured_headcount >= 1", "amount": "100 - insured_headcount * 10"})
    firms = firms_settle(town, [40, 10, 5])
    run = prepared()
    assert states(run) == {"refused": 2, "submitted": 1}
    assert run.counts["refused"] == {"nothing-to-pay": 2}
    run = decide(run)
    assert (run.list_count, run.list_total_fen) == (1, 50_00)
    for firm in firms[:2]:
        with pytest.raises(errors.NothingToPayError):
            apply(firm, "click")
    assert apply(firms[2], "click").amount_fen == 50_00
    assert not Claim.objects.filter(amount_fen__lte=0).exists()


def test_a_year_closed_since_the_decision_stops_the_approval_whole(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **AUTOMATIC)
    firms_settle(town, [40, 40])
    run = decide(prepared())
    confirm(money[1], CLOSED)
    with pytest.raises(AppropriationClosedError) as refused:
        run_approve(run=run, list_hash=run.list_hash, actor=user_named("head"))
    assert all(refused.value.message().values())
    run.refresh_from_db()
    assert run.state == "decided" and states(run) == {"submitted": 2} and not Reservation.objects.exists()


@pytest.mark.parametrize("when_short", ["queue", "stop"])
def test_a_click_in_a_closed_year_queues_or_is_refused_as_the_policy_says(
    when_short: str, town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **{**ONE_CLICK, "funding": {**ONE_CLICK["funding"], "when_short": when_short}})  # type: ignore[dict-item]
    (firm,) = firms_settle(town, [40])
    confirm(money[0], CLOSED)
    if when_short == "stop":
        with pytest.raises(errors.MoneyShortError):
            apply(firm)
        assert not Claim.objects.exists()
    else:
        claim = apply(firm)
        assert claim.waits_for_money and claim.state == "submitted"
    assert not Reservation.objects.exists()
