"""Calendar arithmetic and the texts of dates and durations (XML Schema forms, as FEEL has them)."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from policies.rules.values import EXACT, SECONDS_OF_DAY, DaysTime, YearsMonths

_DATE: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_YEARS_MONTHS: Final = re.compile(r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
_DAYS_TIME: Final = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d*)?|\.\d+)S)?)?", re.ASCII)


def parse_date(text: str) -> date | None:
    """`YYYY-MM-DD`; None if that is no day."""
    match = _DATE.fullmatch(text)
    if not match:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None


def parse_duration(text: str) -> YearsMonths | DaysTime | None:
    """`P1Y6M`, `P30D`, `PT12H`; None if that is no duration."""
    if match := _YEARS_MONTHS.fullmatch(text):
        sign, years, months = match.groups()
        if years is not None or months is not None:
            total = int(years or 0) * 12 + int(months or 0)
            return YearsMonths(-total if sign else total)
    if (match := _DAYS_TIME.fullmatch(text)) and not text.endswith(("T", "P")):
        sign, days, hours, minutes, seconds = match.groups()
        total_seconds = Decimal(
            int(days or 0) * SECONDS_OF_DAY + int(hours or 0) * 3600 + int(minutes or 0) * 60
        ) + Decimal(seconds or 0)
        return DaysTime(-total_seconds if sign else total_seconds)
    return None


def format_duration(duration: YearsMonths | DaysTime) -> str:
    """The canonical text; parse_duration reads it back."""
    if isinstance(duration, YearsMonths):
        years, months = divmod(abs(duration.months), 12)
        body = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if duration.months < 0 else "") + "P" + (body or "0M")
    whole, fraction = EXACT.divmod(abs(duration.seconds), Decimal(1))
    minutes, seconds = divmod(int(whole), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    second_text = f"{fraction + seconds:f}".rstrip("0").rstrip(".") if fraction else str(seconds)
    time = (
        (f"{hours}H" if hours else "")
        + (f"{minutes}M" if minutes else "")
        + (f"{second_text}S" if fraction or seconds else "")
    )
    body = (f"{days}D" if days else "") + (f"T{time}" if time else "")
    return ("-" if duration.seconds < 0 else "") + "P" + (body or "T0S")


def add_months(day: date, months: int) -> date | None:
    """The same day of the month so many months on, or that month's last day; None outside the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_days(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def months_between(start: date, end: date) -> int:
    """Whole months from start to end, negative if end is earlier; the part month is dropped towards zero."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months
