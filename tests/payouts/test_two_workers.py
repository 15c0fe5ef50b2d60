"""Two workers prepare one run at the same time: neither waits for the other, and no payout is prepared twice."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from supermarket.ledger.models import JournalEntry
from supermarket.payouts import creation, preparation
from supermarket.payouts.models import Payout, PayoutAttempt, PayoutBatch, SubBatch
from tests.payouts.factory import released_claims

pytestmark = pytest.mark.django_db(transaction=True)


def thread_of(work: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        work()
        connection.close()

    return run


def test_a_second_worker_fills_a_batch_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    released_claims([1_00, 2_00, 4_00])
    creation.payouts_due_sweep()
    holds, goes_on = threading.Event(), threading.Event()
    freeze: Callable[..., Any] = preparation.freeze
    first = threading.Thread(target=thread_of(preparation.sub_batches_prepare))

    def slow(*args: Any) -> Any:
        made = freeze(*args)
        if threading.current_thread() is first:
            holds.set()
            assert goes_on.wait(30)
        return made

    monkeypatch.setattr(preparation, "freeze", slow)
    monkeypatch.setattr(preparation, "PREPARE_ROWS", 1)
    first.start()
    assert holds.wait(30)
    assert preparation.sub_batches_prepare() == 2  # while the first one has its payout and its batch in hand
    goes_on.set()
    first.join(30)
    assert set(PayoutBatch.objects.values_list("number", flat=True)) == {1, 2}
    assert SubBatch.objects.count() == PayoutAttempt.objects.count() == 3
    assert {tuple(payout.attempts.values_list("number")) for payout in Payout.objects.all()} == {((1,),)}


def test_two_sweeps_at_once_make_a_payout_once(monkeypatch: pytest.MonkeyPatch) -> None:
    released_claims([1_00, 2_00])
    holds, goes_on = threading.Event(), threading.Event()
    tell: Callable[..., Any] = creation.payouts_tell
    first = threading.Thread(target=thread_of(creation.payouts_due_sweep))

    def slow(*args: Any) -> Any:
        if threading.current_thread() is first:
            holds.set()
            assert goes_on.wait(30)
        return tell(*args)

    monkeypatch.setattr(creation, "payouts_tell", slow)
    first.start()
    assert holds.wait(30)
    assert creation.payouts_due_sweep() == 0
    goes_on.set()
    first.join(30)
    assert Payout.objects.count() == 2


def test_from_a_payout_to_its_entry() -> None:
    released_claims([1_00, 2_00])
    creation.payouts_due_sweep()
    preparation.sub_batches_prepare()
    sub_batch = Payout.objects.latest("pk").attempts.get().sub_batch
    entry = JournalEntry.objects.get(key=f"in_transit:{sub_batch.message_id}")
    assert entry.reference == {"instructions": 2, "file_sha256": sub_batch.sha256}
    moved = entry.postings.filter(account__role="in_transit").aggregate(total=Sum("amount_fen"))["total"]
    assert moved == sub_batch.total_fen == 3_00
