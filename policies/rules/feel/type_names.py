"""`instance of`: whether a value is of a type that is written out. Named types of a model are refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from policies.rules.feel.civil import Day
from policies.rules.feel.refusal import Refused
from policies.rules.feel.temporal import DateTime, Time
from policies.rules.functions_lists import is_list
from policies.rules.values import DaysTime, RangeValue, YearsMonths

_SIMPLE: Final[Mapping[str, Callable[[object], bool]]] = {
    "Any": lambda value: value is not None,
    "Null": lambda value: value is None,
    "number": lambda value: isinstance(value, Decimal),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "date": lambda value: isinstance(value, Day),
    "time": lambda value: isinstance(value, Time),
    "date and time": lambda value: isinstance(value, DateTime),
    "years and months duration": lambda value: isinstance(value, YearsMonths),
    "days and time duration": lambda value: isinstance(value, DaysTime),
}
_GENERIC: Final = re.compile(r"(list|range|context|function)<(.*)>(?:->.*)?")


def is_instance(value: object, type_name: str) -> bool:
    """Raises Refused for a type that the text does not define."""
    simple = _SIMPLE.get(type_name)
    if simple is not None:
        return simple(value)
    match = _GENERIC.fullmatch(type_name)
    if match is None:
        raise Refused(f"unknown type {type_name!r}")
    kind, inner = match.groups()
    if kind == "list":
        return is_list(value) and all(is_instance(member, inner) for member in value)  # type: ignore[attr-defined]
    if kind == "range":
        ends = (value.low, value.high) if isinstance(value, RangeValue) else ()
        return bool(ends) and all(is_instance(end, inner) for end in ends if end is not None)
    if kind == "context":
        return isinstance(value, Mapping) and all(_entry_is(value, entry) for entry in _entries(inner))
    if inner:
        raise Refused("functions with typed parameters")
    return hasattr(value, "body")


def _entries(text: str) -> list[str]:
    """`a: string, b: context<c: number>` cut at the outer commas."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += (character == "<") - (character == ">")
        if character == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def _entry_is(value: Mapping[str, object], entry: str) -> bool:
    name, _, type_name = entry.partition(": ")
    return name in value and is_instance(value[name], type_name)
