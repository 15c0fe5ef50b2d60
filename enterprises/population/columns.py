"""Stored values of records as Arrow columns, in the types that the engine takes (`policies.engine.Population`).

code, text → string; boolean → bool; integer → int64; decimal, ratio → decimal128, 6 places;
money → decimal128, 2 places, yuan; date → date32; tags → list of strings; items → list of structs; null = unknown
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as arrow_json

from enterprises.definitions import ABSENT_UNKNOWN, Audience, FactDefinition, FieldDefinition

MONEY = pa.decimal128(18, 2)
DECIMAL = pa.decimal128(18, 6)
TYPES: Mapping[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "money": MONEY,
    "decimal": DECIMAL,
    "ratio": DECIMAL,
    "date": pa.date32(),
    "text": pa.string(),
    "code": pa.string(),
    "tags": pa.list_(pa.string()),
}
# As records have them, where that differs: money in fen, days as text.
STORED_TYPES: Mapping[str, pa.DataType] = {**TYPES, "money": pa.int64(), "date": pa.string()}


@dataclass(frozen=True)
class Column:
    """What a population has to know of a fact; pinned with it, for facts.yaml moves on.

    `sources`: those that state the fact, the one that goes first in front. `when_absent`: the stored value of who is
    missing in a complete delivery, None: unknown. `fields` of items.
    """

    code: str
    kind: str
    sources: tuple[str, ...] = ()
    freshness_days: int = 0
    when_absent: Any = None
    fields: tuple["Column", ...] = ()

    @property
    def type(self) -> pa.DataType:
        return arrow_type(self, TYPES)

    @property
    def stored_type(self) -> pa.DataType:
        return arrow_type(self, STORED_TYPES)

    def as_data(self) -> dict[str, Any]:
        if not self.sources:
            return {"code": self.code, "kind": self.kind}
        return {
            "code": self.code,
            "kind": self.kind,
            "sources": list(self.sources),
            "freshness_days": self.freshness_days,
            "when_absent": self.when_absent,
            "fields": [field.as_data() for field in self.fields],
        }


def column_from_data(data: Mapping[str, Any]) -> Column:
    plain = {key: value for key, value in data.items() if key not in ("sources", "fields")}
    fields = tuple(column_from_data(field) for field in data.get("fields", ()))
    return Column(**plain, sources=tuple(data.get("sources", ())), fields=fields)


def column_of_fact(fact: FactDefinition, audience: Audience) -> Column:
    return Column(
        code=fact.code,
        kind=fact.kind,
        sources=tuple(fact.sources[audience]),
        freshness_days=fact.freshness_days,
        when_absent=None if fact.when_absent is ABSENT_UNKNOWN else fact.when_absent,
        fields=tuple(column_of_field(field) for field in fact.fields.values()),
    )


def column_of_field(field: FieldDefinition) -> Column:
    return Column(code=field.code, kind=field.kind)


def arrow_type(column: Column, types: Mapping[str, pa.DataType]) -> pa.DataType:
    if column.kind == "items":
        return pa.list_(pa.struct([(field.code, arrow_type(field, types)) for field in column.fields]))
    return types[column.kind]


def json_table(lines: bytes, schema: pa.Schema) -> pa.Table:
    """JSON objects, one a line, read by the schema; numbers are exact."""
    return arrow_json.read_json(
        pa.BufferReader(lines),
        read_options=arrow_json.ReadOptions(block_size=len(lines) + 1),  # a line may be as long as it likes
        parse_options=arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
    )


def typed(column: Column, stored: pa.Array) -> pa.Array:
    """An array of stored values in the column's type."""
    match column.kind:
        case "money":
            return yuan(stored)
        case "date":
            return pc.cast(stored, pa.date32())
        case "items":
            rows = stored.values
            fields = [typed(field, rows.field(field.code)) for field in column.fields]
            items = pa.StructArray.from_arrays(fields, fields=list(column.type.value_type))
            return pa.ListArray.from_arrays(stored.offsets, items, type=column.type, mask=pc.is_null(stored))
        case _:
            return stored


def yuan(fen: pa.Array) -> pa.Array:
    """Whole fen as decimals of yuan: the same digits, read with two places."""
    digits = pc.cast(fen, pa.decimal128(19, 0))
    return pa.Array.from_buffers(MONEY, len(digits), digits.buffers(), offset=digits.offset)


def fen(amounts: pa.Array) -> np.ndarray:
    """The inverse of `yuan` as numpy int64; where the array is null the number means nothing."""
    if not len(amounts):
        return np.zeros(0, np.int64)
    low_and_high = np.frombuffer(amounts.buffers()[1], np.int64)
    return low_and_high[2 * amounts.offset : 2 * (amounts.offset + len(amounts)) : 2]


def constant(column: Column, stored: Any) -> pa.Array:
    """One stored value, which is not of the kind items, or an empty list; as an array of one."""
    if isinstance(stored, float | int) and column.kind in ("decimal", "ratio"):
        stored = Decimal(str(stored))
    return typed(column, pa.array([stored], column.stored_type))


def whole(column: pa.ChunkedArray) -> pa.Array:
    """One array for the column."""
    if column.num_chunks == 1:
        return column.chunk(0)
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
