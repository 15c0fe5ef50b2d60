"""Functions of numbers, exact to 34 digits. None where there is no value (a wrong type, a division by zero)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from fractions import Fraction
from math import floor
from typing import Final

from policies.rules.values import EXACT, NUMBERS, DaysTime, YearsMonths

SCALE_LOWEST: Final = -6111
SCALE_HIGHEST: Final = 6176


def round_at(number: Decimal, scale: int, rounding: str) -> Decimal:
    """`number` with at most `scale` decimals (negative: tens, hundreds …)."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= scale:
        return number
    rounded = number.quantize(Decimal((0, (1,), -scale)), rounding=rounding, context=EXACT)
    return rounded if rounded else rounded.copy_abs()  # no negative zero


def _rounding(rounding: str) -> Callable[..., Decimal | None]:
    def rounded(number: object, scale: object = Decimal(0)) -> Decimal | None:
        if not isinstance(number, Decimal) or not isinstance(scale, Decimal):
            return None
        places = int(scale)  # FEEL truncates the scale
        if not SCALE_LOWEST <= places <= SCALE_HIGHEST:
            return None
        return round_at(number, places, rounding)

    return rounded


def absolute(value: object) -> object:
    if isinstance(value, Decimal):
        return value.copy_abs()
    if isinstance(value, YearsMonths):
        return YearsMonths(abs(value.months))
    if isinstance(value, DaysTime):
        return DaysTime(abs(value.seconds))
    return None


def modulo(dividend: object, divisor: object) -> Decimal | None:
    """The remainder with the sign of the divisor: dividend - divisor * floor(dividend / divisor)."""
    if not isinstance(dividend, Decimal) or not isinstance(divisor, Decimal) or divisor == 0:
        return None
    remainder = EXACT.remainder(dividend, divisor)
    if remainder and (remainder < 0) != (divisor < 0):
        remainder = EXACT.add(remainder, divisor)
    return NUMBERS.plus(remainder)


def steps(x: object, size: object, give: object) -> Decimal | None:
    """floor(x / size) * give."""
    if not isinstance(x, Decimal) or not isinstance(size, Decimal) or not isinstance(give, Decimal) or size <= 0:
        return None
    return NUMBERS.multiply(Decimal(floor(Fraction(x) / Fraction(size))), give)


ROUNDINGS: Final[dict[str, Callable[..., Decimal | None]]] = {
    "floor": _rounding(ROUND_FLOOR),
    "ceiling": _rounding(ROUND_CEILING),
    "decimal": _rounding(ROUND_HALF_EVEN),
    "round up": _rounding(ROUND_UP),
    "round down": _rounding(ROUND_DOWN),
    "round half up": _rounding(ROUND_HALF_UP),
    "round half down": _rounding(ROUND_HALF_DOWN),
}

NUMBER_FUNCTIONS: Final[dict[str, Callable[..., object]]] = {
    **ROUNDINGS,
    "abs": absolute,
    "modulo": modulo,
    "steps": steps,
}
