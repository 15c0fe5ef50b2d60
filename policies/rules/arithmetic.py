"""`+ - * / **` and unary minus over numbers, dates, durations and texts; None where there is no value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, DecimalException
from typing import Final

from policies.rules.comparison import as_interval
from policies.rules.dates import add_days, add_months
from policies.rules.values import NUMBERS, SECONDS_OF_DAY, UNKNOWN, DaysTime, Interval, YearsMonths


def calculate(operator: str, left: object, right: object) -> object:
    """`left operator right`."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _numbers(operator, left, right)
    if left is None or right is None:
        return None
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if isinstance(left, Interval) or isinstance(right, Interval):
        return _intervals(operator, left, right)
    try:
        return _OTHERS[operator](left, right)
    except DecimalException:
        return None


def negative(value: object) -> object:
    """Unary minus."""
    if isinstance(value, Decimal):
        return NUMBERS.minus(value)
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(value, Interval):
        return calculate("*", value, Decimal(-1))
    if isinstance(value, YearsMonths):
        return YearsMonths(-value.months)
    return DaysTime(NUMBERS.minus(value.seconds)) if isinstance(value, DaysTime) else None


def _numbers(operator: str, left: Decimal, right: Decimal) -> Decimal | None:
    try:
        if operator == "+":
            return NUMBERS.add(left, right)
        if operator == "-":
            return NUMBERS.subtract(left, right)
        if operator == "*":
            return NUMBERS.multiply(left, right)
        if operator == "/":
            return NUMBERS.divide(left, right)
        return NUMBERS.power(left, right) if left or right else Decimal(1)
    except DecimalException:
        return None


def _intervals(operator: str, left: object, right: object) -> object:
    one, other = as_interval(left), as_interval(right)
    if one is None or other is None:
        return None
    nothing = one.may_be_nothing or other.may_be_nothing
    if operator == "-":
        other, operator = Interval(_minus(other.high), _minus(other.low)), "+"
    if operator == "+":
        return Interval(_sum(one.low, other.low), _sum(one.high, other.high), nothing)
    if operator == "*" and isinstance(right, Decimal):
        return _scaled(one, right, nothing)
    if operator == "*" and isinstance(left, Decimal):
        return _scaled(other, left, nothing)
    if operator == "/" and isinstance(right, Decimal):
        return _scaled(one, right, nothing, divide=True) if right else None
    return UNKNOWN


def _scaled(interval: Interval, factor: Decimal, nothing: bool, *, divide: bool = False) -> Interval:
    ends = [
        None if end is None else _numbers("/" if divide else "*", end, factor) for end in (interval.low, interval.high)
    ]
    if factor == 0:
        ends = [Decimal(0), Decimal(0)]
    return Interval(ends[1], ends[0], nothing) if factor < 0 else Interval(ends[0], ends[1], nothing)


def _minus(end: Decimal | None) -> Decimal | None:
    return None if end is None else NUMBERS.minus(end)


def _sum(left: Decimal | None, right: Decimal | None) -> Decimal | None:
    return None if left is None or right is None else _numbers("+", left, right)


# --- dates, durations, texts -----------------------------------------------------------------------


def shift(day: date, duration: object, direction: int) -> date | None:
    """A day plus (direction 1) or minus (-1) a duration; parts of days are dropped towards the earlier day."""
    if isinstance(duration, YearsMonths):
        return add_months(day, direction * duration.months)
    if isinstance(duration, DaysTime):
        return add_days(day, DaysTime(direction * duration.seconds).floor_days)
    return None


def _add(left: object, right: object) -> object:
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, YearsMonths) and isinstance(right, YearsMonths):
        return YearsMonths(left.months + right.months)
    if isinstance(left, DaysTime) and isinstance(right, DaysTime):
        return DaysTime(NUMBERS.add(left.seconds, right.seconds))
    if isinstance(right, date):
        left, right = right, left
    return shift(left, right, 1) if isinstance(left, date) else None


def _subtract(left: object, right: object) -> object:
    if isinstance(left, date):
        if isinstance(right, date):
            return DaysTime(Decimal((left - right).days * SECONDS_OF_DAY))
        return shift(left, right, -1)
    if isinstance(right, YearsMonths | DaysTime):
        return _add(left, negative(right)) if isinstance(left, YearsMonths | DaysTime) else None
    return None


def _multiply(left: object, right: object) -> object:
    if isinstance(left, Decimal):
        left, right = right, left
    if not isinstance(right, Decimal):
        return None
    if isinstance(left, YearsMonths):
        return YearsMonths(int(left.months * right))
    return DaysTime(NUMBERS.multiply(left.seconds, right)) if isinstance(left, DaysTime) else None


def _divide(left: object, right: object) -> object:
    if isinstance(right, Decimal) and right:
        if isinstance(left, YearsMonths):
            return YearsMonths(int(NUMBERS.divide(Decimal(left.months), right)))
        return DaysTime(NUMBERS.divide(left.seconds, right)) if isinstance(left, DaysTime) else None
    if isinstance(left, YearsMonths) and isinstance(right, YearsMonths) and right.months:
        return NUMBERS.divide(Decimal(left.months), Decimal(right.months))
    if isinstance(left, DaysTime) and isinstance(right, DaysTime) and right.seconds:
        return NUMBERS.divide(left.seconds, right.seconds)
    return None


def _nothing(left: object, right: object) -> None:
    return None


_OTHERS: Final[dict[str, Callable[[object, object], object]]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "**": _nothing,
}
