"""The queue only makes it quick: worker and beat are killed, the broker is emptied, and everything is paid."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from django.conf import settings as product
from django.db import connection

from supermarket.payouts.creation import payout_create_for_claims
from supermarket.payouts.models import BankStatement, PayoutAttempt
from tests.faults.invariants import inbox_empty, payouts_at_rest, violations, wait_until
from tests.payouts.bank import Bank
from tests.payouts.factory import CITY, CLOSED, released_claims

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
ROOT = Path(__file__).resolve().parents[2]
BROKER = product.REDIS_URL.rsplit("/", 1)[0] + "/7"  # a part of the server that nobody else uses


def database_url() -> str:
    known = connection.settings_dict
    return f"postgresql://{known['USER']}:{quote(known['PASSWORD'])}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


@contextmanager
def celery(bank: Bank, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": BROKER,
        "BANK_URL": bank.url,
        "AS_OF": "2023-06-15",
        "ANCHOR_DIR": str(product.ANCHOR_DIR),
        "PAYOUT_FILE_ROWS": "10",
        "PAYOUT_LEASE_SECONDS": "1",
        "PAYOUT_LOOK_UP_SECONDS": "0.5",
    }
    command = [sys.executable, "-m", "celery", "--app=supermarket", *words]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_worker_and_beat_killed_and_the_broker_emptied(city_bank: Bank, tmp_path: Path) -> None:
    claims = released_claims([1_00 + index for index in range(120)], numbers={5: CLOSED})
    worker = ("worker", "--pool=solo", "--queues=payouts,default", "--loglevel=critical")
    beat = ("beat", f"--schedule={tmp_path / 'beat'}", "--pidfile=", "--loglevel=critical")
    broker = redis.Redis.from_url(BROKER)
    with celery(city_bank, *worker) as first, celery(city_bank, *beat) as first_beat:
        payout_create_for_claims(claims=[claim.pk for claim in claims[:60]])
        wait_until(PayoutAttempt.objects.filter(state="settled").exists)
        first.kill()
        first_beat.kill()
    broker.flushdb()
    payout_create_for_claims(
        claims=[claim.pk for claim in claims[60:90]]
    )  # nobody hears of these, the rest is not even made
    time.sleep(0.2)
    broker.flushdb()
    with celery(city_bank, *worker), celery(city_bank, *beat):
        wait_until(payouts_at_rest, seconds=90)
        city_bank.advance(1)
        wait_until(BankStatement.objects.exists)
        wait_until(inbox_empty)
    assert len(city_bank.booked()) == 119
    assert violations(city_bank, (CITY,)) == []
