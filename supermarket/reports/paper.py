"""A PDF written page by page. Chinese by the CID font STSong-Light, which every reader of PDF brings along."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from supermarket.reports.text import printable

SONG, LATIN, LATIN_BOLD = "STSong-Light", "Helvetica", "Helvetica-Bold"
WIDTH, HEIGHT = landscape(A4)
MARGIN, FOOT = 42.0, 40.0
SIZE, LEADING = 9.0, 12.5
GAP = 10.0  # between columns
LINES_AT_MOST = 4


@dataclass(frozen=True)
class Column:
    """`share`: of the width between the margins, in hundredths."""

    title: str
    share: float
    right: bool = False


class Paper:
    """Draws from the top of a page down, and begins a new page where the next piece does not fit."""

    def __init__(self, path: Path, *, title: str, foot: str) -> None:
        if SONG not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(UnicodeCIDFont(SONG))
        self.canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), pageCompression=1)
        self.canvas.setTitle(title)
        self.foot, self.page, self.at = foot, 1, HEIGHT - MARGIN

    def room(self, height: float) -> bool:
        """Make room for a piece; True where a new page was begun."""
        if self.at - height >= FOOT + LEADING:
            return False
        self.page_end()
        self.page += 1
        return True

    def page_end(self) -> None:
        self.text(MARGIN, FOOT - 12, self.foot, size=7)
        self.text(WIDTH - MARGIN, FOOT - 12, str(self.page), size=7, right=True)
        self.canvas.showPage()
        self.at = HEIGHT - MARGIN

    def text(
        self, x: float, y: float, text: str, *, size: float = SIZE, right: bool = False, bold: bool = False
    ) -> None:
        text = printable(text)
        self.canvas.setFont(font_of(text, bold=bold), size)
        (self.canvas.drawRightString if right else self.canvas.drawString)(x, y, text)

    def title(self, text: str) -> None:
        for line in wrapped(text, WIDTH - 2 * MARGIN, 15, bold=True):
            self.room(24)
            self.at -= 20
            self.text(MARGIN, self.at, line, size=15, bold=True)
        self.at -= 6

    def heading(self, text: str) -> None:
        self.room(60)
        self.at -= 24
        self.text(MARGIN, self.at, text, size=11, bold=True)
        self.at -= 6

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Label and value, a line each; long values go on below."""
        for label, value in pairs:
            lines = wrapped(value, WIDTH - 2 * MARGIN - 150, SIZE) or [""]
            self.room(LEADING * len(lines))
            self.text(MARGIN, self.at - LEADING, label)
            for line in lines:
                self.at -= LEADING
                self.text(MARGIN + 150, self.at, line)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[str]], *, empty: str) -> None:
        """The columns' titles stand on every page that the table reaches."""
        widths = [column.share / 100 * (WIDTH - 2 * MARGIN) for column in columns]
        self.room(3 * LEADING)
        self.row(columns, widths, [[column.title] for column in columns], bold=True)
        some = False
        for row in rows:
            some = True
            cells = [wrapped(value, width - GAP, SIZE) for value, width in zip(row, widths, strict=True)]
            if self.room(LEADING * max(map(len, cells))):
                self.row(columns, widths, [[column.title] for column in columns], bold=True)
            self.row(columns, widths, cells)
        if not some:
            self.at -= LEADING
            self.text(MARGIN, self.at, empty)

    def row(
        self, columns: Sequence[Column], widths: Sequence[float], cells: Sequence[Sequence[str]], *, bold: bool = False
    ) -> None:
        x = MARGIN
        for column, width, lines in zip(columns, widths, cells, strict=True):
            for number, line in enumerate(lines, 1):
                edge = x + width - GAP if column.right else x
                self.text(edge, self.at - number * LEADING, line, right=column.right, bold=bold)
            x += width
        self.at -= LEADING * max(1, *map(len, cells))
        self.canvas.setStrokeGray(0 if bold else 0.75)
        self.canvas.setLineWidth(0.5)
        self.canvas.line(MARGIN, self.at - 3, WIDTH - MARGIN, self.at - 3)
        self.canvas.setStrokeGray(0)
        self.at -= 1.5

    def signatures(self, lines: Sequence[tuple[str, str]], *, signed: str, dated: str) -> None:
        """Where each signs, all on one page: office, name as known, a line for the hand and one for the date."""
        self.room(34.0 * len(lines))
        for office, name in lines:
            self.at -= 30
            self.text(MARGIN, self.at, f"{office}  {name}")
            self.canvas.setLineWidth(0.5)
            for x, words, end in ((MARGIN + 240, signed, MARGIN + 500), (MARGIN + 540, dated, WIDTH - MARGIN)):
                self.text(x, self.at, words)
                self.canvas.line(x + 50, self.at - 2, end, self.at - 2)

    def save(self) -> None:
        self.page_end()
        self.canvas.save()


def font_of(text: str, *, bold: bool = False) -> str:
    if not text.isascii():
        return SONG
    return LATIN_BOLD if bold else LATIN


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Lines that fit a width; what would need more than LINES_AT_MOST ends in an ellipsis."""
    if not text:
        return []
    font = font_of(text, bold=bold)
    if pdfmetrics.stringWidth(text, font, size) <= width:
        return [text]
    lines = list(broken(text, width, font, size))
    if len(lines) > LINES_AT_MOST:
        lines = [*lines[: LINES_AT_MOST - 1], lines[LINES_AT_MOST - 1][:-1] + "…"]
    return lines


def broken(text: str, width: float, font: str, size: float) -> Iterator[str]:
    """Greedy: at the last space if there is one in the second half of the line, else at the letter (Chinese has no
    spaces)."""
    while text:
        end = len(text)
        while end > 1 and pdfmetrics.stringWidth(text[:end], font, size) > width:
            end -= 1
        space = text.rfind(" ", end // 2, end)
        if end < len(text) and space > 0:
            end = space + 1
        yield text[:end].rstrip()
        text = text[end:]
