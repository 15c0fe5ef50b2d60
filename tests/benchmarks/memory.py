"""One engine alone in a process: make the city, match it with amounts, print the greatest resident memory in bytes.

`python -m tests.benchmarks.memory ours|polars|numpy|nothing ROWS`.
"""

from __future__ import annotations

import resource
import sys

from .facts import arrow_table, city, vocabulary
from .forms import definition
from .job import policies


def run(name: str, rows: int) -> None:
    stock, columns = policies(), city(rows)
    if name == "ours":
        from policies.engine import Catalogue, Population

        table = arrow_table(columns)
        del columns
        matches = Catalogue([definition(each) for each in stock], vocabulary()).match(Population(table, vocabulary()))
        matches.counts()
        matches.totals()
    elif name in ("polars", "numpy"):
        from .city_peers import Numpy, Polars

        peer = Polars(stock, columns) if name == "polars" else Numpy(stock, columns)
        peer.amounts()


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)  # noqa: T201
