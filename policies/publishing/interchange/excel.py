"""Policies as a workbook: a row a policy on the first sheet, a row an entry on the sheets of its lists.

Column heads are the keys of the exchange format with dots ("title.zh", "in_force.from"); `policy` says whose entry a
row is. Cells are texts, so that codes and days stay as typed; the heads of YAML_HEADS hold YAML ("true", "[a, b]").
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineError, CalamineWorkbook

from policies.definition import Definition, definition_parse
from policies.definition.plain import Plain
from policies.errors import DefinitionProblems, Problem
from policies.publishing.interchange.yaml import yaml_inline, yaml_read

POLICIES, TABLES = "policies", "tables"
LISTS = ("materials", "instalments", "exclusions", "examples")
POLICY, TABLE = "policy", "table"
YAML_HEADS = frozenset(
    {
        *("document.issued_on", "document.not_printed", "in_force.from", "in_force.until", "reference", "pay_until"),
        *("apply.from", "apply.until", "promise.days", "notice.days", "confirmation.required", "funding.shares"),
        *("also_by_application.from", "also_by_application.until", "fair_competition_review.reviewed_on"),
        *("upload", "share", "ladder", "lower_share", "facts", "as_of", "missing", "parameters", "examples.amount"),
        "content",
    }
)
EMPTY = "{}"  # a mapping whose keys all stand at their defaults
DAY = re.compile(r"(\d{4}-)?\d\d-\d\d")
CELL_LENGTH_MAX = 32_767  # Excel's own
CELLS_MAX = 2_000_000
COLUMN_WIDTH = 24


def workbook_write(definitions: Iterable[Definition]) -> bytes:
    """An .xlsx of the policies, in their order. Raises ValueError for a text that no cell holds."""
    rows: dict[str, list[dict[str, str]]] = {name: [] for name in (POLICIES, *LISTS, TABLES)}
    for definition in definitions:
        data = definition.as_data()
        scalars = {key: value for key, value in data.items() if key not in (*LISTS, TABLES)}
        rows[POLICIES].append(dict(_cells(scalars, POLICIES)))
        for name in LISTS:
            rows[name] += [{POLICY: definition.code, **dict(_cells(entry, name))} for entry in data.get(name, [])]
        for table, content in data.get(TABLES, {}).items():
            rows[TABLES].append({POLICY: definition.code, TABLE: table, "content": yaml_inline(content)})
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, entries in rows.items():
        _fill(workbook.create_sheet(name), entries)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _cells(data: Mapping[str, Plain], sheet: str, head: str = "") -> Iterator[tuple[str, str]]:
    """(head, text) of every leaf."""
    for key, value in data.items():
        name = f"{head}.{key}" if head else key
        if _is_yaml(name, sheet):
            yield name, value if isinstance(value, str) and DAY.fullmatch(value) else yaml_inline(value)
        elif isinstance(value, Mapping):
            yield from _cells(value, sheet, name) if value else [(name, EMPTY)]
        else:
            yield name, str(value)


def _is_yaml(head: str, sheet: str) -> bool:
    return head in YAML_HEADS or f"{sheet}.{head}" in YAML_HEADS


def _fill(sheet: Worksheet, entries: list[dict[str, str]]) -> None:
    heads = list(dict.fromkeys(head for entry in entries for head in entry))
    for column, head in enumerate(heads, start=1):
        sheet.cell(1, column, head).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(1, column).column_letter].width = COLUMN_WIDTH
    for row, entry in enumerate(entries, start=2):
        for column, head in enumerate(heads, start=1):
            if head in entry:
                if len(entry[head]) > CELL_LENGTH_MAX:
                    raise ValueError(f"{entry.get('code') or entry.get(POLICY)}: {head} is too long for a cell")
                cell = sheet.cell(row, column)
                cell.number_format, cell.data_type, cell.value = "@", "s", entry[head]
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "B2"


def workbook_read(content: bytes) -> tuple[list[Definition], list[Problem]]:
    """The policies of a workbook, and the problems of the rows that are none: good ones are read whatever the rest.

    Raises DefinitionProblems where the file is no workbook.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}
    except CalamineError as error:
        raise DefinitionProblems([Problem("", zh="不是 Excel 工作簿", en=f"is no workbook: {error}")]) from error
    if sum(len(row) for rows in sheets.values() for row in rows) > CELLS_MAX:
        raise DefinitionProblems([Problem("", zh=f"超过 {CELLS_MAX} 个单元格", en=f"has more than {CELLS_MAX} cells")])
    if POLICIES not in sheets:
        raise DefinitionProblems([Problem(POLICIES, zh="缺少此工作表", en="is missing: no such sheet")])
    problems: list[Problem] = []
    policies: dict[str, dict[str, Plain]] = {}
    for place, row in _rows(POLICIES, sheets[POLICIES], problems):
        code = str(row.get("code", ""))
        if code in policies:
            problems.append(Problem(place, zh=f"{code} 重复", en=f"{code} stands twice"))
        policies[code] = row
    for name in (*LISTS, TABLES):
        for place, row in _rows(name, sheets.get(name, []), problems):
            owner = policies.get(str(row.pop(POLICY, "")))
            if owner is None:
                problems.append(Problem(place, zh="没有这个政策事项", en="belongs to no policy of the first sheet"))
            elif name == TABLES:
                owner.setdefault(TABLES, {})[str(row.get(TABLE))] = row.get("content")
            else:
                owner.setdefault(name, []).append(row)
    return _parsed(policies, problems), problems


def _parsed(policies: Mapping[str, Plain], problems: list[Problem]) -> list[Definition]:
    definitions = []
    for code, data in policies.items():
        try:
            definitions.append(definition_parse(data))
        except DefinitionProblems as error:
            problems += [Problem(f"{code} {one.place}", zh=one.zh, en=one.en) for one in error.problems]
    return definitions


def _rows(sheet: str, rows: list[list[Any]], problems: list[Problem]) -> Iterator[tuple[str, dict[str, Plain]]]:
    """(place, nested data) of every row that is not empty."""
    heads = [str(head).strip() for head in rows[0]] if rows else []
    for number, row in enumerate(rows[1:], start=2):
        place = f"{sheet} {number}"
        data: dict[str, Plain] = {}
        for head, cell in zip(heads, row, strict=False):
            if cell in ("", None) or not head:
                continue
            try:
                _put(data, head, _value(cell, head, sheet))
            except DefinitionProblems as error:
                problems += [Problem(f"{place} {head}", zh=one.zh, en=one.en) for one in error.problems]
        if data:
            yield place, data


def _value(cell: Any, head: str, sheet: str) -> Plain:
    """What was typed: numbers and days that Excel made of texts become what they looked like."""
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, float | int):
        number = Decimal(repr(cell))
        number = number.to_integral_value() if number == number.to_integral_value() else number
        text = format(number, "f")
        return text if not _is_yaml(head, sheet) else (int(text) if "." not in text else number)
    if isinstance(cell, datetime | date):
        return date(cell.year, cell.month, cell.day)
    text = str(cell)
    return yaml_read(text) if _is_yaml(head, sheet) or text == EMPTY else text


def _put(data: dict[str, Plain], head: str, value: Plain) -> None:
    *path, last = head.split(".")
    for key in path:
        data = data.setdefault(key, {})
    data[last] = value
