"""The proleptic Gregorian calendar for any year: day numbers, and days as FEEL has them (year up to ±999,999,999)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

YEAR_MOST: Final = 999_999_999
_DAYS_OF_ERA: Final = 146_097  # 400 years


def day_number(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01."""
    shifted = year - (month <= 2)
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _DAYS_OF_ERA + day_of_era - 719_468


def of_day_number(number: int) -> tuple[int, int, int]:
    """(year, month, day) of a day number."""
    era, day_of_era = divmod(number + 719_468, _DAYS_OF_ERA)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    return year_of_era + era * 400 + (month <= 2), month, day


def days_of_month(year: int, month: int) -> int:
    following = (year, month + 1) if month < 12 else (year + 1, 1)
    return day_number(*following, 1) - day_number(year, month, 1)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of any year. Years before 1 count down: -2021 is as FEEL writes it."""

    year: int
    month: int
    day: int

    @property
    def number(self) -> int:
        return day_number(self.year, self.month, self.day)

    def order_to(self, other: object) -> int | None:
        if not isinstance(other, Day):
            return None
        return (self.number > other.number) - (self.number < other.number)

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"

    def plus_days(self, days: int) -> Day | None:
        return make_day(*of_day_number(self.number + days))

    def plus_months(self, months: int) -> Day | None:
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return make_day(year, month + 1, min(self.day, days_of_month(year, month + 1)))

    def weekday(self) -> int:
        """1 is Monday."""
        return (self.number + 3) % 7 + 1

    def day_of_year(self) -> int:
        return self.number - day_number(self.year, 1, 1) + 1

    def week_of_year(self) -> int:
        """The ISO week."""
        thursday = self.number - self.weekday() + 4
        year = of_day_number(thursday)[0]
        return (thursday - day_number(year, 1, 1)) // 7 + 1


def make_day(year: int, month: int, day: int) -> Day | None:
    """The day, or None if there is none such."""
    if abs(year) > YEAR_MOST or not 1 <= month <= 12 or not 1 <= day <= days_of_month(year, month):
        return None
    return Day(year, month, day)


def months_between(start: Day, end: Day) -> int:
    """Whole months from start to end, towards zero."""
    if end.number < start.number:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months
