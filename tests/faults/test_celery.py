"""The queue only makes it quick: in the middle of a run worker and beat are killed one after the other, the broker is
emptied, and the bank goes away and comes back; everything is paid once.
"""

import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from supermarket.payouts.creation import payout_create_for_claims
from supermarket.payouts.models import BankStatement, Payout, PayoutAttempt
from tests.faults.invariants import inbox_empty, payouts_at_rest, violations, wait_until
from tests.faults.servers import BROKER, broker_empty
from tests.faults.worker import beat, celery_work, process_start
from tests.payouts.bank import Bank
from tests.payouts.factory import CITY, CLOSED, bank_accounts_open, released_claims

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
Start = Callable[[], BaseProcess]


@pytest.fixture
def lasting_bank(settings: Settings, tmp_path: Path) -> Iterator[Bank]:
    """One that remembers when it comes back."""
    bank = Bank(tmp_path / "bank.sqlite")
    settings.BANK_URL = bank.url
    bank_accounts_open(bank, (CITY,))
    yield bank
    bank.stop()


@pytest.fixture
def processes(lasting_bank: Bank, settings: Settings, tmp_path: Path) -> Iterator[tuple[Start, Start]]:
    """How to start a Celery worker, and beat."""
    broker_empty()
    database, started = connection.settings_dict["NAME"], []
    overrides = {
        "BANK_URL": lasting_bank.url,
        "AS_OF": settings.AS_OF,
        "ANCHOR_DIR": settings.ANCHOR_DIR,
        "PAYOUT_FILE_ROWS": 10,
        "PAYOUT_LEASE_SECONDS": 1,
        "PAYOUT_LOOK_UP_SECONDS": 0.5,
    }

    def worker_start() -> BaseProcess:
        started.append(process_start(celery_work, database, overrides, BROKER))
        return started[-1]

    def beat_start() -> BaseProcess:
        started.append(process_start(beat, database, overrides, BROKER, str(tmp_path / "beat")))
        return started[-1]

    yield worker_start, beat_start
    for process in started:
        process.kill()
        process.join()


def end(process: BaseProcess) -> None:
    process.kill()
    process.join()


def settled(count: int) -> bool:
    return PayoutAttempt.objects.filter(state="settled").count() >= count


def test_worker_beat_broker_and_bank_fail_in_the_middle_of_a_run(
    lasting_bank: Bank, processes: tuple[Start, Start]
) -> None:
    worker_start, beat_start = processes
    claims = released_claims([1_00 + index for index in range(60)], numbers={5: CLOSED})
    worker, first_beat = worker_start(), beat_start()
    payout_create_for_claims(claims=[claim.pk for claim in claims])
    wait_until(lambda: settled(10))
    end(first_beat)  # nobody calls the sweepers; what is under way goes on
    lasting_bank.stop()
    end(worker)
    released_claims([2_00 + index for index in range(60)])  # nobody hears of these
    broker_empty()
    worker_start()
    time.sleep(1)
    assert Payout.objects.count() == 60  # the control: without beat nobody ever would
    beat_start()
    wait_until(lambda: Payout.objects.count() == 120)
    lasting_bank.start()
    wait_until(payouts_at_rest, seconds=90)
    lasting_bank.advance(1)
    wait_until(BankStatement.objects.exists)
    wait_until(inbox_empty)
    assert len(lasting_bank.booked()) == 119
    assert violations(lasting_bank, (CITY,)) == []
