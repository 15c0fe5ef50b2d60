"""Working days. A term of N working days ends on the N-th working day, the first day of the term counting if worked.

Seeded from the arrangements of the State Council as chinesecalendar has them; edited at the desk; a year whose
arrangements are not in the table counts weekends only, and every answer that touches it is provisional.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar
from django.db import transaction

from policies.definition import Term, TermUnit
from supermarket.claims.models import Holiday, HolidayYear

DAY = timedelta(days=1)
SATURDAY = 5
SEEDED_FROM = 2018  # the oldest policy of the shelf


def working_days(first: date) -> Iterator[date]:
    """The working days from `first` on, itself included. One query a year."""
    day, year = first, None
    differing: dict[date, bool] = {}
    while True:
        if day.year != year:
            year = day.year
            differing = dict(Holiday.objects.filter(day__year=year).values_list("day", "working"))
        if differing.get(day, day.weekday() < SATURDAY):
            yield day
        day += DAY


def is_working_day(day: date) -> bool:
    return next(working_days(day)) == day


def term_last_day(first: date, term: Term) -> date:
    """The last day of a term that begins on `first`."""
    if term.unit is TermUnit.CALENDAR_DAYS:
        return first + (term.days - 1) * DAY
    days = working_days(first)
    return [next(days) for _ in range(term.days)][-1]


def is_provisional(first: date, last: date) -> bool:
    """Whether a year between the two days has no arrangements yet."""
    years = range(first.year, last.year + 1)
    return HolidayYear.objects.filter(year__in=years).count() < len(years)


@transaction.atomic
def holidays_seed() -> int:
    """Enter the published years that the table does not have; how many. What the desk has edited stays."""
    known = set(HolidayYear.objects.values_list("year", flat=True))
    years = [year for year in range(SEEDED_FROM, max(chinese_calendar.holidays).year + 1) if year not in known]
    for year in years:
        Holiday.objects.bulk_create(_differing(year))
    HolidayYear.objects.bulk_create(HolidayYear(year=year) for year in years)
    return len(years)


def _differing(year: int) -> Iterator[Holiday]:
    day = date(year, 1, 1)
    while day.year == year:
        working, name = chinese_calendar.is_workday(day), chinese_calendar.holidays.get(day, "")
        if working != (day.weekday() < SATURDAY):
            yield Holiday(day=day, working=working, name=name)
        day += DAY
