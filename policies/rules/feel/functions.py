"""FEEL functions that rules do not have, or have for fewer values; None is FEEL's null."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from policies.rules.comparison import equal
from policies.rules.dates import format_duration
from policies.rules.feel.civil import Day, make_day, months_between
from policies.rules.feel.refusal import Refused
from policies.rules.feel.temporal import OFFSET_MOST, DateTime, Time, make_time, parse_date_time, parse_day, parse_time
from policies.rules.functions_lists import is_list
from policies.rules.values import DaysTime, YearsMonths


def _whole(*numbers: object) -> list[int] | None:
    """The numbers as ints; None if one is no whole number."""
    whole = [int(n) for n in numbers if isinstance(n, Decimal) and n == n.to_integral_value()]
    return whole if len(whole) == len(numbers) else None


# --- days and times -----------------------------------------------------------------------------------------------


def date(*arguments: object) -> Day | None:
    """`date(from)` or `date(year, month, day)`."""
    if len(arguments) == 3:
        parts = _whole(*arguments)
        return make_day(*parts) if parts is not None else None
    (value,) = arguments
    if isinstance(value, str):
        return parse_day(value)
    if isinstance(value, DateTime):
        return value.day
    return value if isinstance(value, Day) else None


def time(*arguments: object) -> Time | None:
    """`time(from)` or `time(hour, minute, second, offset)`."""
    if len(arguments) >= 3:
        return _time_of_parts(*arguments)
    (value,) = arguments
    if isinstance(value, str):
        return parse_time(value)
    if isinstance(value, DateTime):
        return value.time
    if isinstance(value, Day):
        return Time(Decimal(0), 0)
    return value if isinstance(value, Time) else None


def _time_of_parts(hour: object, minute: object, second: object, offset: object = None) -> Time | None:
    parts = _whole(hour, minute)
    if parts is None or not isinstance(second, Decimal) or not isinstance(offset, DaysTime | None):
        return None
    if offset is not None and abs(offset.seconds) > OFFSET_MOST:
        raise Refused("an offset of more than 18 hours")
    return make_time(parts[0], parts[1], second, None if offset is None else int(offset.seconds))


def date_and_time(*arguments: object) -> DateTime | None:
    """`date and time(from)` or `date and time(date, time)`."""
    if len(arguments) == 2:
        first, second = arguments
        day = first.day if isinstance(first, DateTime) else first
        return DateTime(day, second) if isinstance(day, Day) and isinstance(second, Time) else None
    (value,) = arguments
    if isinstance(value, str):
        return parse_date_time(value)
    if isinstance(value, Day):
        return DateTime(value, Time(Decimal(0)))
    return value if isinstance(value, DateTime) else None


def _day_of(value: object) -> Day | None:
    if isinstance(value, DateTime):
        return value.day
    return value if isinstance(value, Day) else None


def years_and_months(start: object, end: object) -> YearsMonths | None:
    one, other = _day_of(start), _day_of(end)
    return YearsMonths(months_between(one, other)) if one is not None and other is not None else None


_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _of_day(function: Callable[[Day], object]) -> Callable[[object], object]:
    def guarded(value: object) -> object:
        day = _day_of(value)
        return None if day is None else function(day)

    return guarded


# --- texts --------------------------------------------------------------------------------------------------------


def string(value: object) -> str | None:
    """The text of a value."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case str():
            return value
        case Day() | Time() | DateTime():
            return str(value)
        case YearsMonths() | DaysTime():
            return format_duration(value)
    raise Refused("string() of this value")


def substring_before(text: object, match: object) -> str | None:
    if not isinstance(text, str) or not isinstance(match, str):
        return None
    return text.partition(match)[0] if match and match in text else ""


def substring_after(text: object, match: object) -> str | None:
    if not isinstance(text, str) or not isinstance(match, str):
        return None
    if not match:
        return text
    return text.partition(match)[2] if match in text else ""


# --- lists --------------------------------------------------------------------------------------------------------


def _as_list(value: object) -> tuple[Any, ...]:
    return tuple(value) if is_list(value) else (value,)  # type: ignore[arg-type]


