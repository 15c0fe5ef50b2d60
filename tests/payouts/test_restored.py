"""A database restored from a backup does not know what it has sent: it sends nothing until a person has looked."""

import json
from pathlib import Path

import pytest
from django.conf import settings

from supermarket.payouts.models import Alarm, AuditBlock, PayerAccount
from supermarket.payouts.services import account_resume, alarm_resolve
from supermarket.payouts.work import payouts_work_until_idle
from tests.payouts.bank import Bank
from tests.payouts.factory import officer, released_claims
from tests.payouts.test_audit import seal

pytestmark = pytest.mark.django_db(transaction=True)


def anchor_of_later(number: int, chain: str) -> None:
    """What the lost future had written outside the database."""
    line = {"day": "2023-06-16", "number": number, "digest": "f" * 64, "chain": chain}
    with (Path(settings.ANCHOR_DIR) / "2099-01-01.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")


@pytest.fixture
def sealed(city_bank: Bank) -> AuditBlock:
    released_claims([1_00])
    payouts_work_until_idle()
    return seal()


def test_nothing_leaves_until_a_person_has_looked(city_bank: Bank, sealed: AuditBlock) -> None:
    anchor_of_later(sealed.number + 5, sealed.digest)
    released_claims([2_00])
    payouts_work_until_idle()
    assert len(city_bank.booked()) == 1
    alarm_resolve(alarm=Alarm.objects.get(kind="restored"), actor=officer(), resolution="与银行核对无误")
    account_resume(account=PayerAccount.objects.get(), actor=officer())
    payouts_work_until_idle()
    assert len(city_bank.booked()) == 2


def test_an_anchor_of_another_chain_stops_nothing(city_bank: Bank, sealed: AuditBlock) -> None:
    anchor_of_later(sealed.number + 5, "e" * 64)
    released_claims([2_00])
    payouts_work_until_idle()
    assert len(city_bank.booked()) == 2
    assert not Alarm.objects.exists()
