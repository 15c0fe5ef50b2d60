"""FEEL's time and date and time, with offsets and named zones, and arithmetic with days and durations."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from policies.rules.feel.civil import Day, make_day
from policies.rules.feel.refusal import Refused
from policies.rules.values import SECONDS_OF_DAY, DaysTime, YearsMonths

OFFSET_MOST: Final = 18 * 3600
_DATE: Final = r"(-?(?:[1-9]\d{4,8}|\d{4}))-(\d\d)-(\d\d)"
_TIME: Final = r"(\d\d):(\d\d):(\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z0-9_+/-]+)?"
_DATE_PATTERN: Final = re.compile(_DATE, re.ASCII)
_TIME_PATTERN: Final = re.compile(_TIME, re.ASCII)
_DATE_TIME_PATTERN: Final = re.compile(f"{_DATE}T{_TIME}", re.ASCII)

Zone = int | str | None  # offset in seconds, a name, or none


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, in seconds."""

    seconds: Decimal
    zone: Zone = None

    def order_to(self, other: object) -> int | None:
        if not isinstance(other, Time) or (self.zone is None) != (other.zone is None):
            return None
        if self.zone == other.zone:
            return _sign(self.seconds, other.seconds)
        orders = {
            _sign(self.seconds - one, other.seconds - another)
            for one in offsets_of(self.zone)
            for another in offsets_of(other.zone)
        }
        if len(orders) > 1:
            raise Refused("which time is earlier depends on the day")
        return orders.pop()

    def __str__(self) -> str:
        whole_minutes, seconds = divmod(self.seconds, 60)
        hours, minutes = divmod(int(whole_minutes), 60)
        whole, _, fraction = f"{seconds:f}".partition(".")
        fraction = fraction.rstrip("0")
        return f"{hours:02d}:{minutes:02d}:{int(whole):02d}{'.' + fraction if fraction else ''}{zone_text(self.zone)}"


@dataclass(frozen=True, slots=True)
class DateTime:
    """A day and a time of it."""

    day: Day
    time: Time

    @property
    def zone(self) -> Zone:
        return self.time.zone

    @property
    def local(self) -> Decimal:
        """Seconds since 1970-01-01T00:00:00 on the own clock."""
        return self.day.number * SECONDS_OF_DAY + self.time.seconds

    @property
    def offset(self) -> int | None:
        zone = self.zone
        return zone if zone is None or isinstance(zone, int) else _offset_of(zone, self)

    @property
    def instant(self) -> Decimal:
        return self.local - (self.offset or 0)

    def order_to(self, other: object) -> int | None:
        if not isinstance(other, DateTime) or (self.zone is None) != (other.zone is None):
            return None
        return _sign(self.instant, other.instant)

    def __str__(self) -> str:
        return f"{self.day}T{self.time}"


def _sign(left: Decimal, right: Decimal) -> int:
    return (left > right) - (left < right)


