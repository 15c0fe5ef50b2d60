"""Facts over two times, against a plain model: any deliveries in any order, read for any day as known at any moment."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enterprises.models import Beneficiary, Delivery, Source
from enterprises.selectors import facts_as_of

FIRST_DAY, FIRST_MOMENT = date(2023, 1, 1), datetime(2024, 1, 1, tzinfo=UTC)
# Fact -> (source, freshness in days, what absence means): `credit` is complete, `tax_registration` partial.
FACTS: dict[str, tuple[str, int, Any]] = {
    "serious_dishonesty_listed": ("credit", 75, False),
    "dishonesty_record_3y": ("credit", 75, False),
    "accepting_area": ("tax_registration", 200, None),
}
VALUES = {
    "serious_dishonesty_listed": [True, False],
    "dishonesty_record_3y": [True],
    "accepting_area": ["340202", "340207"],
}


@dataclass(frozen=True)
class Handed:
    """One delivery of the model. `rows`: firm number -> values; days and moments count from the first ones."""

    source: str
    day: int
    moment: int
    whole: bool
    rows: dict[int, dict[str, Any]]
    withdrawn: int | None


def values_of(source: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {}, optional={fact: st.sampled_from(VALUES[fact]) for fact in FACTS if FACTS[fact][0] == source}
    )


@st.composite
def handed(draw: st.DrawFn) -> Handed:
    source = draw(st.sampled_from(["credit", "tax_registration"]))
    moment = draw(st.integers(0, 40))
    return Handed(
        source=source,
        day=draw(st.sampled_from([0, 1, 30, 60, 61, 90, 150, 200])),
        moment=moment,
        whole=draw(st.booleans()),
        rows=draw(st.dictionaries(st.integers(1, 2), values_of(source), max_size=2)),
        withdrawn=draw(st.none() | st.integers(moment, 50)),
    )


def expected(deliveries: list[Handed], firm: int, day: int, moment: int) -> dict[str, tuple[Any, bool, int]]:
    """Fact -> (value, absent, day of the delivery), by walking through everything from the newest to the oldest."""
    found: dict[str, tuple[Any, bool, int]] = {}
    for fact, (source, freshness, when_absent) in FACTS.items():
        known = [
            (one.day, one.moment, number, one)
            for number, one in enumerate(deliveries)
            if one.source == source
            and one.moment <= moment
            and (one.withdrawn is None or one.withdrawn > moment)
            and one.day <= day
        ]
        for _, _, _, one in sorted(known, key=lambda entry: entry[:3], reverse=True):
            if firm in one.rows:
                if fact in one.rows[firm] and day - one.day <= freshness:
                    found[fact] = (one.rows[firm][fact], False, one.day)
                break
            if one.whole and source == "credit":
                if when_absent is not None and day - one.day <= freshness:
                    found[fact] = (when_absent, True, one.day)
                break
    return found


def put_in(deliveries: list[Handed], firms: dict[int, Beneficiary]) -> None:
    for number, one in enumerate(deliveries):
        known_from = FIRST_MOMENT + timedelta(hours=one.moment)
        delivery = Delivery.objects.create(
            source=Source.objects.get_or_create(code=one.source)[0],
            as_of=FIRST_DAY + timedelta(days=one.day),
            extent="whole" if one.whole else "supplement",
            sha256=str(number),
            state="loaded" if one.withdrawn is None else "withdrawn",
            known_from=known_from,
            withdrawn_at=None if one.withdrawn is None else FIRST_MOMENT + timedelta(hours=one.withdrawn),
        )
        with connection.cursor() as cursor:
            for firm, values in one.rows.items():
                cursor.execute(
                    "INSERT INTO enterprises_record (delivery_id, beneficiary_id, row_number, values)"
                    " VALUES (%s, %s, 1, %s)",
                    [delivery.pk, firms[firm].pk, json.dumps(values)],
                )


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(handed(), max_size=7),
    st.lists(
        st.tuples(st.sampled_from([0, 29, 60, 90, 135, 136, 165, 200, 275, 276, 400]), st.integers(0, 50)),
        min_size=3,
        max_size=6,
    ),
)
def test_reads_agree_with_the_plain_model(deliveries: list[Handed], reads: list[tuple[int, int]]) -> None:
    with transaction.atomic():
        firms = {
            number: Beneficiary.objects.create(kind="enterprise", code=f"firm {number}", name=f"{number}")
            for number in (1, 2)
        }
        put_in(deliveries, firms)
        for day, moment in reads:
            for number, firm in firms.items():
                known = facts_as_of(
                    beneficiary=firm,
                    reference=FIRST_DAY + timedelta(days=day),
                    known_at=FIRST_MOMENT + timedelta(hours=moment),
                )
                found = {
                    code: (one.value, one.absent, (one.as_of - FIRST_DAY).days)
                    for code, one in known.items()
                    if code in FACTS
                }
                assert found == expected(deliveries, number, day, moment)
        transaction.set_rollback(True)
