"""Claims that officials decide, and what comes due by itself."""

from datetime import date
from typing import Any

import pytest

from enterprises.models import Beneficiary
from supermarket.claims import errors
from supermarket.claims.evidence import evidence_replay
from supermarket.claims.models import Claim
from supermarket.claims.reviewing import (
    claim_refuse,
    claim_resubmit,
    claim_return,
    claim_review_approve,
    claim_withdraw,
)
from supermarket.claims.selectors import claim_timeline, claims_in_review, claims_of
from supermarket.claims.sweeping import claims_sweep
from supermarket.ledger.models import Appropriation, Reservation
from supermarket.matching.catalogue import store_catalogue
from tests.claims.people import DAY, firms_settle, owner_of, user_named
from tests.claims.test_applying import ONE_CLICK, Grant, Publish, apply
from tests.enterprises.files import KEY, Town

pytestmark = pytest.mark.django_db
REVIEWED = {**ONE_CLICK, "delivery": "time_limited"}
BY_OFFICIAL = {**REVIEWED, "pay": "after_decision", "amount": "50000"}


@pytest.fixture(autouse=True)
def money(grant: Grant, settings: Any) -> list[Appropriation]:
    settings.AS_OF = DAY
    return [grant(payer, 10_000_000) for payer in ("340200", "340207")]


@pytest.fixture
def firm(town: Town) -> Beneficiary:
    return firms_settle(town, [40])[0]


def test_an_official_approves_and_the_money_is_released(firm: Beneficiary, publish: Publish) -> None:
    publish("award", **REVIEWED)
    claim = apply(firm)
    assert list(claims_in_review()) == [claim]
    with pytest.raises(errors.NotAllowedError, match="official"):
        claim_review_approve(claim=claim, actor=owner_of(firm))
    claim = claim_review_approve(claim=claim, actor=user_named("reviewer"))
    assert claim.state == "released" and Reservation.objects.count() == 2
    steps = [(step.state, step.actor) for step in claim_timeline(claim)]
    assert steps[-3:] == [("in_review", ""), ("approved", "reviewer"), ("released", "")]
    assert evidence_replay(claim.evidence.latest("number"), store_catalogue()).same


def test_returned_corrected_and_decided_on_the_facts_as_they_are_then(
    firm: Beneficiary, publish: Publish, town: Town
) -> None:
    publish("award", **REVIEWED, amount="insured_headcount * 100")
    claim = apply(firm)
    with pytest.raises(errors.NotAllowedError, match="why"):
        claim_return(claim=claim, actor=user_named("reviewer"), text=" ")
    claim = claim_return(claim=claim, actor=user_named("reviewer"), text="参保人数有误")
    town.deliver("social_insurance", [KEY, "insured_headcount"], [firm.code, 50], as_of="2023-06-02")
    claim = claim_resubmit(claim=claim, actor=owner_of(firm))
    claim = claim_review_approve(claim=claim, actor=user_named("reviewer"))
    assert claim.amount_fen == 500_000
    assert [row.amount_fen for row in claim.evidence.order_by("number")] == [400_000, 500_000]


def test_refused_with_the_reason(firm: Beneficiary, publish: Publish) -> None:
    publish("award", **REVIEWED)
    claim = claim_refuse(claim=apply(firm), actor=user_named("reviewer"), text="材料不符")
    assert claim.state == "refused" and claim.reason is not None and claim.reason["zh"] == "材料不符"
    with pytest.raises(errors.WrongStateError):
        claim_review_approve(claim=claim, actor=user_named("reviewer"))
    assert not Reservation.objects.exists()
    assert apply(firm).state == "in_review"  # a new claim is not in its way


def test_a_sum_that_an_official_enters_stays_under_the_policys(firm: Beneficiary, publish: Publish) -> None:
    publish("award", **BY_OFFICIAL)
    claim = apply(firm)
    for wrong in (None, 0, 5_000_001):
        with pytest.raises(errors.NotAllowedError):
            claim_review_approve(claim=claim, actor=user_named("reviewer"), amount_fen=wrong)
    claim = claim_review_approve(claim=claim, actor=user_named("reviewer"), amount_fen=1_234_567)
    assert (claim.state, claim.amount_fen) == ("released", 1_234_567)
    assert evidence_replay(claim.evidence.latest("number"), store_catalogue()).same


def test_the_rules_own_sum_is_not_entered(firm: Beneficiary, publish: Publish) -> None:
    publish("award", **REVIEWED)
    with pytest.raises(errors.NotAllowedError, match="rule"):
        claim_review_approve(claim=apply(firm), actor=user_named("reviewer"), amount_fen=5)


def test_the_applicant_takes_it_back(firm: Beneficiary, publish: Publish) -> None:
    publish("award", **REVIEWED)
    claim = apply(firm)
    with pytest.raises(errors.NotRepresentedError):
        claim_withdraw(claim=claim, actor=user_named("person"))
    assert claim_withdraw(claim=claim, actor=owner_of(firm)).state == "withdrawn"
    assert list(claims_of(firm)) == [claim]


def test_a_claim_by_application_is_released_when_its_notice_is_over(firm: Beneficiary, publish: Publish) -> None:
    publish("award", **ONE_CLICK, notice={"days": 5, "unit": "working_days"})
    claim = apply(firm)
    assert (claim.state, claim.notice_until) == ("on_notice", date(2023, 6, 21))
    assert claims_sweep(day=date(2023, 6, 21)).noticed == 0
    assert claims_sweep(day=date(2023, 6, 22)).noticed == 1
    claim.refresh_from_db()
    assert claim.state == "released"


def test_those_who_wait_are_served_in_order_when_money_comes(town: Town, publish: Publish, grant: Grant) -> None:
    publish("award", **{**ONE_CLICK, "funding": {**ONE_CLICK["funding"], "pool": "other"}})  # type: ignore[dict-item]
    firms = firms_settle(town, [40, 40, 40])
    claims = [apply(each) for each in firms]
    assert all(claim.waits_for_money for claim in claims)
    grant("340200", 800_000, pool="other")
    grant("340207", 1_200_000, pool="other")
    assert claims_sweep(day=DAY).queued == 2
    assert [Claim.objects.get(pk=claim.pk).state for claim in claims] == ["released", "released", "submitted"]
    assert claims_sweep(day=DAY).queued == 0
