"""The data path at city size: loading, the population, one beneficiary's facts. `python -m tests.benchmarks.data`

Each figure stands beside the same rows moved by a bare COPY in the same database in the same run; only ratios travel
from machine to machine. Answers are checked equal before anything counts.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

ENTERPRISES, SEED = 273_500, 1
NAME = "supermarket_benchmark"
TASKS = ["loading", "reading", "rebuilding", "facts", "match"]


@contextmanager
def database(keep: bool) -> Iterator[bool]:
    """A database of its own on the installation's server; whether it is new. Gone afterwards, unless it is kept."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supermarket.settings")
    from supermarket import embedded

    embedded.hold()
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["TEST"] = {**connection.settings_dict["TEST"], "NAME": NAME}
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=keep)
    try:
        from enterprises.models import Beneficiary

        yield not Beneficiary.objects.exists()
    finally:
        connection.creation.destroy_test_db("", verbosity=0, keepdb=keep)


def database_join() -> None:
    """Another process joins the database that one has made."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supermarket.settings")
    from supermarket import embedded

    embedded.hold()
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = NAME


@contextmanager
def folders(keep: bool) -> Iterator[Path]:
    """Files of the town and of the population; gone afterwards, unless they are kept."""
    from django.conf import settings

    with tempfile.TemporaryDirectory() as temporary:
        folder = settings.VAR / NAME if keep else Path(temporary)
        settings.POPULATION_DIR = folder / "population"
        yield folder


def figures(tasks: Collection[str], *, enterprises: int, seed: int, keep: bool) -> Iterator[object]:
    """All rows; takes some minutes at full size."""
    with database(keep) as new, folders(keep) as folder:
        from . import data_loading, data_match, data_population
        from .data_common import CHANGED_SOURCE

        files = {}
        if new or "rebuilding" in tasks:
            files = data_loading.town(folder / "town", enterprises=enterprises, seed=seed)
        if new:
            loading = data_loading.loading(files)
            yield from loading if "loading" in tasks else []
        if "reading" in tasks:
            yield from data_population.reading()
        if "rebuilding" in tasks:
            yield from data_population.rebuilding(files[CHANGED_SOURCE])
        if "facts" in tasks:
            yield from data_population.one_beneficiary()
        if "match" in tasks:
            yield from data_match.matching()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", default=TASKS, metavar="TASK", help=f"of {', '.join(TASKS)}; default: all")
    parser.add_argument("--enterprises", type=int, default=ENTERPRISES)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", action="store_true", help="keep the loaded database for the next call")
    options = parser.parse_args()
    for figure in figures(options.tasks, enterprises=options.enterprises, seed=options.seed, keep=options.keep):
        sys.stdout.write(f"{figure}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
