"""kill -9 of a worker at ten different moments of a run of 500 payouts: everything is paid once."""

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from supermarket.payouts.models import BankStatement, PayoutAttempt, SubBatch
from tests.faults.invariants import inbox_empty, payouts_at_rest, violations, wait_until
from tests.faults.worker import worker_start
from tests.payouts.bank import Bank
from tests.payouts.factory import CITY, CLOSED, released_claims

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

HERE = "supermarket.payouts"
# In the order in which a run comes by them: (moment, which call of the function is the last one).
MOMENTS = [
    (f"{HERE}.creation:create_chunk:after", 1),  # payouts made, nobody told
    (f"{HERE}.preparation:freeze:after", 1),  # files written, not committed
    (f"{HERE}.preparation:prepare_chunk:after", 1),  # files committed, none sent
    (f"{HERE}.sending:sub_batch_take:after", 2),  # about to send, nothing left yet
    (f"{HERE}.rails.iso20022.http:Iso20022HttpRail.submit:after", 2),  # the bank has booked, we have not heard
    (f"{HERE}.sending:answer_record:after", 3),  # answer written down
    (f"{HERE}.rails.iso20022.http:json_list:after", 1),  # the mailbox is emptied, nothing is kept
    (f"{HERE}.intake:message_keep:after", 2),  # some messages kept, none read
    (f"{HERE}.intake:facts_keep:after", 3),  # facts read, not committed
    (f"{HERE}.consequences:attempts_settle:after", 1),  # settled, not committed
    (f"{HERE}.events:events_apply_chunk:after", 1),  # settled and committed
]


def test_ten_moments_of_a_run(city_bank: Bank, settings: Settings) -> None:
    released_claims([1_00 + index for index in range(500)], numbers={7: CLOSED, 300: CLOSED})
    overrides = {
        "BANK_URL": city_bank.url,
        "AS_OF": settings.AS_OF,
        "ANCHOR_DIR": settings.ANCHOR_DIR,
        "PAYOUT_FILE_ROWS": 25,
        "PAYOUT_LEASE_SECONDS": 0.5,
        "PAYOUT_LOOK_UP_SECONDS": 0.2,
    }
    database = connection.settings_dict["NAME"]
    for moment, call in MOMENTS:
        worker = worker_start(database, overrides, dies_at=moment, call=call)
        worker.join(30)
        assert worker.exitcode == -9, f"nobody came by {moment}"
    survivor = worker_start(database, overrides)
    wait_until(payouts_at_rest)
    city_bank.advance(1)
    wait_until(BankStatement.objects.exists)
    wait_until(inbox_empty)
    survivor.kill()
    assert SubBatch.objects.count() == 20
    assert PayoutAttempt.objects.count() == 500
    assert len(city_bank.booked()) == 498
    assert violations(city_bank, (CITY,)) == []
