"""Plain data: dataclasses to what YAML and JSON know, and JSON that keeps decimals exact."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeAlias

# What YAML and JSON know, with Decimal in place of float.
Plain: TypeAlias = Any


@dataclasses.dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day that comes every year ("12-31"). `year` places it; 02-29 is the 28th where there is none."""

    month: int
    day: int

    def in_year(self, year: int) -> date:
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return date(year, self.month, self.day - 1)


# Attribute names that the exchange format spells otherwise (`from` and `if` are words of Python).
KEYS = {"since": "from", "condition": "if", "schedule": "when", "source": "from"}


class ExactEncoder(json.JSONEncoder):
    """Decimals of at most 15 digits as JSON numbers: the digits on the wire are those of the decimal."""

    def default(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            number = float(value)
            if Decimal(repr(number)) != value:
                raise ValueError(f"{value} has too many digits for JSON")
            return number
        return super().default(value)


class ExactDecoder(json.JSONDecoder):
    """JSON numbers with a point as decimals."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_float": Decimal})


def as_data(value: Any) -> Plain:
    """`value` (a definition or a part of it) in the exchange format: what stands at its default is left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, DayOfYear):
        return {
            KEYS.get(field.name, field.name): as_data(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if getattr(value, field.name) != _default(field)
        }
    if isinstance(value, DayOfYear):
        return f"{value.month:02d}-{value.day:02d}"
    if isinstance(value, Mapping):
        return {key: as_data(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [as_data(inner) for inner in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Fraction):
        exact = Decimal(value.numerator) / value.denominator
        return exact if Fraction(exact) == value else str(value)
    return value.isoformat() if isinstance(value, date) else value


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def canonical_json(data: Plain) -> str:
    """One text for equal data, whatever file or row it came from: what is hashed."""
    return json.dumps(data, cls=ExactEncoder, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(text: str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
