"""A workbook written row by row: memory does not grow with the rows. Every cell is text."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from supermarket.reports.text import neutral

HEAD = Font(bold=True)
RIGHT = Alignment(horizontal="right")


class Sheets:
    """A workbook of write-only sheets."""

    def __init__(self) -> None:
        self.book = Workbook(write_only=True)
        self.cells: dict[tuple[str, int, bool, bool], WriteOnlyCell] = {}

    def sheet(self, title: str, widths: Sequence[int]) -> WriteOnlyWorksheet:
        sheet: WriteOnlyWorksheet = self.book.create_sheet(title[:31])
        for number, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        return sheet

    def row(
        self,
        sheet: WriteOnlyWorksheet,
        values: Iterable[str],
        *,
        head: bool = False,
        money: Sequence[int] = (),
    ) -> None:
        """One row. `money`: positions of columns that hold digits of ours: to the right, and never taken for a formula
        anyway (the cell's type is text)."""
        cells = []
        for position, value in enumerate(values):
            cell = self.cell(sheet, position, head=head, money=position in money)
            cell.value = value if position in money else neutral(value)
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)

    def cell(self, sheet: WriteOnlyWorksheet, position: int, *, head: bool, money: bool) -> WriteOnlyCell:
        """One cell a column, used again for every row: a row is on disk once it is appended, and styles are dear."""
        key = (sheet.title, position, head, money)
        if key not in self.cells:
            cell = self.cells[key] = WriteOnlyCell(sheet)
            cell.number_format = "@"
            if money:
                cell.alignment = RIGHT
            if head:
                cell.font = HEAD
        return self.cells[key]

    def table(
        self,
        sheet: WriteOnlyWorksheet,
        head: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        money: Sequence[int] = (),
    ) -> None:
        self.row(sheet, head, head=True)
        for row in rows:
            self.row(sheet, row, money=money)

    def save(self, path: Path) -> None:
        self.book.save(path)
