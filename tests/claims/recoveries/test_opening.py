"""How a recovery begins: computed where a fact or a title is another one, entered where a commitment was broken."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from enterprises.models import Delivery
from enterprises.services import delivery_withdraw, dispute_raise, dispute_uphold, fact_correct
from policies.models import PolicyVersion
from supermarket.claims.errors import ClaimError, FactsMissingError, NothingOwedError, OnItsWayError
from supermarket.claims.models import Recovery, RecoveryShare
from supermarket.claims.recoveries.checks import recoveries_check
from supermarket.claims.recoveries.opening import recovery_open
from supermarket.claims.replaying import claim_replay
from supermarket.claims.states import RECOVERY_MOVES
from supermarket.ledger.models import Appropriation
from supermarket.ledger.selectors import appropriations_in_disorder
from supermarket.users.models import User
from tests.claims.people import firms_settle, owner_of
from tests.claims.recoveries.conftest import CITY, JIUJIANG, ONE_CLICK, Case, apply, pay
from tests.enterprises.files import Town

pytestmark = pytest.mark.django_db
Ground = Recovery.Ground
PER_HEAD = {**ONE_CLICK, "eligibility": "insured_headcount > 0", "amount": "insured_headcount * 100"}


def correct(case: Case, headcount: int | None) -> list[Any]:
    return fact_correct(
        beneficiary=case.firm,
        fact="insured_headcount",
        value=headcount,
        as_of=date(2023, 6, 1),
        actor=None,
        reason="重复计数",
    )


def test_a_corrected_fact_opens_a_recovery_of_all_that_was_paid(paid: Case) -> None:
    effects = correct(paid, 12)
    recovery = Recovery.objects.get()
    assert (recovery.ground, recovery.state, recovery.amount_fen) == (Ground.FACT_CORRECTED, "opened", 10_000_00)
    assert recovery.calculation == [
        {"instalment": 1, "paid_fen": 10_000_00, "entitled_fen": 0, "excess_fen": 10_000_00}
    ]
    assert {share.payer: (share.amount_fen, share.lead) for share in recovery.shares.all()} == {
        CITY: (4_000_00, False),
        JIUJIANG: (6_000_00, True),
    }
    assert [effect.en for effect in effects if effect.kind == "recovery"] == [
        f"claim {paid.claim.pk}: recovery of 10,000.00 yuan opened"
    ]
    assert recovery.evidence is not None and recovery.evidence.amount_fen == 0
    assert all(line.good for line in claim_replay(paid.claim)), "the decision that asks it back can be replayed"
    assert list(recoveries_check()) == []


def test_only_what_is_too_much_is_asked_back(town: Town, publish: Callable[..., PolicyVersion], money: None) -> None:
    publish("award", **PER_HEAD)
    (firm,) = firms_settle(town, [40])
    case = Case(firm, owner_of(firm), pay(apply(firm)))
    assert case.claim.amount_fen == 4_000_00
    correct(case, 25)
    recovery = Recovery.objects.get()
    assert recovery.amount_fen == 1_500_00
    assert dict(recovery.shares.values_list("payer", "amount_fen")) == {CITY: 600_00, JIUJIANG: 900_00}
    correct(case, 50)
    assert Recovery.objects.count() == 1, "more is not asked for, and nothing is owed twice"


def test_an_upheld_dispute_and_a_withdrawn_delivery_open_too(paid: Case) -> None:
    dispute = dispute_raise(
        beneficiary=paid.firm, fact="insured_headcount", statement="少了", actor=None, reference=date(2023, 6, 15)
    )
    dispute_uphold(dispute=dispute, value=10, answer="属实", actor=None)
    assert Recovery.objects.get().ground == Ground.FACT_CORRECTED


def test_a_withdrawn_delivery_that_leaves_it_open_opens_nothing(paid: Case) -> None:
    """What is not known any more is not taken for no: the official is told, nobody is charged."""
    delivery = Delivery.objects.get(source__code="social_insurance")
    effects = delivery_withdraw(delivery=delivery, actor=None, reason="口径有误")
    assert not Recovery.objects.exists()
    (told,) = [effect for effect in effects if effect.kind == "recovery"]
    assert "no recovery opened" in told.en and "data are missing" in told.en
    with pytest.raises(FactsMissingError):
        recovery_open(claim=paid.claim, ground=Ground.FACT_CORRECTED, actor=None, text="")


def test_a_fact_that_changes_nothing_opens_nothing(paid: Case) -> None:
    correct(paid, 35)
    assert not Recovery.objects.exists()
    with pytest.raises(NothingOwedError, match=r"10,000.00 yuan paid, entitled to 10,000.00"):
        recovery_open(claim=paid.claim, ground=Ground.FACT_CORRECTED, actor=None, text="")


def test_a_broken_commitment_is_opened_by_an_official_with_a_reason(paid: Case, user: Callable[[str], User]) -> None:
    def open_(**changes: Any) -> Recovery:
        values = {"ground": Ground.COMMITMENT_BROKEN, "actor": user("editor"), "text": "两年内迁出"}
        return recovery_open(claim=paid.claim, **(values | changes))

    for bad in (0, -1, 10_000_01):
        with pytest.raises(ClaimError, match="more than zero and at most"):
            open_(amount_fen=bad)
    with pytest.raises(ClaimError, match="say why"):
        open_(text="  ")
    assert not Recovery.objects.exists()
    assert open_(amount_fen=2_500_00).amount_fen == 2_500_00
    with pytest.raises(ClaimError, match="is open"):
        open_()
    with pytest.raises(ClaimError, match=r"at most 7,500\.00"):
        open_(ground=Ground.PAID_IN_ERROR, amount_fen=7_500_01)
    assert open_(ground=Ground.PAID_IN_ERROR).amount_fen == 7_500_00, "both together ask for what was paid, not more"


def test_money_on_its_way_is_waited_for(
    town: Town, publish: Callable[..., PolicyVersion], money: None, user: Callable[[str], User]
) -> None:
    publish("award", **ONE_CLICK)
    (firm,) = firms_settle(town, [40])
    claim = apply(firm)
    with pytest.raises(OnItsWayError):
        recovery_open(claim=claim, ground=Ground.COMMITMENT_BROKEN, actor=user("editor"), text="迁出")


def test_instalments_that_are_still_to_come_are_not_paid_any_more(
    town: Town, publish: Callable[..., PolicyVersion], money: None
) -> None:
    parts = [{"share": "1/2", "after": "P0D"}, {"share": "1/2", "after": "P1Y"}]
    publish("award", **PER_HEAD, instalments=parts)
    (firm,) = firms_settle(town, [40])
    case = Case(firm, owner_of(firm), pay(apply(firm)))
    correct(case, 30)
    recovery = Recovery.objects.get()
    assert recovery.amount_fen == 500_00, "of the half that was paid"
    second = case.claim.instalments.get(number=2)
    case.claim.refresh_from_db()
    assert (second.amount_fen, case.claim.amount_fen) == (1_500_00, 3_500_00)
    assert sum(case.claim.shares.filter(instalment=2).values_list("amount_fen", flat=True)) == 1_500_00
    correct(case, 0)
    second.refresh_from_db()
    assert second.dropped_because is not None
    assert list(Recovery.objects.order_by("pk").values_list("amount_fen", flat=True)) == [500_00, 1_500_00]
    reserved = sum(Appropriation.objects.values_list("reserved_fen", flat=True))
    assert reserved == 0 and appropriations_in_disorder() == []


def refused(action: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        action()


def test_the_database_itself_refuses_what_the_code_would_not_do(noticed: Recovery, user: Callable[[str], User]) -> None:
    rows = Recovery.objects.filter(pk=noticed.pk)
    later = noticed.moved_at.replace(year=2030)
    for state in set(RECOVERY_MOVES) - set(RECOVERY_MOVES["noticed"]) - {"noticed"}:
        refused(lambda state=state: rows.update(state=state, moved_at=later))
    refused(lambda: rows.update(state="recovered", moved_at=later))  # nothing came back
    refused(lambda: rows.update(state="written_off", moved_at=later))  # by nobody
    refused(lambda: rows.update(state="written_off", moved_at=later, written_off_by=user("editor")))  # by who opened it
    refused(lambda: rows.update(state="referred"))  # without a when
    refused(lambda: rows.update(repaid_fen=noticed.amount_fen + 1))
    refused(lambda: rows.update(repaid_fen=-1))
    refused(lambda: RecoveryShare.objects.update(repaid_fen=10_000_00))
    refused(lambda: rows.delete())
    rows.update(repaid_fen=5)
    refused(lambda: rows.update(repaid_fen=4))
    with connection.cursor() as cursor:
        cursor.execute("SELECT from_state, to_state, actor_id FROM claims_recoverymove ORDER BY id")
        assert cursor.fetchall() == [("", "opened", user("editor").pk), ("opened", "noticed", user("editor").pk)]
