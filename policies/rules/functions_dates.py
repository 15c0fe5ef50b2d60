"""Functions and properties of dates and durations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from policies.rules.dates import months_between, parse_date, parse_duration
from policies.rules.values import DaysTime, YearsMonths


def make_date(first: object, month: object = None, day: object = None) -> date | None:
    """`date("2023-01-31")`, `date(2023, 1, 31)` or the date itself."""
    if isinstance(first, Decimal) and isinstance(month, Decimal) and isinstance(day, Decimal):
        if any(part != part.to_integral_value() for part in (first, month, day)):
            return None
        try:
            return date(int(first), int(month), int(day))
        except (ValueError, OverflowError):
            return None
    if month is not None or day is not None:
        return None
    if isinstance(first, str):
        return parse_date(first)
    return first if isinstance(first, date) else None


def make_duration(text: object) -> YearsMonths | DaysTime | None:
    return parse_duration(text) if isinstance(text, str) else None


def years_and_months(start: object, end: object) -> YearsMonths | None:
    if isinstance(start, date) and isinstance(end, date):
        return YearsMonths(months_between(start, end))
    return None


def _towards_zero(dividend: int, divisor: int) -> int:
    quotient = abs(dividend) // divisor
    return -quotient if dividend < 0 else quotient


def property_of(value: object, name: str) -> object:
    """`value.name` of a date or duration; None where it has no such property."""
    number: int | Decimal | None = None
    if isinstance(value, date):
        number = {"year": value.year, "month": value.month, "day": value.day, "weekday": value.isoweekday()}.get(name)
    elif isinstance(value, YearsMonths):
        years = _towards_zero(value.months, 12)
        number = {"years": years, "months": value.months - years * 12}.get(name)
    elif isinstance(value, DaysTime):
        sign = -1 if value.seconds < 0 else 1
        total = abs(value.seconds)
        whole = int(total)
        parts: dict[str, int | Decimal] = {
            "days": whole // 86400,
            "hours": whole // 3600 % 24,
            "minutes": whole // 60 % 60,
            "seconds": total % 60,
        }
        number = sign * parts[name] if name in parts else None
    return None if number is None else Decimal(number)


DATE_FUNCTIONS: Final[dict[str, Callable[..., object]]] = {
    "date": make_date,
    "duration": make_duration,
    "years and months duration": years_and_months,
}
