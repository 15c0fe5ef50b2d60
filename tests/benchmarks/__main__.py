"""The engine beside its peers, in one run: `python -m tests.benchmarks [PART …] [--rows N]`, or `make bench`.

Answers are checked equal before anything counts; ours and the peers are timed in turn. Only ratios travel from machine
to machine. Exits with 1 if an answer differs or a goal is missed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from .city_tasks import city_rows, distinct_rows, duckdb_rows, growth_rows, memory_rows
from .profile_tasks import doubled_rows, profile_rows
from .report import Report

ROWS = 273_500
# Name -> (what it measures, the part).
PARTS: dict[str, tuple[str, Callable[[Report, int], None]]] = {
    "T1": ("one profile against all policies", lambda report, rows: profile_rows(report)),
    "doubled": ("one fact in two conditions, against brute force", lambda report, rows: doubled_rows(report)),
    "T2": ("the city (T2), one draft (T3), exact amounts (T4), changes", city_rows),
    "distinct": ("the city where thresholds hardly repeat", distinct_rows),
    "T5": ("growth to ten times the city", growth_rows),
    "memory": ("peak memory", memory_rows),
    "duckdb": ("the city in duckdb", duckdb_rows),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS), help=", ".join(PARTS))
    parser.add_argument("--rows", type=int, default=ROWS)
    options = parser.parse_args()
    np.seterr(all="raise")
    report = Report()
    report.say(f"{len(options.parts)} parts, {options.rows:,} beneficiaries; some minutes on two quiet cores")
    for number, part in enumerate(options.parts, 1):
        text, run = PARTS[part]
        report.progress(f"{number}/{len(options.parts)} {part}: {text}")
        start = time.perf_counter()
        run(report, options.rows)
        report.progress(f"{part} took {time.perf_counter() - start:.0f} s")
    report.end()


if __name__ == "__main__":
    main()
