"""The way of the money, from a released claim to the bank's statement, through a bank on a real socket."""

import pytest

from supermarket.claims.models import Claim
from supermarket.ledger.selectors import account_balance_fen, appropriations_in_disorder, trial_balance
from supermarket.payouts.models import Alarm, Payout, SuspenseItem
from supermarket.payouts.work import payouts_work_until_idle
from tests.payouts.bank import Bank
from tests.payouts.factory import CITY, CLOSED, payer_account, released_claims

pytestmark = pytest.mark.django_db(transaction=True)


def states() -> list[str]:
    return list(Payout.objects.order_by("pk").values_list("state", flat=True))


def test_three_claims_one_with_a_closed_account(city_bank: Bank) -> None:
    released_claims([100_00, 200_00, 300_00], numbers={1: CLOSED})
    payouts_work_until_idle()
    assert states() == ["settled", "returned", "settled"]
    assert list(Claim.objects.order_by("pk").values_list("state", flat=True)) == ["paid", "paying", "paid"]
    assert Payout.objects.get(state="returned").reason["zh"].startswith("账户已销户")
    assert [amount_fen for _, amount_fen in city_bank.booked()] == [100_00, 300_00]
    city_bank.advance(1)
    payouts_work_until_idle()
    account = payer_account()
    assert account_balance_fen("bank", account.number) == city_bank.balance_fen(f"P{CITY}")
    assert account_balance_fen("outstanding", account.number) == 0
    assert account_balance_fen("expense", CITY) == 400_00
    assert not SuspenseItem.objects.exists()
    assert not Alarm.objects.exists()
    assert sum(balance.amount_fen for balance in trial_balance()) == 0
    assert appropriations_in_disorder() == []
