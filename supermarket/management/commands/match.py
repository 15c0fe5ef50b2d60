"""manage.py match: everybody against every policy on the shelf; counts, and what changed since last time."""

from datetime import date
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import get_language
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from supermarket.dates import today
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

    def handle(self, *args: Any, as_of: date | None, audience: str | None, **options: Any) -> None:
        console = Console(file=cast("IO[str]", self.stdout), highlight=False)
        for one in [audience] if audience else ["enterprise", "person"]:
            run = match_run(audience=cast("Any", one), as_of=as_of or today())
            console.print(f"[bold]{run.pk} {run.audience} {run.as_of}[/]")
            console.print(table(run))


def table(run: MatchRun) -> Table:
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    rows = Table(box=None, pad_edge=False)
    for place, title in enumerate(HEADINGS[language]):
        rows.add_column(title, justify="left" if place < 2 else "right", no_wrap=True)
    for one in run.sets.select_related("version__policy"):
        yuan = f"{one.amount_fen // 100:,}.{one.amount_fen % 100:02d}{'+' if one.sums_unknown else ''}"
        counts = [number(count) for count in (one.eligible, one.unknown)]
        rows.add_row(escape(one.version.policy.code), one.period, *counts, yuan, *map(number, (one.gained, one.lost)))
    return rows


def number(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"
