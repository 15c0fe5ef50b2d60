"""退票: the beneficiary corrects the account and is paid, or the day passes and the right lapses; never both."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from enterprises.accounts import AccountDraft, account_add
from enterprises.models import Beneficiary, PayeeAccount
from supermarket.claims.models import Claim
from supermarket.claims.unpaid import Why, claims_unpaid
from supermarket.ledger.models import Appropriation
from supermarket.notices.models import Notice
from supermarket.payouts.checks import books_check
from supermarket.payouts.mending import mend_until, returns_sweep
from supermarket.payouts.models import Payout, PayoutAttempt
from supermarket.payouts.work import payouts_work_until_idle
from supermarket.users.models import Representation, Role
from tests.payouts.bank import Bank
from tests.payouts.factory import CLOSED, officer, released_claims

pytestmark = pytest.mark.django_db(transaction=True)
DEADLINE = date(2023, 12, 15)


def account_enter(beneficiary: Beneficiary, *, held: timedelta = timedelta(0)) -> PayeeAccount:
    return account_add(
        beneficiary=beneficiary,
        draft=AccountDraft(beneficiary.name, "6222021307001234567", "102362000012", "工商银行芜湖分行"),
        source=PayeeAccount.Source.REPRESENTATIVE,
        actor=None,
        usable_from=timezone.now() + held,
    )


def returned(bank: Bank) -> Payout:
    released_claims([200_00], numbers={0: CLOSED})
    payouts_work_until_idle()
    return Payout.objects.select_related("claim__beneficiary").get()


@pytest.mark.parametrize(
    ("day", "deadline"),
    [
        (date(2023, 6, 15), DEADLINE),
        (date(2023, 11, 30), DEADLINE),
        (date(2023, 12, 1), date(2024, 12, 15)),
        (date(2023, 12, 31), date(2024, 12, 15)),
    ],
)
def test_the_yearly_deadline_leaves_fifteen_days(day: date, deadline: date) -> None:
    assert mend_until(day) == deadline


def test_a_corrected_account_is_paid_once_its_hold_is_over(city_bank: Bank) -> None:
    payout = returned(city_bank)
    assert (payout.state, payout.mend_until) == ("returned", DEADLINE)
    owner = officer("owner", Role.REPRESENTATIVE)
    Representation.objects.create(user=owner, beneficiary=payout.claim.beneficiary, since=date(2020, 1, 1))
    changed = account_enter(payout.claim.beneficiary, held=timedelta(days=3))
    payouts_work_until_idle()
    payout.refresh_from_db()
    assert payout.state == "returned" and city_bank.booked() == [], "a change on hold moves no money"
    PayeeAccount.objects.filter(pk=changed.pk).update(usable_from=timezone.now())
    payouts_work_until_idle()
    payout.refresh_from_db()
    assert payout.state == "settled"
    assert city_bank.booked() == [(f"340200-{payout.claim_id}-1-2", 200_00)]
    attempts = PayoutAttempt.objects.order_by("number")
    assert [each.account["number_masked"][-4:] for each in attempts] == ["0003", "4567"]
    assert Claim.objects.get().account["payee_account"] == changed.pk
    assert [notice.kind for notice in Notice.objects.order_by("pk")] == ["returned", "paid"]
    assert books_check() == []


def test_an_account_that_was_refused_once_is_not_tried_again_by_itself(city_bank: Bank) -> None:
    """The control: the same account again would be returned again, for ever."""
    payout = returned(city_bank)
    account = account_enter(payout.claim.beneficiary)
    Claim.objects.update(account={**payout.claim.account, "payee_account": account.pk})
    payouts_work_until_idle()
    payout.refresh_from_db()
    assert payout.state == "returned" and PayoutAttempt.objects.count() == 1


def test_what_is_not_mended_in_time_lapses_with_its_reservation(city_bank: Bank) -> None:
    payout = returned(city_bank)
    returns_sweep(day=DEADLINE)
    payout.refresh_from_db()
    assert payout.state == "returned", "the last day counts in full"
    assert Appropriation.objects.get().reserved_fen == 200_00
    assert returns_sweep(day=DEADLINE + timedelta(days=1)) == 1
    assert returns_sweep(day=DEADLINE + timedelta(days=1)) == 0
    payout.refresh_from_db()
    claim = Claim.objects.get()
    assert (payout.state, claim.state) == ("unpaid", "lapsed")
    assert claim.reason["zh"].startswith("逾期未更正收款账户")
    assert Appropriation.objects.get().reserved_fen == 0
    assert [(row.pk, row.why) for row in claims_unpaid()] == [(claim.pk, Why.LAPSED)]
    account_enter(claim.beneficiary)
    payouts_work_until_idle()
    assert city_bank.booked() == [], "what lapsed is not paid by a late account"
    assert Notice.objects.order_by("pk").last().kind == "lapsed"
    assert books_check() == []


def test_who_corrected_in_time_and_waits_for_the_hold_does_not_lapse(city_bank: Bank) -> None:
    payout = returned(city_bank)
    account_enter(payout.claim.beneficiary, held=timedelta(days=3))
    assert returns_sweep(day=DEADLINE + timedelta(days=1)) == 0
    payout.refresh_from_db()
    assert payout.state == "returned"
