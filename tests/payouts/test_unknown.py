"""What is not known: it is asked about, never sent blind, and leaves that state by evidence alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from supermarket.payouts.models import Alarm, BankEvent, PayerAccount, Payout, PayoutAttempt, SubBatch
from supermarket.payouts.rails.base import Answer, Outcome
from supermarket.payouts.rails.iso20022.http import Iso20022HttpRail
from supermarket.payouts.services import account_resume
from supermarket.payouts.work import payouts_work, payouts_work_until_idle
from tests.payouts.bank import Bank
from tests.payouts.factory import CITY, officer, released_claims

pytestmark = pytest.mark.django_db(transaction=True)


def attempt_state() -> str:
    return str(PayoutAttempt.objects.get().state)


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bank gets what we send, and we never hear it answer. Returns the ids of the messages that went out."""
    submit = Iso20022HttpRail.submit
    sent: list[str] = []

    def lose(rail: Iso20022HttpRail, message_id: str, data: bytes, **_: bool) -> Answer:
        sent.append(message_id)
        submit(rail, message_id, data)
        return Answer(Outcome.UNKNOWN, reason_text="time-out")

    monkeypatch.setattr(Iso20022HttpRail, "submit", lose)
    return sent


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nothing that we send arrives."""
    sent: list[str] = []

    def lose(rail: Iso20022HttpRail, message_id: str, data: bytes, **_: bool) -> Answer:
        sent.append(message_id)
        return Answer(Outcome.UNKNOWN, reason_text="connection refused")

    monkeypatch.setattr(Iso20022HttpRail, "submit", lose)
    return sent


def test_a_lost_answer_is_found_in_the_mailbox(city_bank: Bank, deaf: list[str]) -> None:
    released_claims([1_00])
    payouts_work_until_idle()
    assert attempt_state() == "settled"
    assert len(city_bank.booked()) == 1
    assert deaf == [SubBatch.objects.get().message_id]


def test_a_lost_answer_of_a_silent_bank_is_found_in_its_report(city_bank: Bank, deaf: list[str]) -> None:
    city_bank.behave(f"P{CITY}", "silent")
    released_claims([1_00])
    payouts_work()
    city_bank.ask("GET", "/_mock/mailbox")  # whatever it put out is lost
    payouts_work_until_idle()
    assert attempt_state() == "settled"
    assert len(city_bank.booked()) == 1


def test_a_message_that_never_arrived_goes_out_again_with_the_same_bytes(
    city_bank: Bank, cut_off: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    released_claims([1_00])
    payouts_work()
    assert attempt_state() == "unknown"
    digest = SubBatch.objects.get().sha256
    monkeypatch.undo()
    payouts_work_until_idle()
    assert attempt_state() == "settled"
    assert SubBatch.objects.get().sha256 == digest
    assert len(city_bank.booked()) == 1


def test_unknown_is_not_forgotten_and_not_decided_by_time(city_bank: Bank, cut_off: list[str]) -> None:
    released_claims([1_00])
    for _ in range(4):
        payouts_work()
    assert attempt_state() == "unknown"
    assert set(cut_off) == {SubBatch.objects.get().message_id}
    assert city_bank.booked() == []


def test_nothing_is_sent_again_while_the_bank_cannot_be_asked(city_bank: Bank, cut_off: list[str]) -> None:
    released_claims([1_00])
    city_bank.stop()
    for _ in range(4):
        payouts_work()
    assert len(cut_off) == 1
    assert attempt_state() == "unknown"


@pytest.mark.parametrize("weaker", [{"dedupe_scope": "none"}, {"dedupe_window": timedelta(0)}])
def test_a_bank_that_recognises_nothing_gets_nothing_twice(
    city_bank: Bank, cut_off: list[str], monkeypatch: pytest.MonkeyPatch, weaker: dict[str, Any]
) -> None:
    monkeypatch.setattr(Iso20022HttpRail, "capabilities", replace(Iso20022HttpRail.capabilities, **weaker))
    released_claims([1_00])
    for _ in range(4):
        payouts_work()
    assert len(cut_off) == 1
    assert attempt_state() == "unknown"


def test_a_duplicate_answer_says_that_the_first_copy_arrived(city_bank: Bank, deaf: list[str]) -> None:
    """The bank's DUPL is no refusal: the attempt is settled by its booking."""
    released_claims([1_00])
    payouts_work_until_idle()
    assert not PayoutAttempt.objects.filter(state="rejected").exists()
    assert Payout.objects.get().state == "settled"


