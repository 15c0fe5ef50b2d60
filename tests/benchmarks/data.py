"""The data path at city size: loading, the population, one beneficiary's facts. `python -m tests.benchmarks.data`

Each figure stands beside the same rows moved by a bare COPY in the same database in the same run; only ratios travel
from machine to machine. Answers are checked equal before anything counts.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ENTERPRISES, SEED = 273_500, 1


@contextmanager
def database() -> Iterator[None]:
    """A database of its own on the installation's server, gone afterwards."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supermarket.settings")
    from supermarket import embedded

    embedded.hold()
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["TEST"] = {**connection.settings_dict["TEST"], "NAME": "supermarket_benchmark"}
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db("", verbosity=0)


@contextmanager
def folders() -> Iterator[Path]:
    """Files of the town and of the population, gone afterwards."""
    from django.conf import settings

    with tempfile.TemporaryDirectory() as name:
        settings.POPULATION_DIR = Path(name) / "population"
        yield Path(name)


def figures(enterprises: int = ENTERPRISES, seed: int = SEED) -> Iterator[object]:
    """All rows; takes some minutes at full size."""
    with database(), folders() as folder:
        from . import data_loading, data_population
        from .data_common import CHANGED_SOURCE

        files = data_loading.town(folder, enterprises=enterprises, seed=seed)
        yield from data_loading.loading(files)
        yield from data_population.reading()
        yield from data_population.rebuilding(files[CHANGED_SOURCE])
        yield from data_population.one_beneficiary()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--enterprises", type=int, default=ENTERPRISES)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    for figure in figures(options.enterprises, options.seed):
        sys.stdout.write(f"{figure}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
