"""From a claim to the account over drop folders: the batch file with a bank of our own, ISO 20022 with mock-bank."""

import os
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from supermarket.claims.models import Claim
from supermarket.payouts.checks import books_check
from supermarket.payouts.models import (
    Alarm,
    BankEvent,
    BankMessage,
    BankStatement,
    Channel,
    PayerAccount,
    Payout,
    PayoutAttempt,
    SubBatch,
)
from supermarket.payouts.rails.base import Outcome
from supermarket.payouts.rails.folder import DropFolder
from supermarket.payouts.services import payout_release
from supermarket.payouts.work import payouts_work, payouts_work_until_idle
from tests.payouts import batch_bank
from tests.payouts.bank import Bank, account_number
from tests.payouts.batch_bank import BatchBank
from tests.payouts.factory import CITY, CLOSED, NAMES, NUMBERS, bank_accounts_open, officer, payee, released_claims

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = "34020000000100000001"
BAD = "6222021307000000404"


@pytest.fixture(autouse=True)
def at_once(settings: Settings) -> None:
    settings.BANK_FOLDER_SETTLE_SECONDS = 0
    settings.PAYOUT_LOOK_UP_SECONDS = 0
    settings.AS_OF = date(2023, 6, 15)


def account_by(rail: str, folder: Path, number: str) -> PayerAccount:
    channel = Channel.objects.create(code=rail, rail=rail, address=str(folder))
    return PayerAccount.objects.create(
        payer=CITY, channel=channel, name=NAMES[CITY], number=number, bank_code="102362000012"
    )


@pytest.fixture
def batch(tmp_path: Path) -> BatchBank:
    account_by("batch-file", tmp_path, NUMBER)
    return BatchBank(tmp_path, NUMBER, 10**10, refuse={BAD: ("AC04", "账户已销户")})


def states() -> list[str]:
    return list(Payout.objects.order_by("pk").values_list("state", flat=True))


def work_with(bank: BatchBank) -> None:
    """Both sides, until nothing moves any more."""
    payouts_work_until_idle()
    while bank.work():
        payouts_work_until_idle()


def test_a_batch_file_is_paid_row_by_row_and_closes(batch: BatchBank) -> None:
    claims = released_claims([100, 200, 300], numbers={1: BAD})
    work_with(batch)
    assert states() == ["settled", "returned", "settled"]
    assert Payout.objects.get(claim=claims[1]).reason["zh"].startswith("账户已销户")
    batch.close_day(date(2023, 6, 16))
    payouts_work_until_idle()
    assert [line.attempt_id is not None for line in BankStatement.objects.get().lines.all()] == [True, True]
    assert books_check() == []
    assert sorted(fen for _, fen in batch.paid) == [100, 300]


def test_money_that_comes_back_days_later_is_paid_again_to_a_better_account(batch: BatchBank) -> None:
    (claim,) = released_claims([100])
    work_with(batch)
    batch.close_day(date(2023, 6, 16))
    payouts_work_until_idle()
    assert states() == ["settled"]
    batch.give_back(batch.taken[0].name, batch.taken[0].rows[0].end_to_end_id, 100, "AC01", "账号有误")
    payouts_work_until_idle()
    assert states() == ["returned"]
    Claim.objects.filter(pk=claim.pk).update(account=payee("6222021307000000777"))
    payout_release(payout=Payout.objects.get(), actor=officer(), reason={"zh": "已更正", "en": "corrected"})
    work_with(batch)
    batch.close_day(date(2023, 6, 19))
    payouts_work_until_idle()
    assert states() == ["settled"]
    assert list(PayoutAttempt.objects.order_by("number").values_list("state", flat=True)) == ["returned", "settled"]
    assert books_check() == []


def test_files_have_at_most_the_rows_that_the_bank_takes(batch: BatchBank, settings: Settings) -> None:
    settings.PAYOUT_FILE_ROWS = 2
    released_claims([1] * 5)
    work_with(batch)
    assert sorted(len(each.rows) for each in batch.taken) == [1, 2, 2]
    assert len({each.name for each in batch.taken}) == 3
    assert states() == ["settled"] * 5


@pytest.mark.parametrize("name", ["芜" * 61, "王\ue5e5", "芜湖企业 "], ids=["too long", "private character", "space"])
def test_what_the_file_cannot_carry_is_held_before_it_is_frozen_and_the_rest_goes(batch: BatchBank, name: str) -> None:
    claims = released_claims([100, 200])
    Claim.objects.filter(pk=claims[0].pk).update(account=payee("6222021307000000001", name))
    work_with(batch)
    assert states() == ["held", "settled"]
    held = Payout.objects.get(claim=claims[0])
    assert held.reason["zh"] and held.reason["en"]
    assert not held.attempts.exists()
    assert books_check() == []


def test_a_row_of_nobody_is_an_alarm_and_the_others_are_applied(batch: BatchBank) -> None:
    released_claims([100])
    payouts_work_until_idle()
    (path,) = (batch.folder / "out").iterdir()
    taken = batch_bank.payment_file_take(path.read_bytes())
    path.unlink()
    taken.rows.append(batch_bank.Row(2, "340200-999-1-1", "1", "x", "1", 7, ""))
    batch.put(f"{taken.name}.R", batch.results(taken))
    payouts_work_until_idle()
    assert states() == ["settled"]
    assert BankEvent.objects.get(end_to_end_id="340200-999-1-1").state == "unmatched"
    assert "340200-999-1-1" in Alarm.objects.get(kind="unmatched").words["zh"]


