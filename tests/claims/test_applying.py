"""One click: a claim, its evidence, its money reserved and released; or a reason, and nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from enterprises.models import Beneficiary
from enterprises.vocabulary import fact_definitions
from policies.models import PolicyVersion
from supermarket.claims import errors
from supermarket.claims.applying import claim_apply
from supermarket.claims.evidence import evidence_replay
from supermarket.claims.models import Claim, ClaimExclusion, ClaimItem, ClaimShare, Evidence
from supermarket.claims.states import ClaimState
from supermarket.ledger.models import Appropriation, Reservation
from supermarket.matching.catalogue import store_catalogue
from tests.claims.conftest import FUNDING
from tests.claims.people import DAY, account_of, firms_settle, owner_of, user_named
from tests.enterprises.files import KEY, Town, credit_code

pytestmark = pytest.mark.django_db
ONE_CLICK = {"delivery": "apply_and_enjoy", "funding": FUNDING}
Publish = Callable[..., PolicyVersion]
Grant = Callable[..., Appropriation]


def apply(firm: Beneficiary, policy: str = "award", **changes: Any) -> Claim:
    values: dict[str, Any] = {
        "beneficiary": firm,
        "policy_code": policy,
        "period": "2023",
        "actor": owner_of(firm),
        "commitment_accepted": True,
        "day": DAY,
    }
    return claim_apply(**(values | changes))


def nothing_done() -> bool:
    tables = (Claim, ClaimShare, ClaimItem, ClaimExclusion, Evidence, Reservation)
    return not any(table.objects.exists() for table in tables)


@pytest.fixture
def money(grant: Grant) -> list[Appropriation]:
    return [grant("340207", 10_000_000), grant("340200", 10_000_000)]


def test_one_click_reserves_on_both_payers_and_releases(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **ONE_CLICK)
    (firm,) = firms_settle(town, [40])
    claim = apply(firm)
    assert (claim.state, claim.amount_fen) == (ClaimState.RELEASED, 1_000_000)
    assert [move.to_state for move in claim.moves.all()] == ["drafted", "submitted", "approved", "released"]
    assert [move.actor for move in claim.moves.all()] == [owner_of(firm), owner_of(firm), None, None]
    assert claim.account is not None and claim.account["holder_name"] == firm.name
    shares = {share.payer: (share.amount_fen, share.lead) for share in claim.shares.all()}
    assert shares == {"340207": (600_000, True), "340200": (400_000, False)}
    for appropriation, reserved in zip(money, (600_000, 400_000), strict=True):
        appropriation.refresh_from_db()
        assert appropriation.reserved_fen == reserved


def test_the_evidence_says_what_was_known_and_decides_the_same_again(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **ONE_CLICK)
    (firm,) = firms_settle(town, [40])
    evidence = apply(firm).evidence.get()
    fact = evidence.facts["insured_headcount"]
    assert (fact["value"], fact["source"], fact["as_of"]) == (40, "social_insurance", "2023-06-01")
    assert fact["delivery"] and fact["row"]
    assert evidence.verdict["verdict"] == "eligible" and "40" in str(evidence.verdict["reasons"])
    replay = evidence_replay(evidence, store_catalogue())
    assert replay.intact and replay.same, replay.differences
    evidence.facts = {**evidence.facts, "insured_headcount": {**fact, "value": 3}}
    replay = evidence_replay(evidence, store_catalogue())
    assert not replay.intact and not replay.same and any("verdict" in line for line in replay.differences)


def test_a_replayed_request_is_the_same_claim_and_a_second_click_is_told_of_it(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **ONE_CLICK)
    (firm,) = firms_settle(town, [40])
    claim = apply(firm, idempotency_key="k1")
    assert apply(firm, idempotency_key="k1") == claim
    for key in ("k2", None):
        with pytest.raises(errors.AlreadyClaimedError, match=str(claim.pk)):
            apply(firm, idempotency_key=key)
    with pytest.raises(errors.RequestReusedError):
        apply(firm, idempotency_key="k1", period="2022")
    assert Claim.objects.count() == 1 and Reservation.objects.count() == 2


def test_each_refusal_has_its_reason_and_leaves_nothing(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **ONE_CLICK)
    publish("automatic")
    publish("province", **ONE_CLICK, paid_by="province")
    publish("zero", **ONE_CLICK, amount="max(insured_headcount - 40, 0) * 100")
    firm, small, unknown, no_account = firms_settle(town, [40, 12, None, 40], accounts=False)
    for each in (firm, small, unknown):
        account_of(each)
    with pytest.raises(errors.CommitmentMissingError):
        apply(firm, commitment_accepted=False)
    with pytest.raises(errors.NotRepresentedError):
        apply(firm, actor=user_named("person"))
    with pytest.raises(errors.PolicyNotClaimableError, match="not in force"):
        apply(firm, "nowhere")
    with pytest.raises(errors.PolicyNotClaimableError, match="not in force"):
        apply(firm, day=DAY.replace(year=2029))
    with pytest.raises(errors.PolicyNotClaimableError, match="without an application"):
        apply(firm, "automatic")
    with pytest.raises(errors.PolicyNotClaimableError, match="elsewhere"):
        apply(firm, "province")
    with pytest.raises(errors.PeriodClosedError, match="open: 2023"):
        apply(firm, period="2024")
    with pytest.raises(errors.NotEligibleError, match="30"):
        apply(small)
    with pytest.raises(errors.FactsMissingError, match="insured headcount"):
        apply(unknown)
    with pytest.raises(errors.NothingToPayError):
        apply(firm, "zero")
    with pytest.raises(errors.AccountMissingError):
        apply(no_account)
    with pytest.raises(errors.AccountNotYoursError):
        apply(firm, account=account_of(small, "99999"))
    assert nothing_done()


def test_an_account_on_hold_is_not_paid_to(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    publish("award", **ONE_CLICK)
    (firm,) = firms_settle(town, [40])
    old = account_of(firm)
    held = account_of(firm, "88888")
    type(held).objects.filter(pk=held.pk).update(usable_from=timezone.now() + timedelta(days=3))
    with pytest.raises(errors.AccountNotYoursError):
        apply(firm, account=held)
    claim = apply(firm)
    assert claim.account is not None and claim.account["payee_account"] == old.pk


@pytest.mark.parametrize("short", ["340200", "340207"])
def test_when_one_payer_is_short_nothing_is_reserved_and_the_claim_queues(
    town: Town, publish: Publish, grant: Grant, short: str
) -> None:
    publish("award", **ONE_CLICK)
    for payer in ("340200", "340207"):
        grant(payer, 1 if payer == short else 10_000_000)
    (firm,) = firms_settle(town, [40])
    claim = apply(firm)
    assert (claim.state, claim.waits_for_money) == (ClaimState.SUBMITTED, True)
    assert not Reservation.objects.exists() and not ClaimShare.objects.exists()


def test_where_the_policy_stops_a_short_appropriation_refuses(town: Town, publish: Publish, grant: Grant) -> None:
    publish("award", **{**ONE_CLICK, "funding": {**FUNDING, "when_short": "stop"}})
    grant("340200", 399_999)
    grant("340207", 10_000_000)
    (firm,) = firms_settle(town, [40])
    with pytest.raises(errors.MoneyShortError, match=r"3,999\.99"):
        apply(firm)
    assert nothing_done()


def test_who_comes_later_does_not_overtake_the_queue(town: Town, publish: Publish, grant: Grant) -> None:
    publish("award", **ONE_CLICK, amount="insured_headcount * 100")
    grant("340200", 10_000_000)
    grant("340207", 300_000)
    large, small = firms_settle(town, [60, 40])
    assert apply(large).waits_for_money and apply(small).waits_for_money


def test_a_time_limited_claim_goes_to_an_official(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    publish("award", **{**ONE_CLICK, "delivery": "time_limited", "promise": {"days": 15, "unit": "working_days"}})
    (firm,) = firms_settle(town, [40])
    claim = apply(firm)
    assert claim.state == ClaimState.IN_REVIEW and not Reservation.objects.exists()
    assert claim.due_on is not None and claim.due_on.isoformat() == "2023-07-07"  # over the dragon boat festival


HIRES = {**ONE_CLICK, "eligibility": "count(items) >= 1", "amount": "1000 * count(items)"} | {
    "items": {"from": "hires", "key": "identity", "where": "labour_contract_signed"},
    "exclusions": [{"group": "hire-subsidy", "per": "item", "window": "ever", "rule": "once"}],
}


def hires(town: Town, *rows: tuple[int, int]) -> None:
    """Firm number, person number."""
    identity = fact_definitions()["hires"].fields["identity"].column
    signed = fact_definitions()["hires"].fields["labour_contract_signed"].column
    town.deliver(
        "hires",
        [KEY, identity, signed],
        *([credit_code(firm), f"34020219900101{person:04d}", "是"] for firm, person in rows),
        as_of="2023-06-01",
    )


def test_a_hire_counts_once_whichever_firm_comes_first(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **HIRES)
    first, second, third = firms_settle(town, [40, 40, 40])
    hires(town, (1, 11), (1, 22), (2, 22), (2, 33), (3, 11))
    assert apply(first).amount_fen == 200_000
    claim = apply(second)
    assert claim.amount_fen == 100_000 and claim.items.count() == 1
    evidence = claim.evidence.get()
    assert len(evidence.context["items_used"]) == 1 and evidence_replay(evidence, store_catalogue()).same
    with pytest.raises(errors.ItemUsedError):
        apply(third)
    assert Claim.objects.count() == 2


def exclusion(**changes: object) -> dict[str, Any]:
    return {**ONE_CLICK, "exclusions": [{"group": "awards", "window": "year", "rule": "highest_only", **changes}]}


def test_the_higher_award_is_topped_up_and_the_lower_one_refused(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("low", **exclusion(), amount="3000")
    publish("high", **exclusion(), amount="5000")
    publish("middle", **exclusion(), amount="4000")
    (firm,) = firms_settle(town, [40])
    assert apply(firm, "low").amount_fen == 300_000
    high = apply(firm, "high")
    assert high.amount_fen == 200_000
    given_up = high.exclusions.get().given_up
    assert given_up is not None and given_up["fen"] == 300_000 and "low" in given_up["en"]
    with pytest.raises(errors.ExcludedError, match="low"):
        apply(firm, "middle")
    assert evidence_replay(high.evidence.get(), store_catalogue()).same


def test_another_year_is_another_window(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    publish("low", **exclusion(rule="once"), in_force={"from": "2022-01-01", "until": "2025-12-31"})
    publish("other", **exclusion(rule="once"), in_force={"from": "2022-01-01", "until": "2025-12-31"})
    (firm,) = firms_settle(town, [40])
    town.deliver("social_insurance", [KEY, "insured_headcount"], [firm.code, 40], as_of="2022-12-01")
    town.deliver("tax_registration", [KEY, "accepting_area"], [firm.code, "340207"], as_of="2022-12-01")
    apply(firm, "low", period="2022")
    apply(firm, "other")
    with pytest.raises(errors.ExcludedError):
        apply(firm, "low")


def test_paid_before_is_taken_off_by_the_amount_itself(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("first", **exclusion(group="listing", window="ever", rule="top_up"), amount="1000")
    publish(
        "second", **exclusion(group="listing", window="ever", rule="top_up"), amount='4000 - paid("listing", "ever")'
    )
    (firm,) = firms_settle(town, [40])
    apply(firm, "first")
    second = apply(firm, "second")
    assert second.amount_fen == 300_000
    assert evidence_replay(second.evidence.get(), store_catalogue()).same


def test_a_withdrawn_claim_stands_in_nobodys_way(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    publish("award", **HIRES)
    first, second = firms_settle(town, [40, 40])
    hires(town, (1, 11), (2, 11))
    claim = apply(first)
    Claim.objects.filter(pk=claim.pk).update(state=ClaimState.WITHDRAWN, moved_at=timezone.now())
    assert apply(second).amount_fen == 100_000
