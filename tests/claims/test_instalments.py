"""Sums paid in parts: reserved at once, released on their days if the condition still holds."""

from datetime import date
from typing import Any

import pytest

from supermarket.claims.instalments import after
from supermarket.claims.models import ClaimInstalment
from supermarket.claims.sweeping import claims_sweep
from supermarket.ledger.models import Reservation
from tests.claims.people import DAY, firms_settle
from tests.claims.test_applying import ONE_CLICK, Grant, Publish, apply
from tests.enterprises.files import KEY, Town

pytestmark = pytest.mark.django_db
PARTS = [
    {"share": "1/3"},
    {"share": "1/3", "after": "P1Y", "if": "insured_headcount >= 30"},
    {"share": "1/3", "after": "P2Y"},
]


@pytest.fixture(autouse=True)
def money(grant: Grant, settings: Any) -> None:
    settings.AS_OF = DAY
    for payer in ("340200", "340207"):
        grant(payer, 10_000_000)


def test_months_and_years_later() -> None:
    assert after(date(2023, 6, 15), "P0D") == date(2023, 6, 15)
    assert after(date(2024, 2, 29), "P1Y") == date(2025, 2, 28)
    assert after(date(2023, 11, 30), "P3M") == date(2024, 2, 29)
    assert after(date(2023, 12, 31), "P1Y2M3D") == date(2025, 3, 3)


@pytest.mark.parametrize(("headcount", "released", "dropped"), [(30, 2, 0), (29, 1, 1)])
def test_parts_are_reserved_at_once_and_released_in_their_time(
    town: Town, publish: Publish, headcount: int, released: int, dropped: int
) -> None:
    publish("award", **ONE_CLICK, instalments=PARTS)
    (firm,) = firms_settle(town, [40])
    claim = apply(firm)
    parts = list(claim.instalments.order_by("number"))
    assert [part.amount_fen for part in parts] == [333_334, 333_333, 333_333]
    assert [part.due_on.year for part in parts] == [2023, 2024, 2025]
    assert [part.released_at is not None for part in parts] == [True, False, False]
    assert Reservation.objects.filter(stage="reserved").count() == 6
    assert claims_sweep(day=date(2024, 6, 14)).instalments == 0
    town.deliver("social_insurance", [KEY, "insured_headcount"], [firm.code, headcount], as_of="2024-06-01")
    assert claims_sweep(day=date(2024, 6, 15)).instalments == 1
    rows = ClaimInstalment.objects.filter(claim=claim)
    assert rows.exclude(released_at=None).count() == released
    assert rows.filter(dropped_because__isnull=False).count() == dropped
    assert Reservation.objects.filter(stage="reserved").count() == 6 - 2 * dropped


def test_a_part_whose_condition_is_unknown_waits(town: Town, publish: Publish) -> None:
    publish("award", **ONE_CLICK, instalments=PARTS)
    (firm,) = firms_settle(town, [40])
    claim = apply(firm)
    claims_sweep(day=date(2024, 6, 15))  # the insured are known as of a year ago: too old
    part = claim.instalments.get(number=2)
    assert part.released_at is None and part.dropped_because is None