def _index(members: tuple[Any, ...], position: object) -> int | None:
    """The index of a position, from 1 or, negative, from the end; None outside the list."""
    if not isinstance(position, Decimal):
        return None
    place = int(position)
    if place == 0 or abs(place) > len(members):
        return None
    return place - 1 if place > 0 else len(members) + place


def append(members: object, *more: object) -> tuple[Any, ...]:
    return (*_as_list(members), *more)


def concatenate(*lists: object) -> tuple[Any, ...]:
    return tuple(member for members in lists for member in _as_list(members))


def insert_before(members: object, position: object, new: object) -> tuple[Any, ...] | None:
    listed = _as_list(members)
    at = _index(listed, position)
    return None if at is None else (*listed[:at], new, *listed[at:])


def remove(members: object, position: object) -> tuple[Any, ...] | None:
    listed = _as_list(members)
    at = _index(listed, position)
    return None if at is None else (*listed[:at], *listed[at + 1 :])


def reverse(members: object) -> tuple[Any, ...]:
    return _as_list(members)[::-1]


def sublist(members: object, start: object, length: object = None) -> tuple[Any, ...] | None:
    listed = _as_list(members)
    at = _index(listed, start)
    if at is None or not isinstance(length, Decimal | None):
        return None
    if length is None:
        return listed[at:]
    return listed[at : at + int(length)] if int(length) >= 1 and at + int(length) <= len(listed) else None


def index_of(members: object, match: object) -> tuple[Decimal, ...] | None:
    if not is_list(members):
        return None
    return tuple(Decimal(at) for at, member in enumerate(_as_list(members), start=1) if equal(member, match) is True)


def distinct_values(members: object) -> tuple[Any, ...]:
    kept: list[Any] = []
    for member in _as_list(members):
        if not any(equal(member, other) is True for other in kept):
            kept.append(member)
    return tuple(kept)


def union(*lists: object) -> tuple[Any, ...]:
    return distinct_values(concatenate(*lists))


def flatten(members: object) -> tuple[Any, ...]:
    flat: list[Any] = []
    for member in _as_list(members):
        flat.extend(flatten(member) if is_list(member) else (member,))
    return tuple(flat)


FEEL_FUNCTIONS: Final[Mapping[str, Callable[..., object]]] = {
    "date": date,
    "time": time,
    "date and time": date_and_time,
    "years and months duration": years_and_months,
    "day of year": _of_day(lambda day: Decimal(day.day_of_year())),
    "day of week": _of_day(lambda day: _WEEKDAYS[day.weekday() - 1]),
    "month of year": _of_day(lambda day: _MONTHS[day.month - 1]),
    "week of year": _of_day(lambda day: Decimal(day.week_of_year())),
    "string": string,
    "substring before": substring_before,
    "substring after": substring_after,
    "append": append,
    "concatenate": concatenate,
    "insert before": insert_before,
    "remove": remove,
    "reverse": reverse,
    "sublist": sublist,
    "index of": index_of,
    "flatten": flatten,
    "distinct values": distinct_values,
    "union": union,
}
# Parameter names, for named arguments and for the number of arguments; a question mark may be left out.
FEEL_SIGNATURES: Final[Mapping[str, tuple[str, ...]]] = {
    "date": ("from", "year, month, day"),
    "time": ("from", "hour, minute, second, offset?"),
    "date and time": ("from", "date, time"),
    "years and months duration": ("from, to",),
    "day of year": ("date",),
    "day of week": ("date",),
    "month of year": ("date",),
    "week of year": ("date",),
    "string": ("from",),
    "substring before": ("string, match",),
    "substring after": ("string, match",),
    "append": ("list, item...",),
    "concatenate": ("list...",),
    "insert before": ("list, position, newItem",),
    "remove": ("list, position",),
    "reverse": ("list",),
    "sublist": ("list, start position, length?",),
    "index of": ("list, match",),
    "flatten": ("list",),
    "distinct values": ("list",),
    "union": ("list...",),
}
