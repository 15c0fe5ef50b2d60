"""The engine beside its peers, in one run: `python -m tests.benchmarks [T1 T2 T3 T4 T5] [--rows N]`, or `make bench`.

Answers are checked equal before anything counts; then each figure is the least of a few rounds, ours and the peer's in
turn. Only ratios travel from machine to machine. Exits with 1 if an answer differs.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable

import numpy as np

from policies.engine import Catalogue, Population

from .city_peers import Duckdb, Numpy, Polars
from .facts import arrow_table, city, profile, vocabulary
from .forms import definition, poles
from .job import policies
from .profile_peers import common_expression_language, datalogic, plain_python, zen_engine

Measure = Callable[[], object]


def least_seconds(measures: dict[str, Measure], rounds: int) -> dict[str, float]:
    """The least time of each, taken in turn so that a busy machine is busy for all."""
    found = dict.fromkeys(measures, float("inf"))
    for _ in range(rounds):
        for name, measure in measures.items():
            start = time.perf_counter()
            measure()
            found[name] = min(found[name], time.perf_counter() - start)
    return found


def line(task: str, seconds: dict[str, float], goal: str) -> None:
    ours = seconds["ours"]
    peers = ", ".join(f"{name} {value * 1e3:.3g} ms = {value / ours:.1f} x" for name, value in seconds.items())
    print(f"{task:24} {peers}   goal: {goal}", flush=True)  # noqa: T201


def check(holds: bool, what: str) -> None:
    if not holds:
        sys.exit(f"answers differ: {what}")


def profile_task(rows: int) -> None:
    """T1: one profile against all policies."""
    stock, columns = policies(), city(1000)
    catalogue = Catalogue([definition(policy) for policy in stock], vocabulary())
    plain = plain_python(stock)
    for row in range(200):
        shelf, (certain, possible) = catalogue.shelf(profile(columns, row)), plain(poles(columns, row))
        check(shelf.eligible == [p.code for p, yes in zip(stock, certain, strict=True) if yes], f"T1 row {row}")
        unknown = [p.code for p, yes, may in zip(stock, certain, possible, strict=True) if may and not yes]
        check(shelf.unknown == unknown, f"T1 unknown, row {row}")
    facts = [profile(columns, row) for row in range(200)]
    given = [poles(columns, row) for row in range(200)]
    peers = {
        "zen-engine": zen_engine(stock),
        "CEL": common_expression_language(stock),
        "datalogic": datalogic(stock),
        "plain Python": plain,
    }

    def lists() -> None:
        for one in facts:
            shelf = catalogue.shelf(one)
            _ = shelf.eligible, shelf.unknown

    def all_of(decide: Callable[..., object]) -> Measure:
        return lambda: [decide(one) for one in given]

    times = least_seconds({"ours": lists, **{name: all_of(decide) for name, decide in peers.items()}}, 3)
    line("T1 verdict lists", {k: v / 200 for k, v in times.items()}, ">= 15 x zen, CEL, datalogic; >= 6 x Python")
    times = least_seconds({"ours": lambda: [catalogue.shelf(one).missing for one in facts]}, 3)
    line("T1 all missing sets", {k: v / 200 for k, v in times.items()}, "<= 5 ms")


def city_task(rows: int) -> None:
    """T2, T3, T4: the city, one new policy, the exact amounts."""
    stock, columns = policies(), city(rows)
    definitions = [definition(policy) for policy in stock]
    catalogue, population = Catalogue(definitions, vocabulary()), Population(arrow_table(columns), vocabulary())
    polars, plain = Polars(stock, columns), Numpy(stock, columns)
    matches, verdicts = catalogue.match(population), plain.match()
    for code, (certain, possible) in verdicts.items():
        check(bool((matches.eligible(code) == certain).all()), f"T2 eligible {code}")
        check(bool((matches.unknown(code) == (possible & ~certain)).all()), f"T2 unknown {code}")
    for code, fen in plain.amounts().items():
        check(bool((matches.amounts(code) == fen).all()), f"T4 {code}")
    times = least_seconds(
        {"ours": lambda: catalogue.match(population).counts(), "polars": polars.match, "numpy": plain.match}, 3
    )
    line(f"T2 city of {rows:,}", times, ">= 6 x polars")
    times = least_seconds(
        {"ours": lambda: catalogue.match(population).totals(), "polars": polars.amounts, "numpy": plain.amounts}, 3
    )
    line("T4 with exact amounts", times, ">= 5 x polars")
    some = definitions[:50]
    plain_one = {policy.code: Numpy([policy], columns) for policy in stock[:50]}
    times = least_seconds(
        {
            "ours": lambda: [catalogue.match_one(one, population).counts() for one in some],
            "numpy": lambda: [plain_one[str(one["code"])].match() for one in some],
        },
        3,
    )
    line("T3 one draft, from text", {k: v / 50 for k, v in times.items()}, ">= 4 x numpy")
    print(f"peak memory of this process, peers included: {peak_mib():.0f} MiB")  # noqa: T201


def duckdb_task(rows: int) -> None:
    """T2 beside duckdb, on a tenth of the city (it is far slower)."""
    stock, columns = policies(), city(rows // 10)
    catalogue = Catalogue([definition(policy) for policy in stock], vocabulary())
    population, peer = Population(arrow_table(columns), vocabulary()), Duckdb(stock, columns)
    counts = catalogue.match(population).counts().column("eligible").to_pylist()
    check(list(peer.match()[0]) == counts, "T2 duckdb")
    line(
        "T2 beside duckdb",
        least_seconds({"ours": lambda: catalogue.match(population).counts(), "duckdb": peer.match}, 1),
        "",
    )


def growth_task(rows: int) -> None:
    """T5: time per row as the city grows tenfold, and ten times again; and the memory of ours alone."""
    catalogue = Catalogue([definition(policy) for policy in policies()], vocabulary())
    for count in (rows // 10, rows, rows * 10):
        population = Population(arrow_table(city(count)), vocabulary())
        seconds = least_seconds({"ours": lambda held=population: catalogue.match(held).counts()}, 3)["ours"]
        text = f"{seconds:.3f} s, {seconds / count * 1e9:.0f} ns a row, peak {peak_mib():.0f} MiB"
        print(f"T5 {count:>12,} rows       {text}   goal: 2.7M <= 1.15 x 273k a row", flush=True)  # noqa: T201


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


TASKS = {"T1": profile_task, "T2": city_task, "T5": growth_task, "duckdb": duckdb_task}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", default=list(TASKS), help=f"{', '.join(TASKS)} (T2 includes T3 and T4)")
    parser.add_argument("--rows", type=int, default=273_500)
    options = parser.parse_args()
    np.seterr(all="raise")
    for task in options.tasks:
        TASKS[task](options.rows)


if __name__ == "__main__":
    main()
