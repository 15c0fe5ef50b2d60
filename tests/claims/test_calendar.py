"""Terms in working days, against arrangements that were printed."""

from datetime import date

import pytest

from policies.definition import Term, TermUnit
from supermarket.claims.calendar import holidays_seed, is_provisional, is_working_day, term_last_day
from supermarket.claims.models import Holiday

pytestmark = pytest.mark.django_db


def working(days: int) -> Term:
    return Term(days, TermUnit.WORKING_DAYS)


def test_the_notice_of_wuhu_ran_from_16_to_22_may_2023() -> None:
    assert term_last_day(date(2023, 5, 16), working(5)) == date(2023, 5, 22)


def test_a_saturday_worked_counts_and_a_holiday_does_not() -> None:
    assert is_working_day(date(2023, 5, 6)) and not is_working_day(date(2023, 5, 1))
    assert term_last_day(date(2023, 4, 28), working(3)) == date(2023, 5, 5)  # 28 April, then 4 and 5 May
    assert term_last_day(date(2023, 12, 29), working(2)) == date(2024, 1, 2)  # over the turn of the year


def test_calendar_days_count_all() -> None:
    assert term_last_day(date(2023, 4, 28), Term(7, TermUnit.CALENDAR_DAYS)) == date(2023, 5, 4)


def test_years_without_arrangements_are_provisional() -> None:
    assert not is_provisional(date(2023, 1, 1), date(2026, 12, 31))
    assert is_provisional(date(2026, 12, 30), date(2027, 1, 4))
    assert is_working_day(date(2027, 1, 1))  # a Friday: nothing else is known of it


def test_what_the_desk_edited_stays_when_seeded_again() -> None:
    Holiday.objects.create(day=date(2026, 11, 24), working=False, name="市运会")
    assert holidays_seed() == 0
    assert not is_working_day(date(2026, 11, 24))
