"""The bank's cut-off: what is written later, or on a day off, is dated the next working day, and the page says so."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from supermarket.claims.calendar import holidays_seed
from supermarket.payouts import cutoff, preparation
from supermarket.payouts.creation import payouts_due_sweep
from supermarket.payouts.cutoff import execution_day
from supermarket.payouts.models import Payout, SubBatch
from supermarket.payouts.preparation import sub_batches_prepare
from supermarket.payouts.work import payouts_work_until_idle
from tests.payouts.bank import Bank
from tests.payouts.factory import officer, released_claims

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("written", "dated"),
    [
        ("2023-06-15T14:59:59", "2023-06-15"),
        ("2023-06-15T15:00:00", "2023-06-16"),
        ("2023-06-16T15:30:00", "2023-06-19"),  # Friday: Monday
        ("2023-06-17T09:00:00", "2023-06-19"),  # Saturday
        ("2023-06-21T16:00:00", "2023-06-25"),  # the Dragon Boat Festival, and the Sunday that is worked for it
    ],
)
def test_late_is_dated_the_next_working_day(
    written: str, dated: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    holidays_seed()
    moment = datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)
    settings.AS_OF = None
    monkeypatch.setattr(cutoff, "today", moment.date)
    assert execution_day(time(15, 0), moment).isoformat() == dated


@pytest.mark.django_db(transaction=True)
def test_it_goes_out_dated_tomorrow_and_is_paid_tomorrow(
    city_bank: Bank, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    released_claims([1_00])
    payouts_due_sweep()
    with monkeypatch.context() as patch:
        patch.setattr(preparation, "execution_day", lambda cutoff, now: date(2023, 6, 16))
        sub_batches_prepare()
    assert b"<Dt>2023-06-16</Dt>" in SubBatch.objects.get().file_bytes
    payouts_work_until_idle()
    assert (Payout.objects.get().state, city_bank.booked()) == ("paying", [])
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer())
    assert (
        "the next working day, 2023-06-16" in client.get(f"/desk/payouts/{Payout.objects.get().pk}/").content.decode()
    )
    assert "is dated 2023-06-15" in client.get("/desk/channels/").content.decode()
    city_bank.advance(1)
    payouts_work_until_idle()
    assert Payout.objects.get().state == "settled"
