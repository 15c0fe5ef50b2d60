"""The bank's statement against the books: what is not explained stands in suspense until somebody explains it."""

from datetime import date

import pytest

from supermarket.ledger.selectors import account_balance_fen
from supermarket.payouts.checks import books_check
from supermarket.payouts.errors import NothingProposedError, SecondPersonError
from supermarket.payouts.models import Alarm, BankStatement, StatementLine, SuspenseItem
from supermarket.payouts.selectors import suspense_open
from supermarket.payouts.services import suspense_approve, suspense_propose
from supermarket.payouts.work import payouts_work_until_idle
from tests.payouts.bank import Bank
from tests.payouts.factory import CITY, officer, payer_account, released_claims

pytestmark = pytest.mark.django_db(transaction=True)


def bank_agrees(bank: Bank) -> bool:
    return account_balance_fen("bank", payer_account().number) == bank.balance_fen(f"P{CITY}")


def test_every_line_is_matched(city_bank: Bank) -> None:
    released_claims([1_00, 2_00, 3_00])
    payouts_work_until_idle()
    city_bank.advance(3)
    payouts_work_until_idle()
    assert [line.attempt is not None for line in StatementLine.objects.all()] == [True, True, True]
    assert list(BankStatement.objects.values_list("day", flat=True)) == [date(2023, 6, 15), date(2023, 6, 16)]
    assert bank_agrees(city_bank)
    assert books_check() == []


def test_a_day_is_taken_in_once(city_bank: Bank) -> None:
    released_claims([1_00])
    payouts_work_until_idle()
    city_bank.advance(1)
    payouts_work_until_idle()
    message = BankStatement.objects.get().message.number
    city_bank.ask("POST", f"/_mock/mailbox/{message}/unread")
    payouts_work_until_idle()
    assert BankStatement.objects.count() == 1
    assert books_check() == []


def test_a_statement_with_a_hole_stands_in_suspense(city_bank: Bank) -> None:
    """The bank leaves a line off: the balance is true, the lines do not explain it."""
    payer_account()
    city_bank.behave(f"P{CITY}", "statement-gap")
    released_claims([1_00, 2_00])
    payouts_work_until_idle()
    city_bank.advance(1)
    payouts_work_until_idle()
    (item,) = suspense_open()
    assert (item.kind, item.amount_fen) == (SuspenseItem.Kind.GAP, -2_00)
    assert bank_agrees(city_bank)
    assert Alarm.objects.get().kind == "statement-gap"
    assert any("does not close" in problem for problem in books_check())


def test_money_that_arrives_stands_in_suspense_until_somebody_says_what_it_is(city_bank: Bank) -> None:
    payer_account()
    city_bank.ask(
        "POST",
        "/_mock/credits",
        {"account": f"P{CITY}", "amount": 5_00, "note": "退还奖补", "debtor": {"name": "某企业"}},
    )
    city_bank.advance(1)
    payouts_work_until_idle()
    (item,) = suspense_open()
    assert (item.amount_fen, item.line and item.line.words) == (5_00, "退还奖补")
    assert bank_agrees(city_bank)
    suspense_propose(item=item, answer="funding", target="财库〔2023〕7号", resolution="年中追加", actor=officer())
    with pytest.raises(SecondPersonError):
        suspense_approve(item=item, actor=officer())
    assert suspense_open()
    suspense_approve(item=item, actor=officer("second"))
    with pytest.raises(NothingProposedError):  # said twice, entered once
        suspense_approve(item=item, actor=officer("third"))
    assert not suspense_open()
    assert account_balance_fen("suspense", payer_account().number) == 0
    assert books_check() == []


def test_a_balance_that_jumps_overnight(city_bank: Bank) -> None:
    payer_account()
    city_bank.advance(1)
    city_bank.ask("PATCH", f"/_mock/accounts/P{CITY}", {"balance": city_bank.balance_fen(f"P{CITY}") - 7})
    city_bank.advance(1)
    payouts_work_until_idle()
    (item,) = suspense_open()
    assert (item.kind, item.amount_fen) == (SuspenseItem.Kind.JUMP, -7)
    assert bank_agrees(city_bank)
