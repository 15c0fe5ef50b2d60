"""Clawback through the bank: money that comes back by a transfer, and what is set off against the next payment."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supermarket.claims.errors import ClaimError
from supermarket.claims.models import Claim, Recovery, Repayment
from supermarket.claims.recoveries.opening import recovery_open
from supermarket.claims.recoveries.repaying import slip_confirm, slip_enter
from supermarket.claims.recoveries.steps import (
    recovery_notice,
    recovery_object,
    write_off_approve,
    write_off_propose,
)
from supermarket.ledger.models import Appropriation
from supermarket.ledger.selectors import account_balance_fen, trial_balance
from supermarket.notices.models import Notice
from supermarket.payouts.checks import books_check
from supermarket.payouts.creation import payout_create_for_claims
from supermarket.payouts.errors import SuspenseAnswerError
from supermarket.payouts.models import Payout
from supermarket.payouts.repayments import recovery_named
from supermarket.payouts.selectors import suspense_open
from supermarket.payouts.services import suspense_approve, suspense_propose
from supermarket.payouts.work import payouts_work_until_idle
from supermarket.users.models import Representation, Role
from tests.payouts.bank import Bank
from tests.payouts.factory import CITY, JINGHU, officer, payer_account, released_claims

pytestmark = pytest.mark.django_db(transaction=True)
SHARES = {CITY: 40, JINGHU: 60}


def release(fen: int, *, to: Claim | None = None, **more: Any) -> Claim:
    """A released claim; `to`: of the beneficiary of another one."""
    (claim,) = released_claims([fen], **{"shares": SHARES, "lead": JINGHU, **more})
    if to is not None:
        Claim.objects.filter(pk=claim.pk).update(beneficiary=to.beneficiary, period=str(2024 + claim.pk % 1000))
    claim.refresh_from_db()
    return claim


def asked_back(claim: Claim, fen: int | None = None, *, due: bool = True) -> Recovery:
    recovery = recovery_open(
        claim=claim, ground=Recovery.Ground.COMMITMENT_BROKEN, actor=officer(), text="迁出", amount_fen=fen
    )
    recovery = recovery_notice(recovery=recovery, actor=officer())
    if due:
        Recovery.objects.filter(pk=recovery.pk).update(due_on=date(2023, 6, 14))
    return recovery


@pytest.fixture
def paid(city_bank: Bank) -> Claim:
    claim = release(1_000_00)
    payouts_work_until_idle()
    assert city_bank.booked() == [(f"340200-{claim.pk}-1-1", 1_000_00)]
    return claim


def transfer(bank: Bank, fen: int, words: str) -> None:
    credit = {"account": f"P{JINGHU}", "amount": fen, "note": words, "debtor": {"name": "某企业"}}
    bank.ask("POST", "/_mock/credits", credit)
    bank.advance(3)  # over a weekend too
    payouts_work_until_idle()


def test_a_transfer_that_names_the_recovery_is_a_repayment(paid: Claim, city_bank: Bank) -> None:
    recovery = asked_back(paid, 300_00)
    transfer(city_bank, 100_00, f"退还 {recovery.reference} 首期")
    recovery.refresh_from_db()
    assert (recovery.state, recovery.repaid_fen) == ("repaying", 100_00)
    assert not suspense_open() and books_check() == []
    transfer(city_bank, 200_01, recovery.reference)
    recovery.refresh_from_db()
    assert recovery.repaid_fen == 100_00, "more than is owed is not kept: it waits in suspense for a person"
    assert suspense_open().count() == 1
    transfer(city_bank, 200_00, recovery.reference)
    recovery.refresh_from_db()
    assert recovery.state == "recovered"
    assert account_balance_fen("expense", JINGHU) == 600_00 - 180_00
    assert account_balance_fen("due_from", f"{CITY}>{JINGHU}") == 400_00 - 120_00
    number = payer_account(JINGHU).number
    assert account_balance_fen("bank", number) == city_bank.balance_fen(f"P{JINGHU}")
    assert books_check() == []


def test_a_reference_with_a_typing_error_matches_nothing(paid: Claim, city_bank: Bank) -> None:
    recovery = asked_back(paid, 300_00)
    wrong = f"{recovery.reference[:-1]}{(int(recovery.reference[-1]) + 1) % 10}"
    assert recovery_named(wrong) is None and recovery_named(f"x{recovery.reference}") == recovery
    transfer(city_bank, 300_00, wrong)
    assert not Repayment.objects.exists() and suspense_open().count() == 1


def test_two_people_say_that_a_credit_without_a_reference_is_one(paid: Claim, city_bank: Bank) -> None:
    recovery = asked_back(paid, 300_00)
    transfer(city_bank, 300_00, "退款")
    (item,) = suspense_open()
    said = {"item": item, "answer": "recovery", "resolution": "企业电话确认", "actor": officer("first")}
    for wrong in ("", "TH0000000000", str(recovery.pk)):
        with pytest.raises(SuspenseAnswerError):
            suspense_propose(target=wrong, **said)
    suspense_propose(target=recovery.reference, **said)
    payouts_work_until_idle()
    assert not Repayment.objects.exists(), "one person moves nothing"
    suspense_approve(item=item, actor=officer("second"))
    recovery.refresh_from_db()
    assert recovery.state == "recovered" and not suspense_open() and books_check() == []


def test_what_is_owed_is_set_off_against_the_next_payment(paid: Claim, city_bank: Bank) -> None:
    recovery = asked_back(paid, 300_00)
    later = release(500_00, to=paid)
    payouts_work_until_idle()
    assert (f"340200-{later.pk}-1-1", 200_00) in city_bank.booked()
    recovery.refresh_from_db()
    later.refresh_from_db()
    assert (recovery.state, later.state) == ("recovered", "paid")
    repayment = Repayment.objects.get()
    assert (repayment.source, repayment.offset_claim_id, repayment.amount_fen) == ("offset", later.pk, 300_00)
    assert Notice.objects.filter(kind="recovery_offset").count() == 1
    spent = dict(Appropriation.objects.values_list("payer", "spent_fen"))
    assert spent == {CITY: 600_00, JINGHU: 900_00}, "the later claim costs its payers all of it"
    assert account_balance_fen("expense", JINGHU) == 600_00 + 300_00 - 180_00
    city_bank.advance(1)
    payouts_work_until_idle()
    assert books_check() == []


def test_a_payment_that_is_set_off_whole_never_reaches_the_bank(paid: Claim, city_bank: Bank) -> None:
    recovery = asked_back(paid)
    later = release(400_00, to=paid)
    payouts_work_until_idle()
    later.refresh_from_db()
    recovery.refresh_from_db()
    assert later.state == "paid" and not Payout.objects.filter(claim=later).exists()
    assert (recovery.state, recovery.left_fen) == ("repaying", 600_00)
    assert len(city_bank.booked()) == 1 and books_check() == []


def test_nothing_is_set_off_before_its_time_or_by_another_payer(paid: Claim, city_bank: Bank) -> None:
    recovery = asked_back(paid, due=False)
    release(100_00, to=paid)
    payouts_work_until_idle()
    Recovery.objects.filter(pk=recovery.pk).update(due_on=date(2023, 6, 14))
    release(100_01, to=paid, shares={CITY: 100}, lead=CITY)
    payouts_work_until_idle()
    assert not Repayment.objects.exists()
    assert sorted(fen for _, fen in city_bank.booked()) == [100_00, 100_01, 1_000_00]


def test_an_open_objection_keeps_it_from_being_set_off(paid: Claim, city_bank: Bank) -> None:
    recovery = asked_back(paid, due=False)
    owner = officer("owner", Role.REPRESENTATIVE)
    Representation.objects.create(user=owner, beneficiary=paid.beneficiary, since=date(2020, 1, 1))
    recovery_object(recovery=recovery, text="没有迁出", actor=owner)
    Recovery.objects.filter(pk=recovery.pk).update(due_on=date(2023, 6, 14))
    release(100_00, to=paid)
    payouts_work_until_idle()
    assert not Repayment.objects.exists()


def test_a_rest_that_comes_back_does_not_undo_what_was_set_off(paid: Claim, city_bank: Bank) -> None:
    recovery = asked_back(paid, 300_00)
    city_bank.behave(f"P{JINGHU}", "return-later", days=1, reason="AC04")
    later = release(500_00, to=paid)
    payouts_work_until_idle()
    city_bank.advance(2)
    payouts_work_until_idle()
    assert Payout.objects.get(claim=later).state == "returned"
    recovery.refresh_from_db()
    assert recovery.state == "recovered" and books_check() == []


@pytest.fixture
def settled(transactional_db: None) -> Iterator[Claim]:
    """A paid claim without a bank."""
    from supermarket.ledger.services import appropriation_instruct, appropriation_spend, holder_of

    claim = release(1_000_00)
    appropriation_instruct(events={holder_of(claim.pk): "paid"})
    appropriation_spend(events={holder_of(claim.pk): "paid"})
    for step, state in enumerate(("paying", "paid"), 1):
        Claim.objects.filter(pk=claim.pk).update(state=state, moved_at=claim.moved_at + timedelta(seconds=step))
    yield claim


def amounts(least: int = -5) -> st.SearchStrategy[int]:
    return st.one_of(st.integers(least, 400_00), st.sampled_from([1, 333_33, 1_000_00, 1_000_01]))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["open", "slip", "offset"]), amounts()),
        st.tuples(st.sampled_from(["write off"]), st.just(0)),
    ),
    min_size=2,
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_in_any_order_nobody_repays_more_than_was_paid(settled: Claim, steps: list[tuple[str, int]]) -> None:
    """Whatever is opened, repaid, set off and written off: the receivable is never negative, the ledger sums to zero,
    and all that came back is at most what was paid."""
    with transaction.atomic():
        for number, (step, fen) in enumerate(steps):
            try:
                with transaction.atomic():
                    take(settled, step, fen, number)
            except ClaimError:
                pass
            check(settled)
        transaction.set_rollback(True)


def take(claim: Claim, step: str, fen: int, number: int) -> None:
    recoveries = Recovery.objects.order_by("pk")
    match step:
        case "open":
            ground = list(Recovery.Ground)[2 + number % 2]
            recovery = recovery_open(claim=claim, ground=ground, actor=officer(), text="迁出", amount_fen=fen)
            recovery_notice(recovery=recovery, actor=officer())
            Recovery.objects.filter(pk=recovery.pk).update(due_on=date(2023, 6, 14))
        case "slip":
            for recovery in recoveries[:1]:
                slip = slip_enter(
                    recovery=recovery,
                    amount_fen=fen,
                    received_on=date(2023, 6, 15),
                    document=str(number),
                    actor=officer(),
                )
                slip_confirm(slip=slip, actor=officer("second"))
        case "offset":
            if fen >= 10:
                later = release(fen, to=claim)
                payout_create_for_claims(claims=[later.pk])
        case "write off":
            for recovery in recoveries:
                write_off_propose(recovery=recovery, text="无财产", actor=officer("second"))
                write_off_approve(recovery=recovery, actor=officer("third"))


def check(claim: Claim) -> None:
    assert sum(balance.amount_fen for balance in trial_balance()) == 0
    for payer in SHARES:
        assert account_balance_fen("recoverable", payer) >= 0
    asked = sum(Recovery.objects.values_list("amount_fen", flat=True))
    back = sum(Repayment.objects.values_list("amount_fen", flat=True))
    assert back <= asked <= 1_000_00
    problems = [problem for problem in books_check() if "settled payouts" not in problem]
    assert problems == []
