"""Tables that are given out: as CSV for any program, as a workbook for Excel."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO

import openpyxl

Rows = Iterable[Sequence[str]]
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def csv_lines(rows: Rows) -> Iterator[str]:
    """A piece a row, with a byte order mark, by which Excel knows UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def workbook_file(rows: Rows) -> IO[bytes]:
    """An open file at its beginning; every cell is text, so that no code loses its zeros and no formula runs."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        cells = [openpyxl.cell.WriteOnlyCell(sheet, plain(cell)) for cell in row]
        for cell in cells:
            cell.data_type = "s"
        sheet.append(cells)
    file = TemporaryFile()  # noqa: SIM115 (whoever sends it closes it)
    book.save(file)
    file.seek(0)
    return file


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, wherever it is pasted. A number is none, and stays one."""
    return f"'{cell}" if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell) else cell


def plain(cell: str) -> str:
    """Without the control characters that a workbook cannot hold."""
    return openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("\ufffd", cell)
