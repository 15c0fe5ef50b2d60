"""Who was entitled and has not been paid, and why."""

from datetime import date
from typing import Any

import pytest

from supermarket.claims.unpaid import Why, entitled_unpaid
from tests.claims.people import DAY, account_of, firms_settle
from tests.claims.test_runs import AUTOMATIC, Grant, Publish, approved, prepared, release
from tests.enterprises.files import Town

pytestmark = pytest.mark.django_db


def test_each_is_told_with_its_reason(town: Town, publish: Publish, grant: Grant, settings: Any) -> None:
    settings.AS_OF = DAY
    publish("award", **AUTOMATIC)
    grant("340200", 100_000_000)
    grant("340207", 600_000)
    paid, *_ = firms_settle(town, [60, 40, 50], accounts=False)
    account_of(paid)
    release(approved(prepared()))
    found = {each.why: (each.policy, each.count, each.amount_fen, each.soonest) for each in entitled_unpaid()}
    assert found == {
        Why.NO_ACCOUNT: ("award", 1, 400_000, date(2024, 12, 31)),
        Why.NO_MONEY: ("award", 1, 500_000, None),
    }
    assert entitled_unpaid(department="别的局") == []