def test_a_damaged_return_file_changes_nothing_and_a_whole_one_does(batch: BatchBank) -> None:
    released_claims([100, 200])
    payouts_work_until_idle()
    batch.work()
    (path,) = (batch.folder / "in").iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    payouts_work_until_idle()
    assert states() == ["paying", "paying"]
    assert BankMessage.objects.get().problem.startswith("line 3, byte 1")
    assert Alarm.objects.get().kind == "unreadable-message"
    batch.put("again.R", whole)
    payouts_work_until_idle()
    assert states() == ["settled", "settled"]


def test_the_same_file_again_says_nothing_new(batch: BatchBank) -> None:
    released_claims([100])
    work_with(batch)
    (kept,) = (batch.folder / "archive").iterdir()
    shutil.copy(kept, batch.folder / "in" / "again.R")
    payouts_work_until_idle()
    assert BankMessage.objects.count() == 1
    assert not Alarm.objects.exists()
    assert not list((batch.folder / "in").iterdir())
    assert len(list((batch.folder / "archive").iterdir())) == 2


def test_a_share_that_is_not_there_keeps_the_file_back_until_it_is(batch: BatchBank) -> None:
    (batch.folder / "out").rename(batch.folder / "gone")
    released_claims([100])
    payouts_work_until_idle()
    assert SubBatch.objects.get().state == "instructed"
    (batch.folder / "gone").rename(batch.folder / "out")
    work_with(batch)
    assert states() == ["settled"]


def test_a_file_of_unknown_fate_is_not_put_out_again(batch: BatchBank, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker died after the file was linked; the bank took it, and nobody can be asked."""
    put = DropFolder.put

    def die(folder: DropFolder, name: str, data: bytes, **_: bool) -> None:
        put(folder, name, data)
        raise KeyboardInterrupt

    monkeypatch.setattr(DropFolder, "put", die)
    released_claims([100])
    with pytest.raises(KeyboardInterrupt):
        payouts_work()
    monkeypatch.undo()
    assert batch.work() == 1
    (path,) = (batch.folder / "in").iterdir()
    path.rename(batch.folder / "late.R")
    SubBatch.objects.update(available_at=timezone.now())
    for _ in range(3):
        payouts_work()
    assert SubBatch.objects.get().state == "unknown"
    assert batch.work() == 0
    (batch.folder / "late.R").rename(batch.folder / "in" / "late.R")
    payouts_work_until_idle()
    assert states() == ["settled"]
    assert len(batch.paid) == 1


def test_a_file_that_is_still_written_is_left_alone(tmp_path: Path) -> None:
    folder = DropFolder(tmp_path, settle_seconds=60)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "young.R").write_bytes(b"R")
    for name in ("a.tmp", "b.part", ".c"):
        (tmp_path / "in" / name).write_bytes(b"R")
    assert list(folder.collect()) == []
    old = (timezone.now() - timedelta(minutes=2)).timestamp()
    for path in (tmp_path / "in").iterdir():
        os.utime(path, (old, old))
    assert [message.data for message in folder.collect()] == [b"R"]
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == [".c", "a.tmp", "b.part"]


def test_what_was_put_out_is_never_written_over(tmp_path: Path) -> None:
    folder = DropFolder(tmp_path, settle_seconds=0)
    (tmp_path / "out").mkdir()
    assert folder.put("name", b"one").outcome == Outcome.ANSWERED
    assert folder.put("name", b"one").outcome == Outcome.ANSWERED
    assert folder.put("name", b"two").outcome == Outcome.UNKNOWN
    (tmp_path / "out" / "name").unlink()  # the bank took it
    assert folder.put("name", b"two").outcome == Outcome.UNKNOWN
    assert folder.put("name", b"one").outcome == Outcome.UNKNOWN
    assert not list((tmp_path / "out").iterdir())
    assert folder.put("name", b"one", again=True).outcome == Outcome.ANSWERED
    assert (tmp_path / "out" / "name").read_bytes() == b"one"
    assert (tmp_path / "sent" / "name").read_bytes() == b"one"


def test_numbers_at_the_end_of_names_are_read_by_value(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in (10, 9, 100):
        (tmp_path / "in" / f"camt.053-city-{number}.xml").write_bytes(b"%d" % number)
    assert [message.data for message in DropFolder(tmp_path, 0).collect()] == [b"9", b"10", b"100"]


@pytest.fixture
def folder_bank(tmp_path: Path) -> Iterator[Bank]:
    for name in ("out", "in"):
        (tmp_path / name).mkdir()
    flags = ("--drop-dir", str(tmp_path / "out"), "--pickup-dir", str(tmp_path / "in"), "--drop-settle-ms", "0")
    bank = Bank(None, *flags, "--drop-interval-ms", "60000")
    bank_accounts_open(bank)
    account_by("iso20022-folder", tmp_path, account_number(NUMBERS[CITY]))
    yield bank
    bank.stop()


def test_iso_20022_over_a_folder_from_claim_to_statement(folder_bank: Bank) -> None:
    released_claims([1_00, 2_00, 3_00], numbers={1: CLOSED})
    payouts_work_until_idle()
    folder_bank.ask("POST", "/_mock/drop/scan")
    payouts_work_until_idle()
    assert states() == ["settled", "returned", "settled"]
    folder_bank.advance(1)
    payouts_work_until_idle()
    assert BankStatement.objects.count() == 1
    assert books_check() == []
    assert sorted(fen for _, fen in folder_bank.booked()) == [1_00, 3_00]
    assert not [path for path in folder_bank.requests() if not path.startswith("/_mock/")]


def test_over_a_folder_too_the_bank_returns_days_later(folder_bank: Bank) -> None:
    folder_bank.behave(f"P{CITY}", "return-later", days=1)
    released_claims([1_00])
    payouts_work_until_idle()
    folder_bank.ask("POST", "/_mock/drop/scan")
    folder_bank.advance(3)
    payouts_work_until_idle()
    assert states() == ["returned"]
    assert books_check() == []
