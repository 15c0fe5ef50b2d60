"""Statements that come late or by hand, and what is done about money that nobody can explain: always by two."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from supermarket.ledger.selectors import account_balance_fen
from supermarket.payouts.checks import books_check
from supermarket.payouts.errors import (
    NothingProposedError,
    SecondPersonError,
    StatementRefusedError,
    SuspenseAnswerError,
)
from supermarket.payouts.models import (
    Alarm,
    BankMessage,
    BankStatement,
    Channel,
    PayerAccount,
    Payout,
    SubBatch,
    SuspenseItem,
)
from supermarket.payouts.rails.base import Outcome
from supermarket.payouts.rails.folder import DropFolder
from supermarket.payouts.reconciliation import account_days, accounts_standing, days_missing, suspense_ages
from supermarket.payouts.selectors import suspense_open
from supermarket.payouts.services import (
    statement_bring,
    statement_confirm,
    statement_decline,
    suspense_approve,
    suspense_propose,
    suspense_send_back,
    unknown_confirm,
    unknown_say,
)
from supermarket.payouts.unknowns import unknowns
from supermarket.payouts.work import payouts_work, payouts_work_until_idle
from tests.payouts.batch_bank import BatchBank, Booking, sealed, statement_head, statement_row
from tests.payouts.factory import CITY, NAMES, officer, released_claims

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "34020000000100000001"
FRIDAY, MONDAY, TUESDAY = date(2023, 6, 16), date(2023, 6, 19), date(2023, 6, 20)


@pytest.fixture(autouse=True)
def at_once(settings: Settings) -> None:
    settings.BANK_FOLDER_SETTLE_SECONDS = 0
    settings.PAYOUT_LOOK_UP_SECONDS = 0
    settings.AS_OF = FRIDAY


@pytest.fixture
def account(tmp_path: Path) -> PayerAccount:
    channel = Channel.objects.create(code="files", rail="batch-file", address=str(tmp_path))
    return PayerAccount.objects.create(
        payer=CITY, channel=channel, name=NAMES[CITY], number=NUMBER, bank_code="102362000012"
    )


@pytest.fixture
def bank(account: PayerAccount, tmp_path: Path) -> BatchBank:
    return BatchBank(tmp_path, NUMBER, 1_000_000, day=FRIDAY)


def statement(day: date, opening_fen: int, bookings: Sequence[Booking] = (), closing_fen: int | None = None) -> bytes:
    moved = sum(each.amount_fen * (-1 if each.kind == "D" else 1) for each in bookings)
    closing_fen = opening_fen + moved if closing_fen is None else closing_fen
    head = statement_head(f"{day:%Y%m%d}01", f"{day:%Y%m%d}", NUMBER, opening_fen, closing_fen)
    rows = [statement_row(n, each, f"{day:%Y%m%d}") for n, each in enumerate(bookings, 1)]
    return sealed(head, [each.amount_fen for each in bookings], rows)


def take_in(account: PayerAccount, *files: bytes) -> None:
    for data in files:
        statement_confirm(
            message=statement_bring(account=account, data=data, actor=officer("first")), actor=officer("second")
        )
        payouts_work_until_idle()


ARRIVED = Booking("C", "", 500, "B1", reason="某企业")


def test_a_day_that_comes_late_takes_its_place_and_settles_the_jump(account: PayerAccount) -> None:
    take_in(account, statement(FRIDAY, 1_000), statement(TUESDAY, 1_500))
    (jump,) = suspense_open()
    assert (jump.kind, jump.amount_fen) == (SuspenseItem.Kind.JUMP, 500)
    assert days_missing(account, date(2023, 6, 21)) == [MONDAY]
    take_in(account, statement(MONDAY, 1_000, [ARRIVED]))
    (line,) = suspense_open()
    assert (line.kind, line.amount_fen) == (SuspenseItem.Kind.UNMATCHED, 500)
    assert days_missing(account, date(2023, 6, 21)) == []
    assert not Alarm.objects.filter(kind="statement-jump", resolved_at=None).exists()
    assert account_balance_fen("bank", NUMBER) == 1_500
    assert books_check() == []
    assert [each.closes for each in account_days(account)] == [True, True, True]


def test_days_in_any_order_come_to_the_same_books(account: PayerAccount) -> None:
    take_in(account, statement(TUESDAY, 1_500), statement(FRIDAY, 1_000), statement(MONDAY, 1_000, [ARRIVED]))
    assert account_balance_fen("bank", NUMBER) == 1_500
    assert account_balance_fen("funding", NUMBER) == -1_000
    assert account_balance_fen("suspense", NUMBER) == -500
    assert books_check() == []


def test_a_late_day_that_explains_a_part_leaves_the_rest(account: PayerAccount) -> None:
    take_in(account, statement(FRIDAY, 1_000), statement(TUESDAY, 1_700), statement(MONDAY, 1_000, [ARRIVED]))
    assert sorted((item.kind, item.amount_fen) for item in suspense_open()) == [("jump", 200), ("unmatched", 500)]
    assert account_balance_fen("bank", NUMBER) == 1_700
    assert [each.jump_fen for each in account_days(account)] == [200, 0, 0]


def test_a_jump_that_was_explained_before_its_day_came_is_not_explained_twice(account: PayerAccount) -> None:
    take_in(account, statement(FRIDAY, 1_000), statement(TUESDAY, 1_500))
    (jump,) = suspense_open()
    suspense_propose(item=jump, answer="funding", target="财库1号", resolution="追加", actor=officer("first"))
    suspense_approve(item=jump, actor=officer("second"))
    take_in(account, statement(MONDAY, 1_000, [ARRIVED]))
    assert sorted((item.kind, item.amount_fen) for item in suspense_open()) == [("jump", -500), ("unmatched", 500)]
    first, second = suspense_open()
    suspense_propose(item=first, answer="pair", target=str(second.pk), resolution="同一笔", actor=officer("first"))
    suspense_approve(item=first, actor=officer("second"))
    assert not suspense_open()
    assert account_balance_fen("suspense", NUMBER) == 0
    assert books_check() == []


def test_a_weekend_is_not_missing(account: PayerAccount) -> None:
    take_in(account, statement(FRIDAY, 1_000), statement(MONDAY, 1_000))
    assert days_missing(account, TUESDAY) == []
    (standing,) = accounts_standing(date(2023, 6, 21))
    assert (standing.agrees, list(standing.missing)) == (True, [TUESDAY])


def test_a_statement_by_hand_is_read_only_when_another_person_confirms(account: PayerAccount) -> None:
    message = statement_bring(account=account, data=statement(FRIDAY, 1_000), actor=officer("first"))
    payouts_work_until_idle()
    assert not BankStatement.objects.exists()
    with pytest.raises(SecondPersonError):
        statement_confirm(message=message, actor=officer("first"))
    statement_confirm(message=message, actor=officer("second"))
    payouts_work_until_idle()
    assert BankStatement.objects.get().message.brought_by == officer("first")


def test_a_declined_statement_is_never_read(account: PayerAccount) -> None:
    message = statement_bring(account=account, data=statement(FRIDAY, 1_000), actor=officer("first"))
    statement_decline(message=message, actor=officer("second"))
    payouts_work_until_idle()
    assert not BankStatement.objects.exists()
    with pytest.raises(NothingProposedError):
        statement_confirm(message=message, actor=officer("second"))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (statement(FRIDAY, 1_000).replace(NUMBER.encode(), b"9" * 20), "it is of account 999"),
        (statement(FRIDAY, 1_000)[:-5], "unreadable: line 1"),
        (b"<Document/>", "unreadable: line 1, byte 1"),
        (b"T" + b" " * 24 + NUMBER.encode().ljust(34) + b"FEN" + b"0" * 26 + b"\r\n", "another kind"),
    ],
)
def test_what_is_no_statement_of_the_account_is_not_taken(account: PayerAccount, data: bytes, words: str) -> None:
    with pytest.raises(StatementRefusedError) as caught:
        statement_bring(account=account, data=data, actor=officer())
    assert words in caught.value.message()["en"]
    assert not BankMessage.objects.exists()


def test_the_same_statement_is_not_taken_twice(account: PayerAccount) -> None:
    data = statement(FRIDAY, 1_000)
    take_in(account, data)
    with pytest.raises(StatementRefusedError):
        statement_bring(account=account, data=data, actor=officer())
    with pytest.raises(StatementRefusedError):
        statement_bring(account=account, data=statement(FRIDAY, 1_000, closing_fen=999), actor=officer())


def test_a_payment_that_the_bank_names_wrongly_is_given_to_its_instruction(bank: BatchBank) -> None:
    released_claims([100])
    payouts_work_until_idle()
    (path,) = (bank.folder / "out").iterdir()
    path.unlink()  # taken, paid, no return file; on the statement with a mangled id
    bank.book("D", "340200-?-1-1", 100)
    bank.close_day(MONDAY)
    payouts_work_until_idle()
    (item,) = suspense_open()
    end_to_end_id = Payout.objects.get().attempts.get().end_to_end_id
    for wrong in ("340200-999-1-1", ""):
        with pytest.raises(SuspenseAnswerError):
            suspense_propose(item=item, answer="payment", target=wrong, resolution="电话核实", actor=officer("first"))
    suspense_propose(item=item, answer="payment", target=end_to_end_id, resolution="电话核实", actor=officer("first"))
    assert Payout.objects.get().state == "paying"
    suspense_approve(item=item, actor=officer("second"))
    payouts_work_until_idle()
    assert Payout.objects.get().state == "settled"
    assert books_check() == []


def test_money_of_somebody_else_is_sent_back_and_both_halves_close(account: PayerAccount) -> None:
    back = Booking("D", "", 500, "B2", reason="退还某企业")
    take_in(account, statement(FRIDAY, 1_000, [ARRIVED]), statement(MONDAY, 1_500, [back]))
    came, left = suspense_open()
    with pytest.raises(SuspenseAnswerError):
        suspense_propose(item=came, answer="pair", target=str(came.pk), resolution="退回", actor=officer("first"))
    suspense_propose(item=came, answer="pair", target=str(left.pk), resolution="退回", actor=officer("first"))
    suspense_approve(item=came, actor=officer("second"))
    assert not suspense_open()
    assert books_check() == []


def test_a_proposal_can_be_dropped_and_needs_grounds(account: PayerAccount) -> None:
    take_in(account, statement(FRIDAY, 1_000, [ARRIVED]))
    (item,) = suspense_open()
    for answer, target, grounds in (("funding", "1号", " "), ("funding", "", "追加"), ("gift", "x", "y")):
        with pytest.raises(SuspenseAnswerError):
            suspense_propose(item=item, answer=answer, target=target, resolution=grounds, actor=officer("first"))
    suspense_propose(item=item, answer="funding", target="1号", resolution="追加", actor=officer("first"))
    suspense_send_back(item=item, actor=officer("second"))
    with pytest.raises(NothingProposedError):
        suspense_approve(item=item, actor=officer("second"))
    assert account_balance_fen("suspense", NUMBER) == -500


def test_open_money_by_age(account: PayerAccount) -> None:
    take_in(account, statement(FRIDAY, 1_000, [ARRIVED]), statement(MONDAY, 1_400))
    bands = suspense_ages(suspense_open(), date(2023, 7, 17))
    assert [(band.until_days, band.count, band.debits_fen, band.credits_fen) for band in bands] == [
        (7, 0, 0, 0),
        (30, 1, 100, 0),
        (90, 1, 0, 500),
        (None, 0, 0, 0),
    ]


@pytest.fixture
def lost(bank: BatchBank, monkeypatch: pytest.MonkeyPatch) -> SubBatch:
    """A message of which nobody knows whether it left: the worker died while it put it out."""

    def die(folder: DropFolder, name: str, data: bytes, **_: bool) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(DropFolder, "put", die)
    released_claims([100])
    with pytest.raises(KeyboardInterrupt):
        payouts_work()
    monkeypatch.undo()
    SubBatch.objects.update(available_at=timezone.now())
    payouts_work_until_idle()
    (found,) = unknowns()
    return found


def test_a_lost_file_goes_out_again_when_two_people_say_so_and_once(bank: BatchBank, lost: SubBatch) -> None:
    unknown_say(sub_batch=lost, word="never", reason="工行张经理电话", actor=officer("first"))
    with pytest.raises(SecondPersonError):
        unknown_confirm(sub_batch=lost, actor=officer("first"))
    assert bank.work() == 0
    assert unknown_confirm(sub_batch=lost, actor=officer("second")) == Outcome.ANSWERED
    with pytest.raises(NothingProposedError):
        unknown_confirm(sub_batch=lost, actor=officer("third"))
    assert bank.work() == 1
    payouts_work_until_idle()
    assert Payout.objects.get().state == "settled"
    assert len(bank.paid) == 1


def test_a_file_that_the_bank_has_is_waited_for(bank: BatchBank, lost: SubBatch) -> None:
    unknown_say(sub_batch=lost, word="arrived", reason="工行张经理电话", actor=officer("first"))
    assert unknown_confirm(sub_batch=lost, actor=officer("second")) is None
    assert SubBatch.objects.get().state == "answered"
    assert bank.work() == 0
    assert not unknowns()


def test_nobody_says_anything_without_grounds(lost: SubBatch) -> None:
    for word, reason in (("never", " "), ("perhaps", "x")):
        with pytest.raises(NothingProposedError):
            unknown_say(sub_batch=lost, word=word, reason=reason, actor=officer("first"))
