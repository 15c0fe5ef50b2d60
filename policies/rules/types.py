"""Static types of expressions, and units.

A unit is a product of powers, `(("person", -1), ("yuan", 1))`; `()` is a plain ratio; None takes any unit (a literal,
a count, a fact without a unit).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from policies.rules.values import FactType, Vocabulary

Unit = tuple[tuple[str, int], ...] | None
Kind = Literal[
    "boolean", "number", "text", "date", "years and months", "days and time", "list", "range", "row", "null", "any"
]
YUAN: Final[Unit] = (("yuan", 1),)

KIND_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "boolean": ("真假值", "a truth"),
    "number": ("数值", "a number"),
    "text": ("文字", "a text"),
    "date": ("日期", "a date"),
    "years and months": ("年月时长", "a duration of years and months"),
    "days and time": ("天数时长", "a duration of days"),
    "list": ("列表", "a list"),
    "range": ("区间", "a range"),
    "row": ("一行", "a row"),
    "null": ("空值", "null"),
    "any": ("任意值", "any value"),
}
ORDERED_KINDS: Final = frozenset({"number", "text", "date", "years and months", "days and time", "any"})


@dataclass(frozen=True)
class Type:
    """`unit` of numbers; `codes` of codes and tags, `name` of the fact; `member` of lists, ranges; `fields` of rows."""

    kind: Kind
    unit: Unit = None
    codes: FactType | None = None
    name: str = ""
    member: Type | None = None
    fields: Vocabulary | None = None

    @property
    def zh(self) -> str:
        return KIND_NAMES[self.kind][0]

    @property
    def en(self) -> str:
        return KIND_NAMES[self.kind][1]


ANY: Final = Type("any")
BOOLEAN: Final = Type("boolean")
NUMBER: Final = Type("number")
TEXT: Final = Type("text")
DATE: Final = Type("date")
YEARS_MONTHS: Final = Type("years and months")
DAYS_TIME: Final = Type("days and time")
NULL: Final = Type("null")


def list_of(member: Type) -> Type:
    return Type("list", member=member)


def member_of(type_: Type) -> Type:
    """What the members of a list are; anything else counts as a list of one."""
    if type_.kind in ("list", "range"):
        return type_.member or ANY
    return type_


def type_of_fact(code: str, fact_type: FactType) -> Type:
    """The type of a fact, parameter or field."""
    match fact_type.kind:
        case "boolean":
            return BOOLEAN
        case "integer" | "decimal":
            return Type("number", unit=parse_unit(fact_type.unit))
        case "money":
            return Type("number", unit=parse_unit(fact_type.unit) or YUAN)
        case "ratio":
            return Type("number", unit=parse_unit(fact_type.unit) or ())
        case "date":
            return DATE
        case "text":
            return TEXT
        case "code":
            return Type("text", codes=fact_type if fact_type.codes is not None else None, name=code)
        case "tags":
            return list_of(Type("text", codes=fact_type if fact_type.codes is not None else None, name=code))
        case "items":
            return list_of(Type("row", fields=fact_type.fields or {}, name=code))
    return ANY


# --- units ------------------------------------------------------------------------------------------------------


def parse_unit(text: str | None) -> Unit:
    """`yuan/person`, `yuan*month`; None for no unit."""
    if text is None:
        return None
    powers: dict[str, int] = {}
    sign = 1
    for part in re.split(r"([*/])", text):
        if part in ("*", "/"):
            sign = 1 if part == "*" else -1
        else:
            powers[part.strip()] = powers.get(part.strip(), 0) + sign
    return _unit(powers)


def _unit(powers: Mapping[str, int]) -> Unit:
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def multiply_units(left: Unit, right: Unit, sign: int = 1) -> Unit:
    """The unit of a product (sign -1: of a quotient); with anything that takes any unit, any."""
    if left is None or right is None:
        return None
    powers = dict(left)
    for name, power in right:
        powers[name] = powers.get(name, 0) + sign * power
    return _unit(powers)


def units_agree(left: Unit, right: Unit) -> bool:
    return left is None or right is None or left == right


def unit_name(unit: Unit) -> str:
    """`yuan/person`, or `ratio` for a plain number."""
    if unit is None:
        return "any"
    above = "*".join(name for name, power in unit for _ in range(power))
    below = "".join(f"/{name}" for name, power in unit for _ in range(-power))
    return (above or "1") + below if unit else "ratio"
