"""The shelf of one beneficiary on the terminal, with all facts: whoever has the database has them too."""

from datetime import date
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import get_language
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from enterprises.models import Beneficiary
from enterprises.selectors import beneficiary_find, registered_name
from policies.definition import Text
from policies.rules import By
from supermarket.dates import today
from supermarket.shelf import AmountKind, Group, MaterialState, Reason, Shelf, ShelfItem, shelf_of

HEADINGS = {
    Group.ON_THE_WAY: Text("已兑现或兑现中", "Paid or on its way"),
    Group.ONE_CLICK: Text("一键可得", "One click away"),
    Group.NOT_YET: Text("暂不符合", "Not yet"),
    Group.CANNOT_TELL: Text("尚不能判定", "Cannot tell yet"),
    Group.ELSEWHERE: Text("由他处兑现", "Elsewhere"),
}
FIND_OUT: dict[By, Text] = {
    "policies": Text("先查清（能定下的政策最多）", "Find out first (settles most policies)"),
    "money": Text("先查清（能定下的金额最大）", "Find out first (settles most money)"),
}
QUESTIONS_IN_VIEW = 3
AMOUNT_NOTES = {
    AmountKind.UP_TO: Text("最高 ", "up to "),
    AmountKind.BEFORE_EARLIER_PAYMENTS: Text("扣除已付前 ", "before earlier payments "),
}
MARKS = {True: "[green]✓[/]", False: "[red]✗[/]", None: "[yellow]?[/]"}


class Command(BaseCommand):
    help = "the shelf of a beneficiary, by code or name"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("query", help="credit code, person code, or part of a name")
        parser.add_argument("--as-of", type=date.fromisoformat, default=None, metavar="YYYY-MM-DD")
        parser.add_argument("--language", choices=["zh", "en"], default=None, help="default: the installation's")

    def handle(self, *args: Any, query: str, as_of: date | None, language: str | None, **options: Any) -> None:
        console = Console(file=cast("IO[str]", self.stdout), highlight=False)
        language = language or get_language() or "zh"
        beneficiary = find(query)
        day = as_of or today()
        shelf = shelf_of(beneficiary=beneficiary, typed_facts={}, as_of=day, owner=True)
        console.print(f"[bold]{escape(registered_name(beneficiary=beneficiary))}[/] {beneficiary.code}  {day}")
        for group, heading in HEADINGS.items():
            items = shelf.group(group)
            if items:
                console.print(f"\n[bold]{heading.in_language(language)}[/] ({len(items)})")
                console.print(table(items, language))
        for line in questions(shelf, language):
            console.print(line)
        if not shelf.items:
            console.print("-")


def find(query: str) -> Beneficiary:
    found = beneficiary_find(query=query)
    if not found:
        raise CommandError(f"nobody is known by the code or name {query!r}")
    if len(found) > 1:
        names = "\n".join(f"  {one.code}  {one.name}" for one in found)
        raise CommandError(f"{len(found)} are known by {query!r}; give the code of one:\n{names}")
    return found[0]


def questions(shelf: Shelf, language: str) -> list[str]:
    """What to find out first: the facts that would settle most policies, and the facts that would settle most money."""
    labels = {fact.code: fact.label.in_language(language) for item in shelf.cannot_tell for fact in item.missing}
    lines = []
    for by, heading in FIND_OUT.items():
        ranked = shelf.questions(by)[:QUESTIONS_IN_VIEW]
        if ranked:
            lines.append(f"\n[bold]{heading.in_language(language)}[/]")
        for each in ranked:
            number, yuan = each.concerns, f"{each.concerns_fen // 100:,}.{each.concerns_fen % 100:02d}"
            waiting = Text(f"{number}项政策待此判定，涉及{yuan}元", f"{number} waiting, worth {yuan} yuan")
            lines.append(f"? {escape(labels[each.fact])}  [dim]{waiting.in_language(language)}[/]")
    return lines


def table(items: tuple[ShelfItem, ...], language: str) -> Table:
    rows = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    rows.add_column(ratio=1)
    rows.add_column(justify="right", no_wrap=True)
    for item in items:
        rows.add_row(escape(item.title.in_language(language)), amount(item, language))
        for line in details(item, language):
            rows.add_row(Padding(line, (0, 0, 0, 2)), "")
    return rows


def amount(item: ShelfItem, language: str) -> str:
    if item.amount_fen is None:
        return ""
    note = AMOUNT_NOTES.get(item.amount_kind)
    yuan = f"{item.amount_fen // 100:,}.{item.amount_fen % 100:02d}"
    return f"{note.in_language(language) if note else ''}{yuan}"


def details(item: ShelfItem, language: str) -> list[str]:
    """What decides, what is lacking, how near, what to bring, until when, and whose it is."""
    lines = []
    if item.first_reason is not None:
        lines.append(reason_line(item.first_reason, language))
    if item.missing:
        wanted = ", ".join(fact.label.in_language(language) for fact in item.missing)
        lines.append(f"{MARKS[None]} {escape(wanted)}")
    lines += [f"→ {escape(step.text.in_language(language))}" for step in item.nearest]
    papers = [paper.name.in_language(language) for paper in item.materials if paper.state is MaterialState.BRING_IT]
    if papers and item.group is Group.ONE_CLICK:
        lines.append(escape(f"{'自备' if language.startswith('zh') else 'bring'}: {', '.join(papers)}"))
    if item.group is Group.ELSEWHERE and item.where_to_get is not None:
        lines.append(escape(item.where_to_get.in_language(language)))
    until = f"{'至' if language.startswith('zh') else 'until'} {item.deadline}" if item.deadline else ""
    lines.append(f"[dim]{escape(item.department)}  {escape(item.period)}  {until}[/]")
    return lines


def reason_line(reason: Reason, language: str) -> str:
    parts = [f"{MARKS[reason.truth]} {escape(reason.text.in_language(language))}"]
    if reason.value is not None:
        parts.append(escape(f"({reason.value.in_language(language)})"))
    for origin in reason.provenance:
        parts.append(f"[dim]{escape(origin.source.in_language(language))} {origin.as_of or ''}[/]")
    return " ".join(parts)
