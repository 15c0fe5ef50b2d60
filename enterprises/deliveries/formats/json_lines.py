"""JSON Lines: an object a line, its keys the department's column names."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from enterprises.definitions import SourceDefinition
from enterprises.deliveries.problems import problem
from enterprises.errors import Problem

from .csv_text import encoding_check
from .sheet import Sheet, cell_text, sheet_of_rows


def read_json_lines(path: Path, source: SourceDefinition) -> Sheet:
    """Numbers are kept as they are written. Rows count from 1: there is no header."""
    encoding_check(path, source.encoding)
    rows: list[tuple[int, dict[str, str]]] = []
    set_aside: list[tuple[int, str, Problem]] = []
    with path.open(encoding="utf-8-sig" if source.encoding == "utf-8" else source.encoding) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            values = json_object(line)
            if values is None:
                set_aside.append((number, line.strip(), problem("not_an_object")))
            else:
                rows.append((number, {name: cell_text(value) for name, value in values.items()}))
    return sheet_of_rows(rows, set_aside)


def json_object(line: str) -> dict[str, Any] | None:
    """The object, None where it is none, repeats a key or has objects within."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(found)
        if len(values) != len(found) or any(isinstance(value, dict) for value in values.values()):
            raise ValueError
        return values

    try:
        values = json.loads(line, parse_float=Decimal, object_pairs_hook=pairs)
    except (ValueError, RecursionError):  # the latter: nested a thousand times
        return None
    return values if isinstance(values, dict) else None
