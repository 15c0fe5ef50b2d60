"""Equality and order of values: True, False, None (the values do not compare) or UNKNOWN.

Numbers compare by value, texts by code point, days and durations in time. Values of different kinds do not compare.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from policies.rules.values import UNKNOWN, DaysTime, Interval, RangeValue, Unknown, YearsMonths

Truth = bool | None | Unknown
_ORDERED: Final = (Decimal, str, date, YearsMonths, DaysTime)


def ordered_pair(left: object, right: object) -> bool:
    """Whether two plain values have an order."""
    return any(isinstance(left, kind) and isinstance(right, kind) for kind in _ORDERED)


def sign(left: object, right: object) -> int | None:
    """-1, 0 or 1 as left is less, equal or greater; None where the two have no order."""
    if ordered_pair(left, right):
        return (left > right) - (left < right)  # type: ignore[operator]
    order_to = getattr(left, "order_to", None)  # days and times of the conformance mode
    return order_to(right) if order_to is not None else None


def equal(left: object, right: object) -> Truth:
    """FEEL's `=`: null equals null only."""
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if left is None or right is None:
        return left is right
    if isinstance(left, Interval) or isinstance(right, Interval):
        return _interval_equal(left, right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right if isinstance(left, bool) and isinstance(right, bool) else None
    if (order := sign(left, right)) is not None:
        return order == 0
    if isinstance(left, frozenset) and isinstance(right, frozenset):
        return left == right
    if isinstance(left, (tuple, list)) and isinstance(right, (tuple, list)):
        return _all_equal(zip(left, right, strict=False)) if len(left) == len(right) else False
    if isinstance(left, RangeValue) and isinstance(right, RangeValue):
        return _range_equal(left, right)
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        if left.keys() != right.keys():
            return False
        return _all_equal((left[key], right[key]) for key in left)
    return None


def _all_equal(pairs) -> Truth:  # type: ignore[no-untyped-def]
    truth: Truth = True
    for left, right in pairs:
        same = equal(left, right)
        if same is False:
            return False
        if same is UNKNOWN or (same is None and truth is True):
            truth = same
    return truth


def _range_equal(left: RangeValue, right: RangeValue) -> Truth:
    if (left.low_closed, left.high_closed) != (right.low_closed, right.high_closed):
        return False
    return _all_equal(((left.low, right.low), (left.high, right.high)))


_ORDER_TESTS: Final[dict[str, Callable[[int], bool]]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def compare(operator: str, left: object, right: object) -> Truth:
    """`left operator right` for = != < <= > >=."""
    if operator == "=":
        return equal(left, right)
    if operator == "!=":
        same = equal(left, right)
        return same if same is UNKNOWN or same is None else not same
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if isinstance(left, Interval) or isinstance(right, Interval):
        return _interval_order(operator, left, right)
    order = sign(left, right)
    return None if order is None else _ORDER_TESTS[operator](order)


def in_range(value: object, within: RangeValue) -> Truth:
    """Whether a value lies in a range; None where the ends do not compare with it."""
    truth: Truth = True
    if within.low is not None:
        truth = compare(">=" if within.low_closed else ">", value, within.low)
    if within.high is not None:
        below = compare("<=" if within.high_closed else "<", value, within.high)
        truth = conjunction(truth, below)
    return truth


def conjunction(left: Truth, right: Truth) -> Truth:
    """Kleene's and; None (no value) is weaker than UNKNOWN, which may still become false."""
    if left is False or right is False:
        return False
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    return None if left is None or right is None else True


def disjunction(left: Truth, right: Truth) -> Truth:
    """Kleene's or."""
    if left is True or right is True:
        return True
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    return None if left is None or right is None else False


# --- intervals -------------------------------------------------------------------------------------


def as_interval(value: object) -> Interval | None:
    if isinstance(value, Interval):
        return value
    return Interval(value, value) if isinstance(value, Decimal) else None


def _interval_order(operator: str, left: object, right: object) -> Truth:
    one, other = as_interval(left), as_interval(right)
    if one is None or other is None:
        return None
    if one.may_be_nothing or other.may_be_nothing:
        return UNKNOWN
    if operator in (">", ">="):
        one, other, operator = other, one, "<" if operator == ">" else "<="
    strict = operator == "<"
    if _precedes(one.high, other.low, strict=strict):
        return True
    return False if _precedes(other.high, one.low, strict=not strict) else UNKNOWN


def _precedes(high: Decimal | None, low: Decimal | None, *, strict: bool) -> bool:
    """Whether everything up to `high` lies before everything from `low` on."""
    return high is not None and low is not None and (high < low or (not strict and high == low))


def _interval_equal(left: object, right: object) -> Truth:
    one, other = as_interval(left), as_interval(right)
    if one is None or other is None:
        return None
    if one.may_be_nothing or other.may_be_nothing:
        return UNKNOWN
    if _precedes(one.high, other.low, strict=True) or _precedes(other.high, one.low, strict=True):
        return False
    return True if one.low is not None and one.low == one.high == other.low == other.high else UNKNOWN
