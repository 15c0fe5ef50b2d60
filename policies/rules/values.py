"""Values that rules compute with, and the types of facts.

Numbers are `decimal.Decimal` (34 digits, round half even), texts `str`, truth `bool`, days `datetime.date`, tags
frozensets of str, items tuples of mappings. Two absences are kept apart:

* `UNKNOWN`: the fact is missing; another day it may be known.
* `None`: there is no value (FEEL's null): a division by zero, the largest of an empty list. A condition on it does
  not hold, and neither does its negation.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, DivisionByZero, InvalidOperation, Overflow
from decimal import Context as DecimalContext
from typing import Final, Literal

NUMBERS: Final = DecimalContext(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[DivisionByZero, InvalidOperation, Overflow]
)
# Enough digits to move the point of any number, or round it anywhere, without losing one.
EXACT: Final = DecimalContext(prec=20_000, Emin=-999_999, Emax=999_999)

SECONDS_OF_DAY: Final = 86400
FactKind = Literal["boolean", "integer", "decimal", "money", "ratio", "date", "text", "code", "tags", "items"]
NUMBER_KINDS: Final = frozenset({"integer", "decimal", "money", "ratio"})
# The smallest step of each ordered kind: two values of the kind that differ, differ by at least this.
STEPS: Final[Mapping[str, Decimal]] = {
    "integer": Decimal(1),
    "money": Decimal("0.01"),
    "decimal": Decimal("0.000001"),
    "ratio": Decimal("0.000001"),
}


class Unknown(enum.Enum):
    """The one value of a missing fact. It has no truth: `if value` on it is a mistake and raises."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("an unknown value is neither true nor false")


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration, in months."""

    months: int


@dataclass(frozen=True, slots=True, order=True)
class DaysTime:
    """A days and time duration, in seconds."""

    seconds: Decimal

    @property
    def floor_days(self) -> int:
        """Whole days, towards the earlier."""
        return int((self.seconds / SECONDS_OF_DAY).to_integral_value(ROUND_FLOOR))


@dataclass(frozen=True, slots=True)
class RangeValue:
    """A range of ordered values; None stands for no bound."""

    low: object
    high: object
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """A number of which only the ends are known, both possible; None stands for no end.

    Made by aggregates over lists with unknown members. `may_be_nothing`: perhaps there is no value at all (the mean of
    a list that may be empty).
    """

    low: Decimal | None
    high: Decimal | None
    may_be_nothing: bool = False


@dataclass(frozen=True)
class FactType:
    """The type of one fact, parameter or item field.

    `unit`: "person", "month", "yuan/person" …; money has yuan. `codes`: the allowed codes, or code -> labels.
    `fields`: the vocabulary of an item. `labels`: {"zh": …, "en": …}. `applies_if`: a boolean fact; where it is false
    this fact does not apply.
    """

    kind: FactKind
    unit: str | None = field(default=None, kw_only=True)
    codes: Sequence[str] | Mapping[str, object] | None = field(default=None, kw_only=True)
    fields: Mapping[str, FactType] | None = field(default=None, kw_only=True)
    labels: Mapping[str, str] | None = field(default=None, kw_only=True)
    parameter: bool = field(default=False, kw_only=True)
    applies_if: str | None = field(default=None, kw_only=True)

    def code_labels(self, code: str) -> Mapping[str, str]:
        """{"zh": …, "en": …} of a code, empty where it has none."""
        labels = self.codes.get(code) if isinstance(self.codes, Mapping) else None
        if isinstance(labels, str):
            return {"zh": labels, "en": labels}
        return labels if isinstance(labels, Mapping) else {}


Vocabulary = Mapping[str, FactType]


@dataclass(frozen=True, kw_only=True)
class Context:
    """What an evaluation is told besides facts.

    `as_of`: the reference date. `parameters`: code -> value at that date. `paid`: (group, window) -> yuan already
    paid; None stands for "before earlier payments" and counts as 0.
    """

    as_of: date | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    paid: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