def test_a_second_debit_stops_the_account(city_bank: Bank) -> None:
    """A bank that books one instruction twice: an alarm, and nothing more leaves until a person has looked."""
    released_claims([1_00])
    payouts_work_until_idle()
    event = BankEvent.objects.get(kind="debited")
    BankEvent.objects.create(
        channel=event.channel,
        message=event.message,
        dedupe_key="another",
        kind="debited",
        end_to_end_id=event.end_to_end_id,
        reference="MB-PMT-99",
        account=event.account,
        amount_fen=event.amount_fen,
        received_at=event.received_at,
    )
    payouts_work_until_idle()
    assert Alarm.objects.get().words["en"].startswith("The bank contradicts our record")
    released_claims([2_00])
    payouts_work_until_idle()
    assert len(city_bank.booked()) == 1
    account_resume(account=PayerAccount.objects.get(payer=CITY), actor=officer())
    payouts_work_until_idle()
    assert len(city_bank.booked()) == 2


def test_another_amount_under_the_same_id_is_an_alarm(city_bank: Bank) -> None:
    released_claims([1_00])
    payouts_work_until_idle()
    event = BankEvent.objects.get(kind="debited")
    BankEvent.objects.create(
        channel=event.channel,
        message=event.message,
        dedupe_key="another",
        kind="debited",
        end_to_end_id=event.end_to_end_id,
        reference=event.reference,
        account=event.account,
        amount_fen=event.amount_fen + 1,
        received_at=event.received_at,
    )
    payouts_work_until_idle()
    assert Alarm.objects.count() == 1
    assert Payout.objects.get().state == "settled"


def test_an_empty_account_at_the_bank_stops_the_channel(city_bank: Bank) -> None:
    city_bank.ask("PATCH", f"/_mock/accounts/P{CITY}", {"behaviour": "insufficient-funds", "balance": 150})
    released_claims([1_00, 2_00])
    payouts_work_until_idle()
    assert list(Payout.objects.order_by("pk").values_list("state", flat=True)) == ["settled", "held"]
    assert PayerAccount.objects.get(payer=CITY).stopped["zh"].startswith("付款账户余额不足")


def test_a_file_refused_whole_is_held_for_a_person(city_bank: Bank) -> None:
    city_bank.behave(f"P{CITY}", "reject-file")
    released_claims([1_00, 2_00])
    payouts_work_until_idle()
    assert set(Payout.objects.values_list("state", flat=True)) == {"held"}
    assert set(PayoutAttempt.objects.values_list("state", "reason_code")) == {("rejected", "FF01")}
    assert SubBatch.objects.get().state == "rejected"


def test_a_bank_that_is_down_and_comes_back(city_bank: Bank, settings: Settings) -> None:
    settings.BANK_TIMEOUT_SECONDS = 1
    city_bank.stop()
    released_claims([1_00, 2_00])
    payouts_work()
    assert set(PayoutAttempt.objects.values_list("state", flat=True)) == {"unknown"}
    city_bank.start()
    city_bank.account_open(f"P{CITY}", "340200000001", 10**12)  # its books were in memory
    payouts_work_until_idle()
    assert set(Payout.objects.values_list("state", flat=True)) == {"settled"}
    assert len(city_bank.booked()) == 2
