"""Exact numbers over many rows: integers in units of 10**-scale, with bounds which prove that nothing overflows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from policies.engine.columns import Words

LIMIT: Final = 1 << 62
Rows = NDArray[np.int64]
Values = Any  # an int64 array of one value a row, or one int for all
# Up, down and the halves are away from and towards zero.
Rounding = Literal["floor", "ceiling", "up", "down", "half up", "half down", "half even"]
ROUNDINGS: Final[dict[str, Rounding]] = {
    "floor": "floor",
    "ceiling": "ceiling",
    "decimal": "half even",
    "round up": "up",
    "round down": "down",
    "round half up": "half up",
    "round half down": "half down",
}


class NotVectorised(Exception):  # noqa: N818
    """This expression is left to the evaluator."""


class TooWide(Exception):  # noqa: N818
    """Within its bounds the expression may leave 64 bits."""


@dataclass(frozen=True)
class Number:
    """`at(rows)` gives the values in units of 10**-scale; all lie from `low` to `high`."""

    scale: int
    low: int
    high: int
    at: Callable[[Rows], Values]

    def __post_init__(self) -> None:
        if not -LIMIT < self.low <= self.high < LIMIT:
            raise TooWide

    def scaled(self, scale: int) -> Number:
        """The same in finer units."""
        if scale == self.scale:
            return self
        factor = 10 ** (scale - self.scale)
        return Number(scale, self.low * factor, self.high * factor, lambda rows: self.at(rows) * factor)


def constant(value: object) -> Number:
    """A constant. Raises NotVectorised where it is no number."""
    if not isinstance(value, Decimal) or not value.is_finite():
        raise NotVectorised
    sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    scale = max(0, -exponent)
    units = int("".join(map(str, digits))) * 10 ** max(0, exponent) * (-1 if sign else 1)
    return Number(scale, units, units, lambda rows: units)


def bits_at(plane: Words, rows: Rows) -> NDArray[np.bool_]:
    """The bits of some rows of a plane."""
    return (plane[rows >> 6] >> (rows & 63).astype(np.uint64) & np.uint64(1)).astype(np.bool_)


def rounded(number: Number, places: int, rounding: Rounding) -> Number:
    """With at most `places` decimals."""
    if places >= number.scale:
        return number
    unit = 10 ** (number.scale - places)
    low, high = number.low // unit - 1, number.high // unit + 1
    if rounding == "half up" and number.low >= 0:
        half = unit // 2
        return Number(places, low, high, lambda rows: (number.at(rows) + half) // unit)
    return Number(places, low, high, lambda rows: _divided(number.at(rows), unit, rounding))


def _divided(values: Values, unit: int, rounding: Rounding) -> Values:
    """values / unit, rounded; `unit` is a power of ten."""
    sizes = np.abs(values)
    whole = sizes // unit
    rest = sizes - whole * unit
    negative, half = values < 0, unit // 2
    away = {
        "up": rest > 0,
        "down": False,
        "floor": (rest > 0) & negative,
        "ceiling": (rest > 0) & ~negative,
        "half up": rest >= half,
        "half down": rest > half,
        "half even": (rest > half) | ((rest == half) & (whole & 1 == 1)),
    }
    whole = whole + away[rounding]
    return np.where(negative, -whole, whole)


def marginal(number: Number, slices: Sequence[tuple[Number | None, Number | None, Number]]) -> Number:
    """The sum over slices (low, high, rate) of the part of the number in the slice times the rate. A slice without a
    low end begins where the one before it ended, the first at 0."""
    ends = [end for low, high, _ in slices for end in (low, high) if end is not None]
    scale = max([number.scale, *(end.scale for end in ends)])
    rate_scale = max(rate.scale for _, _, rate in slices)
    number = number.scaled(scale)
    parts = [
        (
            None if low is None else low.scaled(scale).low,
            None if high is None else high.scaled(scale).low,
            rate.scaled(rate_scale).low,
        )
        for low, high, rate in slices
    ]
    widest = max(abs(number.low), abs(number.high), *(abs(end.scaled(scale).low) for end in ends), 1)
    bound = 2 * widest * sum(abs(rate) for _, _, rate in parts)

    def at(rows: Rows) -> Values:
        values = number.at(rows)
        total, floor = np.zeros_like(values), np.zeros_like(values)
        for low, high, rate in parts:
            start = floor if low is None else low
            end = values if high is None else np.minimum(values, high)
            total += np.where(end > start, (end - start) * rate, 0)
            floor = end if high is None else np.full_like(values, high)
        return total

    return Number(scale + rate_scale, -bound, bound, at)
