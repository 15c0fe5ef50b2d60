"""The bank's statements and unexplained money at the desk, the ways to the banks, and the auditor's way back."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from supermarket.claims.models import Claim
from supermarket.payouts.models import (
    BankMessage,
    BankStatement,
    Channel,
    Heartbeat,
    PayerAccount,
    Payout,
    SubBatch,
    SuspenseItem,
)
from supermarket.payouts.rails.folder import DropFolder
from supermarket.payouts.work import payouts_work, payouts_work_until_idle, worker_name
from supermarket.users.models import Role
from tests.desk.test_claims import filed
from tests.payouts.batch_bank import BatchBank, Booking, sealed, statement_head, statement_row
from tests.payouts.factory import CITY, NAMES, released_claims

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["filed"]
SignIn = Callable[..., Client]
NUMBER = "34020000000100000001"
DAY = date(2023, 6, 12)


@pytest.fixture
def account(tmp_path: Path, settings: Settings) -> PayerAccount:
    settings.BANK_FOLDER_SETTLE_SECONDS = 0
    settings.PAYOUT_LOOK_UP_SECONDS = 0
    settings.ANCHOR_DIR = tmp_path
    channel = Channel.objects.create(code="files", rail="batch-file", address=str(tmp_path))
    return PayerAccount.objects.create(
        payer=CITY, channel=channel, name=NAMES[CITY], number=NUMBER, bank_code="102362000012"
    )


@pytest.fixture
def maker(sign_in: SignIn) -> Client:
    return sign_in(Role.FINANCE_MAKER)


@pytest.fixture
def other(sign_in: SignIn) -> Client:
    return sign_in(Role.FINANCE_RELEASER)


def statement(credit_fen: int = 500_00) -> SimpleUploadedFile:
    arrived = Booking("C", "", credit_fen, "B1", reason="某企业退款")
    head = statement_head("2023061201", "20230612", NUMBER, 0, credit_fen)
    return SimpleUploadedFile("day.S", sealed(head, [credit_fen], [statement_row(1, arrived, "20230612")]))


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def bring(client: Client, account: PayerAccount, file: SimpleUploadedFile) -> str:
    answer = client.post("/desk/reconciliation/statement/", {"account": account.pk, "file": file}, follow=True)
    return answer.content.decode()


@pytest.fixture
def item(account: PayerAccount, maker: Client, other: Client) -> SuspenseItem:
    bring(maker, account, statement())
    other.post(f"/desk/reconciliation/statement/{BankMessage.objects.get().pk}/confirm/")
    payouts_work_until_idle()
    return SuspenseItem.objects.get()


def test_a_statement_is_brought_by_one_and_confirmed_by_another(
    account: PayerAccount, maker: Client, other: Client
) -> None:
    assert "another person has confirmed" in bring(maker, account, statement())
    message = BankMessage.objects.get()
    assert "Confirm and read it" not in text(maker, "/desk/reconciliation/")
    page = text(other, "/desk/reconciliation/")
    assert "Confirm and read it" in page and "500" in page
    maker.post(f"/desk/reconciliation/statement/{message.pk}/confirm/")
    payouts_work_until_idle()
    assert not BankStatement.objects.exists()
    other.post(f"/desk/reconciliation/statement/{message.pk}/confirm/")
    payouts_work_until_idle()
    page = text(other, f"/desk/reconciliation/accounts/{account.pk}/")
    assert "to the fen" in page
    assert "2023-06-13" in page  # a working day of which there is no statement


def test_a_file_that_is_no_statement_is_told_with_its_place(account: PayerAccount, maker: Client) -> None:
    page = bring(maker, account, SimpleUploadedFile("x", b"garbage\r\n"))
    assert "The statement was not taken" in page and "line 1, byte 1" in page
    assert "Choose an account" in maker.post("/desk/reconciliation/statement/", {}, follow=True).content.decode()


def test_money_in_suspense_is_explained_by_two(item: SuspenseItem, maker: Client, other: Client) -> None:
    assert "某企业退款" in text(maker, "/desk/reconciliation/")
    address = f"/desk/suspense/{item.pk}/"
    said = {"answer": "funding", "target": "财库〔2023〕7号", "resolution": "年中追加"}
    maker.post(f"{address}propose/", said)
    assert "Another person has to approve it" in text(maker, address)
    assert "nobody confirms" in maker.post(f"{address}approve/", follow=True).content.decode()
    assert not SuspenseItem.objects.get().resolved_at
    other.post(f"{address}approve/")
    page = text(other, address)
    assert "explained" in page and "财库〔2023〕7号" in page
    assert SuspenseItem.objects.get().resolved_at


def test_what_does_not_explain_the_money_is_told(item: SuspenseItem, maker: Client) -> None:
    said = {"answer": "payment", "target": "340200-1-1-1", "resolution": "电话"}
    page = maker.post(f"/desk/suspense/{item.pk}/propose/", said, follow=True).content.decode()
    assert "no instruction 340200-1-1-1" in page


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.HEAD])
def test_readers_see_and_touch_nothing(item: SuspenseItem, sign_in: SignIn, role: Role) -> None:
    reader = sign_in(role)
    assert "Bring a statement" not in text(reader, "/desk/reconciliation/")
    assert "Propose" not in text(reader, f"/desk/suspense/{item.pk}/")
    assert reader.post(f"/desk/suspense/{item.pk}/approve/").status_code == 403


def test_the_trial_balance_is_a_table_to_be_saved(item: SuspenseItem, maker: Client) -> None:
    answer = maker.get(f"/desk/reconciliation/balance.csv?until={timezone.localdate():%Y-%m-%d}")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert any("not explained yet" in row and NUMBER in row and "-500.00" in row for row in rows)
    before = maker.get("/desk/reconciliation/balance.csv?until=2020-01-01")
    assert "500.00" not in b"".join(before.streaming_content).decode()  # type: ignore[attr-defined]


@pytest.fixture
def lost(account: PayerAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SubBatch:
    """A message of which nobody knows whether it left: the worker died while it put it out."""

    def die(folder: DropFolder, name: str, data: bytes, **_: bool) -> None:
        raise KeyboardInterrupt

    for name in ("out", "in"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(DropFolder, "put", die)
    released_claims([123_45])
    with pytest.raises(KeyboardInterrupt):
        payouts_work()
    monkeypatch.undo()
    SubBatch.objects.update(available_at=timezone.now())
    payouts_work_until_idle()
    return SubBatch.objects.get()


def test_a_message_of_unknown_outcome_goes_out_again_by_two(
    lost: SubBatch, tmp_path: Path, maker: Client, other: Client
) -> None:
    page = text(maker, "/desk/channels/")
    assert lost.message_id in page and "nothing goes out again but by two people" in page
    assert f"{worker_name()} · payouts" in page and "alive" in page
    Heartbeat.objects.update(at=timezone.now() - timedelta(hours=1))
    assert "silent" in text(maker, "/desk/channels/")
    address = f"/desk/messages/{lost.pk}"
    assert "nothing to confirm" in other.post(f"{address}/confirm/", follow=True).content.decode()
    maker.post(f"{address}/say/", {"word": "never", "reason": "Zhang of the bank, by telephone"})
    assert "Zhang of the bank" in text(other, "/desk/channels/")
    maker.post(f"{address}/confirm/")
    assert not list((tmp_path / "out").iterdir())
    other.post(f"{address}/confirm/")
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_an_auditor_comes_back_from_the_payout_to_its_grounds(
    account: PayerAccount, tmp_path: Path, sign_in: SignIn, maker: Client, filed: Claim
) -> None:
    sign_in(Role.REVIEWER).post(f"/desk/claims/{filed.pk}/approve/", {"amount": "6500.25"})
    PayerAccount.objects.filter(pk=account.pk).update(payer=filed.shares.get(lead=True).payer)
    bank = BatchBank(tmp_path, NUMBER, 10**9)
    payouts_work_until_idle()
    bank.work()
    payouts_work_until_idle()
    bank.close_day(date(2023, 6, 16))
    payouts_work_until_idle()
    payout = Payout.objects.get()
    assert payout.state == "settled"
    attempt, evidence = payout.attempts.get(), filed.evidence.latest("number")
    page = text(sign_in(Role.AUDITOR), f"/desk/payouts/{payout.pk}/trace/")
    (fact,) = (each for code, each in evidence.facts.items() if code == "insured_headcount")
    for expected in (
        *(attempt.end_to_end_id, attempt.debit_reference, attempt.sub_batch.sha256[:16], "6,500.25"),
        *(evidence.digest, "comes out the same", f"/desk/deliveries/{fact['delivery']}/", "insured_headcount"),
    ):
        assert expected in page
    assert maker.get(f"/desk/payouts/{payout.pk}/trace/").status_code == 403
