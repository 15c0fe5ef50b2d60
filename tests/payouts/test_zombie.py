"""A worker that comes back after its lease was given to another one (C8): the number of the hand-over is its fence."""

import pytest
from django.utils import timezone

from supermarket.payouts.models import Payout, PayoutAttempt, SubBatch
from supermarket.payouts.preparation import sub_batches_prepare
from supermarket.payouts.rails.base import Answer, Outcome
from supermarket.payouts.sending import answer_record, leases_expire, sub_batch_hand_over, sub_batch_take
from supermarket.payouts.services import payouts_due_sweep
from supermarket.payouts.states import SubBatchState
from supermarket.payouts.work import payouts_work_until_idle
from tests.payouts.bank import Bank
from tests.payouts.factory import released_claims

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = Answer(Outcome.REJECTED, "FF01", "said of a copy that was cut short")


@pytest.fixture
def zombie(city_bank: Bank) -> SubBatch:
    """Taken for handing over by a worker that then stood still until its lease was over."""
    released_claims([1_00])
    payouts_due_sweep()
    sub_batches_prepare()
    taken = sub_batch_take(SubBatchState.INSTRUCTED)
    assert taken is not None
    SubBatch.objects.update(available_at=timezone.now())
    assert leases_expire() == 1
    SubBatch.objects.update(available_at=timezone.now())
    return taken


def test_an_answer_of_the_hand_over_that_counts_is_applied(zombie: SubBatch) -> None:
    """The negative control: the same answer, from the worker that holds the message, rejects it."""
    current = sub_batch_take(SubBatchState.UNKNOWN)
    assert current is not None and current.sends == 2
    answer_record(current, REFUSED)
    assert SubBatch.objects.get().state == "rejected"
    assert PayoutAttempt.objects.get().state == "rejected"


def test_a_late_answer_changes_nothing(city_bank: Bank, zombie: SubBatch) -> None:
    current = sub_batch_take(SubBatchState.UNKNOWN)
    assert current is not None
    answer_record(zombie, REFUSED)
    assert SubBatch.objects.get().state == "sending"
    sub_batch_hand_over(current)
    answer_record(zombie, REFUSED)
    payouts_work_until_idle()
    assert Payout.objects.get().state == "settled"
    assert len(city_bank.booked()) == 1


def test_a_late_hand_over_is_the_same_bytes_and_pays_once(city_bank: Bank, zombie: SubBatch) -> None:
    current = sub_batch_take(SubBatchState.UNKNOWN)
    assert current is not None
    sub_batch_hand_over(current)
    sub_batch_hand_over(zombie)
    payouts_work_until_idle()
    assert zombie.file_bytes == current.file_bytes
    assert Payout.objects.get().state == "settled"
    assert len(city_bank.booked()) == 1
