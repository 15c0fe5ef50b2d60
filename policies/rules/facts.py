"""Facts as they are handed in, read by their types: None or absent is UNKNOWN, a wrong value is an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from policies.rules.dates import parse_date
from policies.rules.problems import FactValueError
from policies.rules.values import NUMBER_KINDS, UNKNOWN, FactType, Vocabulary

MAX_ROWS: Final = 10_000
MAX_TAGS: Final = 1_000
MAX_EXPONENT: Final = 6_144


class ItemRow(dict[str, object]):
    """One row of an items fact, values read by type; a field that is missing is UNKNOWN. `fact`: the items fact."""

    __slots__ = ("fact",)

    def __init__(self, fact: str, values: Mapping[str, object]) -> None:
        super().__init__(values)
        self.fact = fact


def read_fact(code: str, fact_type: FactType, value: object) -> object:
    """The value in the language's types. Raises FactValueError."""
    if value is None or value is UNKNOWN:
        return UNKNOWN
    return _READERS[fact_type.kind](code, fact_type, value)


def _boolean(code: str, fact_type: FactType, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise FactValueError(code, value, "a truth (True or False)")


def _number(code: str, fact_type: FactType, value: object) -> Decimal:
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) <= MAX_EXPONENT:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise FactValueError(code, value, "an exact number (Decimal or int; binary fractions are refused)")


def _integer(code: str, fact_type: FactType, value: object) -> Decimal:
    number = _number(code, fact_type, value)
    if number != number.to_integral_value():
        raise FactValueError(code, value, "a whole number")
    return number


def _date(code: str, fact_type: FactType, value: object) -> date:
    if isinstance(value, str):
        value = parse_date(value) or value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise FactValueError(code, value, "a date")


def _text(code: str, fact_type: FactType, value: object) -> str:
    if isinstance(value, str):
        return value
    raise FactValueError(code, value, "a text")


def _code(code: str, fact_type: FactType, value: object) -> str:
    if isinstance(value, str) and (fact_type.codes is None or value in fact_type.codes):
        return value
    raise FactValueError(code, value, "one of its codes")


def _tags(code: str, fact_type: FactType, value: object) -> frozenset[str]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise FactValueError(code, value, "a set of tags")
    tags = frozenset(value)
    if len(tags) > MAX_TAGS:
        raise FactValueError(code, f"{len(tags)} tags", f"at most {MAX_TAGS} tags")
    if not all(isinstance(tag, str) and (fact_type.codes is None or tag in fact_type.codes) for tag in tags):
        raise FactValueError(code, value, "a set of its tags")
    return tags


def _items(code: str, fact_type: FactType, value: object) -> tuple[ItemRow, ...]:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise FactValueError(code, value, "a list of rows")
    fields = fact_type.fields or {}
    rows = []
    given = list(value)
    if len(given) > MAX_ROWS:
        raise FactValueError(code, f"{len(given)} rows", f"at most {MAX_ROWS} rows")
    for row in given:
        if not isinstance(row, Mapping):
            raise FactValueError(code, row, "a row (a mapping of fields)")
        rows.append(
            ItemRow(code, {name: read_fact(f"{code}.{name}", each, row.get(name)) for name, each in fields.items()})
        )
    return tuple(rows)


_READERS: Final[dict[str, Callable[[str, FactType, object], object]]] = {
    "boolean": _boolean,
    "integer": _integer,
    "decimal": _number,
    "money": _number,
    "ratio": _number,
    "date": _date,
    "text": _text,
    "code": _code,
    "tags": _tags,
    "items": _items,
}


# --- exchange -----------------------------------------------------------------------------------------------------


def facts_from_data(data: Mapping[str, object], vocabulary: Vocabulary) -> dict[str, object]:
    """Facts from YAML or JSON in the language's types; codes that the vocabulary lacks are dropped.

    Numbers may be int, text, or YAML's binary fraction, of which the shortest text is what was written; days ISO
    texts. Raises FactValueError.
    """
    return {
        code: None if value is None else _from_data(code, vocabulary[code], value)
        for code, value in data.items()
        if code in vocabulary
    }


def _from_data(code: str, fact_type: FactType, value: object) -> object:
    if fact_type.kind == "items" and isinstance(value, list | tuple):
        return tuple(facts_from_data(row, fact_type.fields or {}) for row in value)
    if fact_type.kind in NUMBER_KINDS and isinstance(value, str | float):
        try:
            value = Decimal(str(value))
        except InvalidOperation:
            raise FactValueError(code, value, "a number") from None
    return read_fact(code, fact_type, value)


def facts_as_data(facts: Mapping[str, object]) -> dict[str, object]:
    """Facts as JSON holds them: numbers and days as texts, tags sorted; `facts_from_data` reads them back."""
    return {code: _as_data(value) for code, value in facts.items()}


def _as_data(value: object) -> object:
    if value is UNKNOWN:
        return None
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Mapping):
        return facts_as_data(value)
    return [_as_data(member) for member in value] if isinstance(value, list | tuple) else value
