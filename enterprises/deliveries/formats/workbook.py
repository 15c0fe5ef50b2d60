"""Excel workbooks: the first visible sheet, from the row that names the key column on."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from openpyxl import load_workbook
from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from enterprises.definitions import SourceDefinition
from enterprises.deliveries.problems import problem
from enterprises.errors import Problem

from .sheet import Sheet, cell_text, check_names, check_unpacked, refuse

HEADER_WITHIN_ROWS = 20  # above it there may be a title


def read_workbook(path: Path, source: SourceDefinition) -> Sheet:
    try:
        with zipfile.ZipFile(path) as archive:
            check_unpacked(sum(part.file_size for part in archive.infolist()))
            suspicious = any(has_formula_or_error(archive.read(part)) for part in sheets_of(archive))
        book = CalamineWorkbook.from_path(path)
        visible = [one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
        rows = book.get_sheet_by_name(visible[0]).to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, CalamineError, IndexError) as error:
        raise refuse("unreadable", reason=str(error)) from error
    header = header_row(rows, source.key_column)
    names = [cell_text(cell).strip() for cell in rows[header]]
    places = [place for place, name in enumerate(names) if name]
    check_names([names[place] for place in places])
    bad = odd_cells(path, visible[0]) if suspicious else {}
    texts: list[list[str]] = []
    numbers: list[int] = []
    set_aside: list[tuple[int, str, Problem]] = []
    for number, row in enumerate(rows[header + 1 :], start=header + 2):
        cells = [cell_text(row[place]) for place in places]
        if number in bad:
            set_aside.append((number, ",".join(cells), bad[number]))
        elif any(cells):
            texts.append(cells)
            numbers.append(number)
    columns = zip(*texts, strict=True) if texts else [()] * len(places)
    named = {names[place]: pa.array(column, pa.string()) for place, column in zip(places, columns, strict=True)}
    return Sheet(named, np.array(numbers, np.int64), set_aside)


def sheets_of(archive: zipfile.ZipFile) -> list[str]:
    return [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]


def header_row(rows: Sequence[Sequence[object]], key_column: str) -> int:
    """The row that names the key column; the first one, where none does."""
    for number, row in enumerate(rows[:HEADER_WITHIN_ROWS]):
        if any(isinstance(cell, str) and cell.strip() == key_column for cell in row):
            return number
    if not rows:
        raise refuse("empty")
    return 0


def has_formula_or_error(xml: bytes) -> bool:
    return b"<f>" in xml or b"<f " in xml or b't="e"' in xml


def odd_cells(path: Path, sheet: str) -> dict[int, Problem]:
    """Rows with a formula or an error (#N/A): what they would say hangs on something that is not in the file."""
    found: dict[int, Problem] = {}
    book = load_workbook(path, read_only=True, data_only=False)
    for row in book[sheet].iter_rows():
        for cell in row:
            if cell.data_type in ("f", "e"):
                code = "formula" if cell.data_type == "f" else "error_cell"
                found[cell.row] = problem(code, column=cell.coordinate, value=str(cell.value))
    book.close()
    return found
