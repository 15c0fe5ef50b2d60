"""Checks a sheet against the vocabulary: which cells are wrong, and what each good row is as JSON."""

import json
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from enterprises.definitions import FieldDefinition, SourceDefinition
from enterprises.errors import Problem
from enterprises.vocabulary import fact_definitions

from .cells import TEXT_LIMIT, Column, Mask, check_column, cleaned, mask
from .formats import Sheet, refuse
from .problems import problem

CHECKING_THREADS = 2  # Arrow works without the interpreter lock


@dataclass
class Checked:
    """A sheet with every cell checked; rows are those of the sheet.

    `keys`: the key column, trimmed. `json`: the values of each row as the JSON text of an object.
    `problems`: row -> what is wrong with it. `extras`: columns that are no facts, by name.
    """

    sheet: Sheet
    keys: pa.Array
    json: pa.Array
    item_keys: pa.Array | None
    problems: dict[int, list[Problem]] = field(default_factory=lambda: defaultdict(list))
    remarks: list[dict[str, Any]] = field(default_factory=list)
    extras: dict[str, pa.Array] = field(default_factory=dict)

    def good(self) -> Mask:
        rows = np.ones(len(self.keys), bool)
        rows[list(self.problems)] = False
        return rows


def check_sheet(source: SourceDefinition, sheet: Sheet, extras: Mapping[str, FieldDefinition]) -> Checked:
    """Check the columns that the source declares and the `extras`; the rest is ignored with a remark.

    Raises DeliveryRefusedError.
    """
    if not sheet.rows and not source.complete:  # a complete list may be empty: nobody stands on it
        raise refuse("empty")
    if source.key_column not in sheet.columns:
        raise refuse("no_key_column", column=source.key_column, columns=", ".join(sheet.columns))
    definitions = column_definitions(source)
    present = {name: one for name, one in definitions.items() if name in sheet.columns}
    if not present:
        raise refuse("no_fact_column", expected=", ".join(definitions))
    checked = Checked(
        sheet=sheet,
        keys=cleaned(sheet.columns[source.key_column]),
        json=pa.array([], pa.string()),
        item_keys=None,
        remarks=column_remarks(sheet, {**definitions, **extras}, source.key_column, list(definitions)),
    )
    members = [pa.array([""] * len(sheet.row_numbers), pa.string())]
    with ThreadPoolExecutor(CHECKING_THREADS) as pool:
        cells = [sheet.columns[name] for name in present]
        for (name, definition), column in zip(
            present.items(), pool.map(check_column, present.values(), cells), strict=True
        ):
            note_problems(checked, name, definition, column)
            members.append(pc.fill_null(pc.binary_join_element_wise(f',"{definition.code}":', column.json, ""), ""))
    joined = pc.utf8_slice_codeunits(pc.binary_join_element_wise(*members, ""), 1)
    checked.json = pc.binary_join_element_wise("{", joined, "}", "")
    for name, definition in extras.items():
        if name in sheet.columns:
            column = check_column(definition, sheet.columns[name])
            note_problems(checked, name, definition, column)
            checked.extras[name] = pc.utf8_trim(column.json, characters='"')
    note(checked, mask(pc.is_null(checked.keys)), "no_key", source.key_column)
    if source.items is not None:
        key = fact_definitions()[source.items].fields[fact_definitions()[source.items].key or ""]
        if key.column not in sheet.columns:
            raise refuse("no_key_column", column=key.column, columns=", ".join(sheet.columns))
        checked.item_keys = cleaned(sheet.columns[key.column])
        note(checked, mask(pc.is_null(checked.item_keys)), "no_item_key", key.column)
    return checked


def column_definitions(source: SourceDefinition) -> Mapping[str, FieldDefinition]:
    """Column name in the file -> what it holds: the facts of the source, or the fields of its items."""
    facts = fact_definitions()
    if source.items is not None:
        return {one.column: one for one in facts[source.items].fields.values()}
    return {facts[code].column: facts[code] for code in source.facts}


def column_remarks(
    sheet: Sheet, known: Mapping[str, FieldDefinition], key_column: str, expected: list[str]
) -> list[dict[str, Any]]:
    ignored = [name for name in sheet.columns if name not in known and name != key_column]
    missing = [name for name in expected if name not in sheet.columns]
    return [
        problem(code, columns=", ".join(names)).as_data()
        for code, names in (("ignored_columns", ignored), ("missing_columns", missing))
        if names
    ]


def note(checked: Checked, rows: Mask, code: str, column: str, cells: pa.Array | None = None, **words: object) -> None:
    """Note the problem for each of the rows."""
    for row in np.flatnonzero(rows).tolist():
        value = "" if cells is None else cells[row].as_py() or ""
        checked.problems[row].append(problem(code, column=column, value=value, **words))


def note_problems(checked: Checked, name: str, definition: FieldDefinition, column: Column) -> None:
    expected = ", ".join(f"{code} {labels['zh']}" for code, labels in list((definition.codes or {}).items()))
    shown = expected if len(expected) <= 120 else expected[:120] + "…"
    for code, rows in column.wrong.items():
        if rows.any():
            words = {"expected": shown, "minimum": definition.minimum, "limit": TEXT_LIMIT}
            note(checked, rows, code, name, checked.sheet.columns[name], **words)


def raw_row(sheet: Sheet, row: int) -> str:
    """The row as the file has it, as JSON."""
    return json.dumps({name: cells[row].as_py() for name, cells in sheet.columns.items()}, ensure_ascii=False)
