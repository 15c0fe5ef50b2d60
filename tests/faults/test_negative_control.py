"""The checks can fail: what peers do when an answer is lost is caught by the very checks that our own runs pass."""

from collections.abc import Callable

import pytest
from pytest_django.fixtures import Settings

from supermarket.payouts import sending
from supermarket.payouts.models import SubBatch
from supermarket.payouts.rails.base import Answer, Outcome
from supermarket.payouts.rails.registry import rail_for
from supermarket.payouts.work import payouts_work_until_idle
from tests.faults.invariants import violations
from tests.faults.proxy import FaultProxy
from tests.payouts.bank import Bank
from tests.payouts.factory import CITY, released_claims

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


class AnswersLost(FaultProxy):
    """Every second hand-over is booked by the bank and its answer lost."""

    handed_over = 0

    def choose(self) -> str | None:
        with self.lock:
            self.handed_over += 1
            return "lost after the bank" if self.handed_over % 2 else None


def retry_with_a_new_message(sub_batch: SubBatch) -> Answer:
    """No answer is taken for a failure, and the instructions go out again in a message of another id."""
    rail = rail_for(sub_batch.batch.payer_account.channel)
    answer, data = Answer(Outcome.UNKNOWN), sub_batch.file_bytes
    for attempt in range(5):
        message_id = f"{sub_batch.message_id}-{attempt}"
        answer = rail.submit(message_id, data.replace(sub_batch.message_id.encode(), message_id.encode()))
        if answer.outcome == Outcome.ANSWERED:
            break
    sending.answer_record(sub_batch, answer)
    return answer


@pytest.fixture
def run(city_bank: Bank, settings: Settings) -> Callable[[], list[str]]:
    def payouts_of_a_day() -> list[str]:
        settings.BANK_TIMEOUT_SECONDS = 5
        with AnswersLost(city_bank.url, 0, 1) as proxy:
            settings.BANK_URL = proxy.url
            released_claims([1_00, 2_00, 3_00])
            for _ in range(3):
                payouts_work_until_idle()
        settings.BANK_URL = city_bank.url
        payouts_work_until_idle()
        city_bank.advance(1)
        payouts_work_until_idle()
        return violations(city_bank, (CITY,))

    return payouts_of_a_day


def test_a_retry_with_a_new_message_id_pays_twice_and_is_caught(
    run: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "sub_batch_hand_over", retry_with_a_new_message)
    problems = run()
    assert any("was paid 2 times" in problem for problem in problems), problems


def test_what_we_do_instead_passes_the_same_check(run: Callable[[], list[str]]) -> None:
    assert run() == []


def test_a_lost_claim_is_caught(run: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """A bank's word that is thrown away leaves a payout behind, and the check names it."""
    from supermarket.payouts import intake

    monkeypatch.setattr(intake, "facts_keep", lambda message, facts: None)
    assert any("is still paying" in problem for problem in run())


def test_money_that_nobody_booked_is_caught(city_bank: Bank) -> None:
    """A payment that the bank made by itself shows as a difference of the books."""
    released_claims([1_00])
    payouts_work_until_idle()
    city_bank.advance(1)
    city_bank.ask("PATCH", f"/_mock/accounts/P{CITY}", {"balance": city_bank.balance_fen(f"P{CITY}") - 7})
    city_bank.advance(1)
    payouts_work_until_idle()
    assert violations(city_bank, (CITY,)) != []
