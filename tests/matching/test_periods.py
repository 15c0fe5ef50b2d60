from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.definition import PeriodKind, Span
from supermarket.matching.periods import (
    claim_window,
    period_days,
    period_of,
    periods_open,
    reference_date,
)
from tests.policies.definitions import definition

DAY = date(2023, 6, 15)
LONG = Span(date(2021, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("kind", "period", "first", "last"),
    [
        (PeriodKind.YEARLY, "2023", date(2023, 1, 1), date(2023, 12, 31)),
        (PeriodKind.HALF_YEARLY, "2023H1", date(2023, 1, 1), date(2023, 6, 30)),
        (PeriodKind.QUARTERLY, "2023Q2", date(2023, 4, 1), date(2023, 6, 30)),
        (PeriodKind.MONTHLY, "2023-06", date(2023, 6, 1), date(2023, 6, 30)),
        (PeriodKind.ONCE, "once", date(2021, 1, 1), date(2025, 12, 31)),
    ],
)
def test_the_period_of_a_day(kind: PeriodKind, period: str, first: date, last: date) -> None:
    assert period_of(kind, DAY) == period
    assert period_days(period, LONG) == Span(first, last)


@given(st.sampled_from(list(PeriodKind)[1:]), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_periods_tile_the_calendar(kind: PeriodKind, day: date) -> None:
    days = period_days(period_of(kind, day), LONG)
    assert days.since is not None and days.until is not None and days.since <= day <= days.until
    assert period_of(kind, days.until + timedelta(days=1)) != period_of(kind, day) == period_of(kind, days.since)


@pytest.mark.parametrize("period", ["23", "2023H3", "2023Q0", "2023-13", "2023-1", "", "onc", "2023H"])
def test_what_is_no_period(period: str) -> None:
    with pytest.raises(ValueError, match="is no period"):
        period_days(period, LONG)


@pytest.mark.parametrize(
    ("changes", "in_force", "period", "expected"),
    [
        ({}, LONG, "2023", DAY),  # the period is running: the decision
        ({}, LONG, "2022", date(2022, 12, 31)),  # it is over: its last day
        ({"period": "once"}, Span(date(2022, 1, 31), date(2022, 2, 6)), "once", date(2022, 2, 6)),
        ({"period": "once"}, Span(None, None), "once", DAY),
        ({"reference": "2023-04-30"}, LONG, "2023", date(2023, 4, 30)),
        ({"reference": "03-31"}, LONG, "2022", date(2022, 3, 31)),
        ({"reference": "2023-12-31"}, LONG, "2023", DAY),  # nobody knows the facts of a day to come
    ],
)
def test_the_day_whose_facts_count(changes: Any, in_force: Span, period: str, expected: date) -> None:
    assert reference_date(definition(**changes), in_force, period, DAY) == expected


@pytest.mark.parametrize(
    ("changes", "period", "since", "until"),
    [
        ({}, "2022", date(2022, 1, 1), date(2023, 12, 31)),
        ({"pay_until": "2023-03-31"}, "2022", date(2022, 1, 1), date(2023, 3, 31)),
        ({"pay_until": "06-30"}, "2022", date(2022, 1, 1), date(2023, 6, 30)),
        ({"apply": {"from": "03-01", "until": "04-30"}}, "2022", date(2023, 3, 1), date(2023, 4, 30)),
        ({"apply": {"until": "12-31"}}, "2022", date(2022, 1, 1), date(2022, 12, 31)),
        ({"apply": {"until": "2024-02-01"}, "pay_until": "2024-01-01"}, "2022", date(2022, 1, 1), date(2024, 1, 1)),
        ({"apply": {"from": "04-01", "until": "04-30"}}, "2023Q1", date(2023, 4, 1), date(2023, 4, 30)),
        ({"apply": {"from": "04-01", "until": "04-30"}}, "once", date(2023, 4, 1), date(2023, 4, 30)),
    ],
)
def test_when_claims_are_taken(changes: Any, period: str, since: date, until: date) -> None:
    assert claim_window(definition(**changes), LONG, period, DAY) == Span(since, until)


@pytest.mark.parametrize(
    ("changes", "in_force", "expected"),
    [
        ({}, LONG, ("2023", "2022")),
        ({}, Span(date(2023, 1, 1), None), ("2023",)),
        ({}, Span(date(2021, 1, 1), date(2022, 6, 30)), ("2022",)),  # ended, but the money of 2022 is still to be had
        ({}, Span(date(2020, 1, 1), date(2021, 12, 31)), ()),
        ({}, Span(date(2023, 7, 1), None), ()),
        ({"period": "quarterly", "pay_until": "12-31"}, Span(date(2022, 7, 1), None), ("2023Q2", "2023Q1")),
        ({"period": "once"}, Span(date(2022, 1, 31), date(2022, 2, 6)), ("once",)),
        ({"period": "once"}, Span(None, None), ("once",)),
        ({"apply": {"from": "03-01", "until": "04-30"}}, LONG, ()),
        ({"apply": {"until": "06-14"}}, LONG, ("2023",)),
    ],
)
def test_periods_that_may_be_claimed_on_a_day(changes: Any, in_force: Span, expected: tuple[str, ...]) -> None:
    assert periods_open(definition(**changes), in_force, DAY) == expected
