"""The report of a run as a workbook and as a PDF."""

from collections.abc import Callable, Mapping
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from supermarket.claims.models import Run
from supermarket.reports.paper import Column, Paper
from supermarket.reports.run_report import run_report
from supermarket.reports.sheets import Sheets
from supermarket.reports.text import moment


def run_file(run: Run, *, form: str, path: Path, language: str) -> None:
    """Write the report of a run. `form`: xlsx or pdf; `language`: zh-hans or en."""
    with override(language), transaction.atomic():
        FORMS[form](run, path)


def run_sheets(run: Run, path: Path) -> None:
    """A sheet for the head and one for each table."""
    report, sheets = run_report(run), Sheets()
    first = sheets.sheet(_("Run"), (34, 90))
    sheets.row(first, [report.title], head=True)
    for pair in report.head:
        sheets.row(first, pair)
    sheets.row(first, [])
    for office, name in report.signatures:
        sheets.row(first, [office, name])
    for table in report.tables:
        sheet = sheets.sheet(table.title, [max(width * 3 // 2, 10) for width in table.widths])
        sheets.table(sheet, table.head, table.rows, money=table.money)
    sheets.save(path)


def run_paper(run: Run, path: Path) -> None:
    report = run_report(run)
    foot = f"{report.title} · {run.list_hash[:16]} · {moment(timezone.now())}"
    paper = Paper(path, title=report.title, foot=foot)
    paper.title(report.title)
    paper.pairs(pair for pair in report.head if pair[1])
    for table in report.tables:
        paper.heading(table.title)
        columns = [
            Column(title, width, right=position in table.money)
            for position, (title, width) in enumerate(zip(table.head, table.widths, strict=True))
        ]
        paper.table(columns, table.rows, empty=_("None."))
    paper.heading(_("Signatures"))
    paper.signatures(report.signatures, signed=_("Signature"), dated=_("Date"))
    paper.save()


FORMS: Mapping[str, Callable[[Run, Path], None]] = {"xlsx": run_sheets, "pdf": run_paper}
