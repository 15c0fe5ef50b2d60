"""manage.py town N --seed S: a synthetic town through the real delivery path."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from enterprises.services import delivery_load
from enterprises.town.making import TownFile, town_files
from enterprises.vocabulary import source_definitions
from supermarket.dates import today

PERSONS_A_HUNDRED = 15


class Command(BaseCommand):
    help = "Make N synthetic enterprises (and persons), write the departments' files and load them."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("enterprises", type=int, metavar="N")
        parser.add_argument("--persons", type=int, help="default: 15 for every 100 enterprises")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--as-of", type=date.fromisoformat, help="the day that the deliveries are fresh for")
        parser.add_argument("--folder", type=Path, default=settings.VAR / "town")

    def handle(self, *args: Any, **options: Any) -> None:
        persons = options["persons"]
        files = town_files(
            options["folder"],
            enterprises=options["enterprises"],
            persons=options["enterprises"] * PERSONS_A_HUNDRED // 100 if persons is None else persons,
            seed=options["seed"],
            reference=options["as_of"] or today(),
        )
        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        )  # fmt: skip
        records = 0
        with Progress(*columns, console=Console(stderr=True)) as progress:
            whole = progress.add_task("", total=len(source_definitions()))
            for file in files:
                progress.update(whole, description=source_definitions()[file.source].name["zh"])
                records += deliver(file, progress)
                progress.advance(whole)
            progress.update(whole, description="")
        self.stdout.write(f"{records} records of {len(source_definitions())} sources loaded from {options['folder']}")


def deliver(file: TownFile, progress: Progress) -> int:
    """Load one file; the number of its records."""
    part = progress.add_task(f"  {file.source}", total=None)
    delivery = delivery_load(
        source=file.source,
        path=file.path,
        as_of=file.as_of,
        accept_fewer=True,  # a smaller town after a larger one is what was asked for
        progress=lambda done, total: progress.update(part, completed=done, total=total),
    )
    progress.remove_task(part)
    return delivery.records