def _offset_of(name: str, moment: DateTime) -> int:
    """The offset of a named zone at a local time (of the first or last known year, beyond those)."""
    day = moment.day
    year = min(max(day.year, 1), 9999)
    seconds = int(moment.time.seconds)
    day_of_month = day.day if year == day.year else min(day.day, 28)
    local = datetime(year, day.month, day_of_month, seconds // 3600, seconds // 60 % 60, tzinfo=ZoneInfo(name))
    offset, other = local.utcoffset(), local.replace(fold=1).utcoffset()
    if offset is None or offset != other:
        raise Refused("a local time that the clock passes twice or never")
    return int(offset.total_seconds())


def offsets_of(zone: Zone) -> set[int]:
    """The offsets that a zone has in winter and in summer."""
    if not isinstance(zone, str):
        return {zone or 0}
    midnight = Time(Decimal(0), zone)
    return {_offset_of(zone, DateTime(Day(2020, month, 1), midnight)) for month in (1, 7)}


def zone_text(zone: Zone) -> str:
    if zone is None:
        return ""
    if isinstance(zone, str):
        return f"@{zone}"
    if zone == 0:
        return "Z"
    minutes, seconds = divmod(abs(zone), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{'-' if zone < 0 else '+'}{hours:02d}:{minutes:02d}{f':{seconds:02d}' if seconds else ''}"


# --- reading ------------------------------------------------------------------------------------------------------


class _NoTime(Exception):  # noqa: N818
    """The parts make no time."""


def parse_day(text: str) -> Day | None:
    match = _DATE_PATTERN.fullmatch(text)
    return make_day(*(int(part) for part in match.groups())) if match else None


def parse_time(text: str) -> Time | None:
    match = _TIME_PATTERN.fullmatch(text)
    if text.startswith("24:00:00"):
        raise Refused("24:00:00 without a day")
    try:
        return _time(match.groups()) if match else None
    except _NoTime:
        return None


def parse_date_time(text: str) -> DateTime | None:
    """`2017-12-31T11:22:33+02:00`, or a day alone (its midnight). 24:00:00 is the next midnight."""
    if day := parse_day(text):
        return DateTime(day, Time(Decimal(0)))
    match = _DATE_TIME_PATTERN.fullmatch(text)
    if match is None:
        return None
    parts = match.groups()
    day = make_day(int(parts[0]), int(parts[1]), int(parts[2]))
    try:
        if parts[3:6] == ("24", "00", "00"):
            day, parts = (day.plus_days(1) if day else None), (*parts[:3], "00", *parts[4:])
        return DateTime(day, _time(parts[3:])) if day is not None else None
    except _NoTime:
        return None


def _time(parts: tuple[str, ...]) -> Time:
    hours, minutes, seconds, zone = parts
    made = make_time(int(hours), int(minutes), Decimal(seconds), _zone(zone))
    if made is None:
        raise _NoTime
    return made


def _zone(text: str | None) -> Zone:
    if text is None or text == "Z":
        return None if text is None else 0
    if text[0] == "@":
        try:
            ZoneInfo(text[1:])
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise _NoTime from None
        return text[1:]
    hours, minutes, seconds = (int(part) for part in f"{text[1:]}:00".split(":")[:3])
    offset = hours * 3600 + minutes * 60 + seconds
    if offset > OFFSET_MOST or minutes > 59 or seconds > 59:
        raise _NoTime
    return -offset if text[0] == "-" else offset


def make_time(hours: int, minutes: int, seconds: Decimal, zone: Zone) -> Time | None:
    if not (0 <= hours <= 23 and 0 <= minutes <= 59 and 0 <= seconds < 60):
        return None
    return Time(hours * 3600 + minutes * 60 + seconds, zone)


# --- arithmetic ---------------------------------------------------------------------------------------------------


def add(moment: object, duration: object) -> object:
    """A day, time or date and time plus a duration; None where the two do not go together."""
    if isinstance(moment, Day):
        if isinstance(duration, YearsMonths):
            return moment.plus_months(duration.months)
        return moment.plus_days(duration.floor_days) if isinstance(duration, DaysTime) else None
    if isinstance(moment, Time):
        if not isinstance(duration, DaysTime):
            return None
        return replace(moment, seconds=_within_day(moment.seconds + duration.seconds))
    if not isinstance(moment, DateTime):
        return None
    if isinstance(duration, YearsMonths):
        day = moment.day.plus_months(duration.months)
        return DateTime(day, moment.time) if day is not None else None
    return _add_days_time(moment, duration) if isinstance(duration, DaysTime) else None


def _within_day(seconds: Decimal) -> Decimal:
    """Seconds of the day; those before it counted from the day before."""
    remainder = seconds % SECONDS_OF_DAY
    return remainder + SECONDS_OF_DAY if remainder < 0 else remainder


def _add_days_time(moment: DateTime, duration: DaysTime) -> DateTime | None:
    seconds = moment.time.seconds + duration.seconds
    within = _within_day(seconds)
    day = moment.day.plus_days(int((seconds - within) / SECONDS_OF_DAY))
    if day is None:
        return None
    moved = DateTime(day, replace(moment.time, seconds=within))
    if isinstance(moment.zone, str) and moved.offset != moment.offset:
        raise Refused("a duration across a change of the clock")
    return moved


def difference(left: object, right: object) -> DaysTime | None:
    """left - right; a day counts as its midnight in UTC beside a date and time."""
    if isinstance(left, Day) and isinstance(right, Day):
        return DaysTime(Decimal((left.number - right.number) * SECONDS_OF_DAY))
    if isinstance(left, Time) and isinstance(right, Time):
        if left.order_to(right) is None:
            return None
        if left.zone == right.zone:
            return DaysTime(left.seconds - right.seconds)
        one_offset, other_offset = offsets_of(left.zone), offsets_of(right.zone)
        if len(one_offset) + len(other_offset) > 2:
            raise Refused("the difference depends on the day")
        return DaysTime(left.seconds - one_offset.pop() - (right.seconds - other_offset.pop()))
    one, other = _as_date_time(left), _as_date_time(right)
    if one is None or other is None or (one.zone is None) != (other.zone is None):
        return None
    return DaysTime(one.instant - other.instant)


def _as_date_time(value: object) -> DateTime | None:
    if isinstance(value, Day):
        return DateTime(value, Time(Decimal(0), 0))
    return value if isinstance(value, DateTime) else None


def property_of(value: object, name: str) -> object:
    """`value.name`; None where there is no such property."""
    day = value if isinstance(value, Day) else value.day if isinstance(value, DateTime) else None
    if day is not None and name in ("year", "month", "day", "weekday"):
        return Decimal(day.weekday() if name == "weekday" else getattr(day, name))
    time = value if isinstance(value, Time) else value.time if isinstance(value, DateTime) else None
    if time is None:
        return None
    match name:
        case "hour":
            return time.seconds // 3600
        case "minute":
            return time.seconds // 60 % 60
        case "second":
            return time.seconds % 60
        case "timezone":
            return time.zone if isinstance(time.zone, str) else None
        case "time offset":
            return _offset_property(value, time)
    return None


def _offset_property(value: object, time: Time) -> DaysTime | None:
    if isinstance(time.zone, str):
        offsets = offsets_of(time.zone) if not isinstance(value, DateTime) else {value.offset or 0}
        if len(offsets) > 1:
            raise Refused("this zone has an offset only on a day")
        return DaysTime(Decimal(offsets.pop()))
    return None if time.zone is None else DaysTime(Decimal(time.zone))
