"""What every reader gives, and what all of them need."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import numpy as np
import pyarrow as pa
from django.conf import settings

from enterprises.deliveries.problems import problem
from enterprises.errors import DeliveryRefusedError, Problem

# A file that unpacks to more than this many times the limit of a delivery is a bomb.
UNPACKED_TIMES = 8


@dataclass
class Sheet:
    """Columns of text by their names, the number of each row (the header is row 1), and lines that are no rows."""

    columns: dict[str, pa.Array]
    row_numbers: np.ndarray
    set_aside: list[tuple[int, str, Problem]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.row_numbers) + len(self.set_aside)


def refuse(code: str, **words: object) -> DeliveryRefusedError:
    return DeliveryRefusedError(problem(code, **words))  # type: ignore[arg-type]


def check_names(names: list[str]) -> list[str]:
    """Refuse a column that comes twice."""
    for name in names:
        if names.count(name) > 1:
            raise refuse("repeated_column", column=name)
    return names


def check_unpacked(size_bytes: int) -> None:
    limit = settings.DELIVERY_MAX_BYTES * UNPACKED_TIMES
    if size_bytes > limit:
        raise refuse("too_large", size_mb=size_bytes >> 20, limit_mb=limit >> 20)


def one_array(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return combined if isinstance(combined, pa.Array) else pa.array([], column.type)


def sheet_of_rows(rows: Iterable[tuple[int, Mapping[str, str]]], set_aside: list[tuple[int, str, Problem]]) -> Sheet:
    """A sheet from rows by column name, each with its number."""
    numbered = list(rows)
    names: dict[str, None] = {}
    for _, row in numbered:
        names.update(dict.fromkeys(row))
    columns = {name: pa.array([row.get(name, "") for _, row in numbered], pa.string()) for name in names}
    return Sheet(columns, np.array([number for number, _ in numbered], np.int64), set_aside)


def cell_text(value: Any) -> str:
    """A typed cell as text. Numbers have at most the 15 digits that a spreadsheet keeps."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
        case datetime():
            return str(value.date()) if value.time() == time.min else str(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return ";".join(map(cell_text, value))
        case _:
            return str(value)
