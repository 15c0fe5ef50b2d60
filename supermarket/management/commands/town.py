"""manage.py town N --seed S: a synthetic town through the real delivery path."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from enterprises.town.making import files_expected, town_make
from supermarket.dates import today

PERSONS_A_HUNDRED = 15


def inhabitants(text: str) -> int:
    """How many enterprises: at least one."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: give the number of enterprises, at least 1")
    return int(text)


class Command(BaseCommand):
    help = "Make N synthetic enterprises (and persons), write the departments' files and load them."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("enterprises", type=inhabitants, metavar="N")
        parser.add_argument("--persons", type=int, help="default: 15 for every 100 enterprises")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--as-of", type=date.fromisoformat, help="the day that the deliveries are fresh for")
        parser.add_argument("--folder", type=Path, default=settings.VAR / "town")

    def handle(self, *args: Any, **options: Any) -> None:
        persons = options["persons"]
        made = town_make(
            options["folder"],
            enterprises=options["enterprises"],
            persons=options["enterprises"] * PERSONS_A_HUNDRED // 100 if persons is None else persons,
            seed=options["seed"],
            reference=options["as_of"] or today(),
        )
        records = 0
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        with Progress(*columns, console=Console(stderr=True)) as progress:
            bar = progress.add_task("", total=files_expected())
            for file, count in made:
                records += count
                progress.update(bar, advance=1, description=f"{file.path.stem}: {count}")
        self.stdout.write(f"{records} records of {files_expected()} files loaded from {options['folder']}")
