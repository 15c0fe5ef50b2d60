"""manage.py delivery load | list | work | collect | withdraw: deliveries of departments from the terminal."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from enterprises import services
from enterprises.errors import EnterprisesError
from enterprises.models import Delivery
from supermarket.users.models import User


class Command(BaseCommand):
    help = "Load, list and withdraw deliveries."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        load = commands.add_parser("load", help="load a file at once; the same file again goes on or changes nothing")
        load.add_argument("source")
        load.add_argument("path", type=Path)
        load.add_argument("--as-of", type=date.fromisoformat, required=True, metavar="DATE")
        load.add_argument("--supplement", action="store_true", help="the file speaks of its own rows only")
        load.add_argument("--accept-fewer", action="store_true", help="also if a list shrank to less than half")
        load.add_argument("--by", metavar="USER")
        listed = commands.add_parser("list", help="the newest deliveries")
        listed.add_argument("--source")
        listed.add_argument("--limit", type=int, default=50)
        commands.add_parser("work", help="load what was received, interrupted loads too")
        commands.add_parser("collect", help="take the drop folder's files and pull what departments offer, then load")
        withdraw = commands.add_parser("withdraw", help="take a delivery back and list what was decided with it")
        withdraw.add_argument("id", type=int)
        withdraw.add_argument("--reason", required=True)
        withdraw.add_argument("--by", metavar="USER")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, options["command"])(options)
        except (EnterprisesError, OSError) as error:
            raise CommandError(str(error)) from error

    def load(self, options: dict[str, Any]) -> None:
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        with Progress(*columns, console=Console(stderr=True)) as progress:
            bar = progress.add_task(options["source"], total=None)
            delivery = services.delivery_load(
                source=options["source"],
                path=options["path"],
                as_of=options["as_of"],
                actor=user(options["by"]),
                extent=Delivery.Extent.SUPPLEMENT if options["supplement"] else Delivery.Extent.WHOLE,
                accept_fewer=options["accept_fewer"],
                progress=lambda done, total: progress.update(bar, completed=done, total=total),
            )
        self.tell([delivery])
        for reject in delivery.rejects.order_by("row_number")[:10]:
            self.stdout.write(f"  row {reject.row_number}: " + "; ".join(reason(one) for one in reject.problems))

    def list(self, options: dict[str, Any]) -> None:
        found = Delivery.objects.select_related("source").order_by("-received_at")
        if options["source"]:
            found = found.filter(source__code=options["source"])
        self.tell(found[: options["limit"]])

    def work(self, options: dict[str, Any]) -> None:
        self.tell(services.deliveries_work())

    def collect(self, options: dict[str, Any]) -> None:
        services.deliveries_collect()
        self.work(options)

    def withdraw(self, options: dict[str, Any]) -> None:
        delivery = Delivery.objects.filter(pk=options["id"]).first()
        if delivery is None:
            raise CommandError(f"there is no delivery {options['id']}")
        effects = services.delivery_withdraw(delivery=delivery, actor=user(options["by"]), reason=options["reason"])
        self.tell([delivery])
        for effect in effects:
            self.stdout.write(f"  {effect.kind} {effect.reference}: {effect.zh} / {effect.en}")
        self.stdout.write(f"{len(effects)} decisions used it")

    def tell(self, deliveries: Any) -> None:
        table = Table("id", "source", "as of", "state", "rows", "records", "rejected", "remarks")
        for one in deliveries:
            remarks = "; ".join(remark["zh"] for remark in one.remarks)
            counts = (one.rows_total, one.records, one.rows_rejected)
            table.add_row(str(one.pk), str(one.source), str(one.as_of), one.state, *map(str, counts), remarks)
        console = Console(width=160)
        with console.capture() as text:
            console.print(table)
        self.stdout.write(text.get())


def reason(problem: dict[str, str]) -> str:
    return f"{problem['column']} {problem['value']!r} {problem['en']}"


def user(name: str | None) -> User | None:
    if name is None:
        return None
    found = User.objects.filter(username=name).first()
    if found is None:
        raise CommandError(f"there is no user {name}")
    return found
