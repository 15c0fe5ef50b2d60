"""manage.py match: everybody against every policy on the shelf; counts, and what changed since last time."""

from datetime import date
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import get_language
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from enterprises.models import Beneficiary
from supermarket.dates import today
from supermarket.ledger.errors import yuan
from supermarket.matching.changes import policy_change, set_before
from supermarket.matching.errors import MatchBusyError
from supermarket.matching.models import MatchRun
from supermarket.matching.services import match_run

HEADINGS = {
    "zh": ("政策", "期间", "符合", "不能判定", "金额（元）", "新进", "退出"),
    "en": ("policy", "period", "eligible", "unknown", "yuan", "came in", "dropped out"),
}


class Command(BaseCommand):
    help = "match everybody against every policy on the shelf: counts, who came in, who dropped out"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, default=None, metavar="YYYY-MM-DD")
        parser.add_argument("--audience", choices=["enterprise", "person"], help="default: both")
        parser.add_argument("--who", metavar="POLICY", help="list who came in (+) and dropped out (-) of one policy")

    def handle(self, *args: Any, as_of: date | None, audience: str | None, who: str | None, **options: Any) -> None:
        console = Console(file=cast("IO[str]", self.stdout), highlight=False)
        for one in [audience] if audience else ["enterprise", "person"]:
            run = matched(one, as_of or today())
            console.print(f"[bold]{run.pk} {run.audience} {run.as_of}[/]")
            if who is None:
                console.print(table(run))
            else:
                for line in changes(run, who):
                    self.stdout.write(line)


def matched(audience: str, as_of: date) -> MatchRun:
    """Carried out with a bar on the terminal; an interrupted one goes on."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(audience, total=None)
        try:
            return match_run(
                audience=cast("Any", audience),
                as_of=as_of,
                progress=lambda done, total: progress.update(bar, completed=done, total=total),
            )
        except MatchBusyError as error:
            raise CommandError(str(error)) from None


def table(run: MatchRun) -> Table:
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    rows = Table(box=None, pad_edge=False)
    for place, title in enumerate(HEADINGS[language]):
        rows.add_column(title, justify="left" if place < 2 else "right", no_wrap=True)
    for one in run.sets.select_related("version__policy").defer("eligible_bits", "unknown_bits"):
        sums = f"{yuan(one.amount_fen)}{'+' if one.sums_unknown else ''}"
        counts = [number(count) for count in (one.eligible, one.unknown)]
        rows.add_row(escape(one.version.policy.code), one.period, *counts, sums, *map(number, (one.gained, one.lost)))
    return rows


def changes(run: MatchRun, code: str) -> list[str]:
    """A line for each who came in or dropped out since the match before."""
    lines = []
    for one in run.sets.filter(version__policy__code=code).select_related("run", "version"):
        change = policy_change(one, set_before(one))
        for sign, ids in (("+", change.came_in), ("-", change.dropped_out)):
            people = Beneficiary.objects.filter(pk__in=ids.tolist()).order_by("code").values_list("code", "name")
            lines += [f"{sign} {code} {name}" for code, name in people]
    return lines


def number(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"
