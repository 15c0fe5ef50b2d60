"""Arrow tables of people for the engine's tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from policies.rules import FactType

ARROW_TYPES = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(20, 6),
    "money": pa.decimal128(20, 2),
    "ratio": pa.decimal128(20, 6),
    "date": pa.date32(),
    "code": pa.dictionary(pa.int32(), pa.string()),
    "text": pa.string(),
    "tags": pa.list_(pa.string()),
}


def arrow_type(fact_type: FactType) -> pa.DataType:
    if fact_type.kind == "items":
        return pa.list_(pa.struct([(name, arrow_type(each)) for name, each in (fact_type.fields or {}).items()]))
    return ARROW_TYPES[fact_type.kind]


def table_of(people: Sequence[Mapping[str, Any]], vocabulary: Mapping[str, FactType]) -> pa.Table:
    """One row a person, keyed by its number; facts that a person lacks are null."""
    columns: dict[str, pa.Array] = {"credit_code": pa.array([str(number) for number in range(len(people))])}
    for code, fact_type in vocabulary.items():
        if not fact_type.parameter:
            values = [facts.get(code) for facts in people]
            plain = [sorted(value) if isinstance(value, frozenset) else value for value in values]
            columns[code] = pa.array(plain, arrow_type(fact_type))
    return pa.table(columns)
