"""Excel workbooks: the first visible sheet, from the row that names the key column on."""

import re
import zipfile
import zlib
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

CELL = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)(\d+)["']""")
CELLS_AT_MOST = 20_000_000
HEADER_WITHIN_ROWS = 20  # above it there may be a title


def read_workbook(path: Path, source: SourceDefinition) -> Sheet:
    try:
        suspicious = check_archive(path)
        book = CalamineWorkbook.from_path(path)
        visible = [one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
        rows = book.get_sheet_by_name(visible[0]).to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, CalamineError, IndexError) as error:
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


def check_archive(path: Path) -> bool:
    """Refuse what would take all memory before anything reads it; True if some sheet has a formula or an error."""
    with zipfile.ZipFile(path) as archive:
        check_unpacked(sum(part.file_size for part in archive.infolist()))
        if damaged := archive.testzip():  # also a part that is larger than it says
            raise zipfile.BadZipFile(damaged)
        suspicious = False
        for part in sheets_of(archive):
            xml = archive.read(part)
            check_extent(xml)
            suspicious = suspicious or has_formula_or_error(xml)
    return suspicious


def check_extent(xml: bytes) -> None:
    """A reader lays the sheet out as far as its farthest cell: a single one in the last corner takes 500 GB."""
    columns = rows = 0
    farthest = b""
    for found in CELL.finditer(xml):
        letters, row = found[1].upper(), int(found[2])
        if (len(letters), letters) > (len(farthest), farthest):
            farthest = letters
            columns = column_number(letters)
        rows = max(rows, row)
        if rows * columns > CELLS_AT_MOST:
            cell = f"{farthest.decode()}{rows}"
            raise refuse("too_many_cells", cell=cell, limit=CELLS_AT_MOST)


def column_number(letters: bytes) -> int:
    """A -> 1, Z -> 26, AA -> 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


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
