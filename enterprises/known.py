"""A fact as it is known: value, and where it comes from. And how stored values become values of the rule language."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .definitions import FactDefinition, FieldDefinition


@dataclass(frozen=True)
class Conflict:
    """What another source says of the same fact."""

    source: str
    as_of: date
    value: Any


@dataclass(frozen=True)
class KnownFact:
    """One fact of one beneficiary. What is not known has no KnownFact.

    `value`: int, Decimal (money in yuan), bool, date, str, frozenset of str (tags) or list of dicts (items).
    `absent`: the beneficiary is not in the delivery, and its source says what that means.
    `computed`: worked out from facts of that delivery.
    """

    code: str
    value: Any
    source: str
    as_of: date
    delivery_id: int
    row_number: int | None = None
    absent: bool = False
    computed: bool = False
    conflicts: tuple[Conflict, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Plain JSON values: what a claim freezes as evidence."""
        return {
            "code": self.code,
            "value": value_as_data(self.value),
            "source": self.source,
            "as_of": self.as_of.isoformat(),
            "delivery": self.delivery_id,
            "row": self.row_number,
            "absent": self.absent,
            "computed": self.computed,
        }


def value_as_data(value: Any) -> Any:
    """JSON form of a value: decimals and days as text, tags sorted."""
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [value_as_data(one) for one in value]
    if isinstance(value, Mapping):
        return {key: value_as_data(one) for key, one in value.items()}
    return value


def stored_values(text: str | bytes) -> dict[str, Any]:
    """The values of a record from its JSON text, numbers exact."""
    values: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return values


def stored_text(value: Any) -> str:
    """The JSON text behind `stored_values`; json itself would write a decimal as a float."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(key)}:{stored_text(one)}" for key, one in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(stored_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def value_from_stored(definition: FieldDefinition, stored: Any) -> Any:
    """The value of the rule language behind a stored one (money is stored in fen)."""
    match definition.kind:
        case "money":
            return Decimal(stored).scaleb(-2)
        case "decimal" | "ratio":
            return Decimal(stored)
        case "date":
            return date.fromisoformat(stored)
        case "tags":
            return frozenset(stored)
        case "items" if isinstance(definition, FactDefinition):
            return [item_from_stored(definition, item) for item in stored]
        case _:
            return stored


def item_from_stored(definition: FactDefinition, item: Mapping[str, Any]) -> dict[str, Any]:
    fields = definition.fields
    return {code: value_from_stored(fields[code], stored) for code, stored in item.items() if code in fields}
