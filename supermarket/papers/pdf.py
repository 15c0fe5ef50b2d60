"""A sheet as PDF: A4, Chinese by the font that every reader of PDF knows (STSong-Light), the digest on each page."""

from html import escape
from io import BytesIO
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from supermarket.papers.wording import PrintedSheet, PrintedTable

FONT = "STSong-Light"
MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN
ROOM = 30 * mm  # for a heading and the first rows under it
TEXT = ParagraphStyle("text", fontName=FONT, fontSize=9, leading=12.5, wordWrap="CJK")
HEADING = ParagraphStyle("heading", parent=TEXT, fontSize=11, leading=15, spaceBefore=10, spaceAfter=4)
TITLE = ParagraphStyle("title", parent=TEXT, fontSize=18, leading=24, alignment=1)
SUBTITLE = ParagraphStyle("subtitle", parent=TEXT, fontSize=12, leading=17, alignment=1, spaceAfter=8)
WARNING = ParagraphStyle(
    "warning", parent=TEXT, borderWidth=0.7, borderColor=colors.black, borderPadding=5, spaceBefore=5, spaceAfter=10
)
LINES = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
        ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#eef2f1")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
    ]
)
HEAD_LINES = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOTTOMPADDING", (0, 0), (-1, -1), 2)])


def sheet_pdf(sheet: PrintedSheet) -> bytes:
    """The document, in the language that `sheet` is worded in."""
    registerFont(UnicodeCIDFont(FONT))
    file = BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + 6 * mm,
        title=f"{sheet.title}: {sheet.subtitle}",
        subject=sheet.digest,
    )
    story: list[Flowable] = [Paragraph(escape(sheet.title), TITLE), Paragraph(escape(sheet.subtitle), SUBTITLE)]
    story += [Paragraph(escape(warning), WARNING) for warning in sheet.warnings]
    story.append(grid(sheet.head, (24, 76), HEAD_LINES))
    for table in sheet.tables:
        story += section(table)
    story += [Spacer(1, 6 * mm), Paragraph(escape(sheet.foot), TEXT)]
    printed_at = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    foot = _("printed %(moment)s") % {"moment": printed_at} + f" · SHA-256 {sheet.digest}"
    document.build(story, canvasmaker=numbered(foot))
    return file.getvalue()


def section(table: PrintedTable) -> list[Flowable]:
    heading = Paragraph(escape(table.title), HEADING)
    if not table.rows:
        return [KeepTogether([heading, Paragraph(escape(table.empty), TEXT)])]
    # A heading is not left alone at the end of a page; a long table goes on under its header.
    body = grid((table.columns, *table.rows), table.widths, LINES)
    body.repeatRows = 1
    return [CondPageBreak(ROOM), heading, body]


def grid(rows: tuple[tuple[str, ...], ...], widths: tuple[int, ...], style: TableStyle) -> Table:
    cells = [[Paragraph(escape(text), TEXT) for text in row] for row in rows]
    table = Table(cells, colWidths=[WIDTH * share / 100 for share in widths])
    table.setStyle(style)
    return table


def numbered(foot: str) -> type[Canvas]:
    """A canvas that writes the foot and "page n of m" when it knows m."""

    class Numbered(Canvas):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 (reportlab's name)
            self.pages.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined]

        def save(self) -> None:
            for number, page in enumerate(self.pages, start=1):
                self.__dict__.update(page)
                self.setFont(FONT, 7)
                self.drawString(MARGIN, 12 * mm, foot)
                self.drawRightString(A4[0] - MARGIN, 12 * mm, f"{number} / {len(self.pages)}")
                super().showPage()
            super().save()

    return Numbered
