"""T2 to T5: the whole city, one draft policy, exact amounts, growth; and what changes cost."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import pyarrow as pa

from policies.engine import Catalogue, Population
from policies.engine.matches import Matches

from .city_peers import Duckdb, Numpy, Polars, distinct_conditions
from .facts import arrow_table, city, vocabulary
from .forms import definition
from .job import BenchmarkPolicy, policies
from .report import Report, least_seconds

MIB = 1 << 20
DRAFTS = 50


class Town:
    """The stock and a population, ours and the column peers' on the same columns."""

    def __init__(self, stock: list[BenchmarkPolicy], rows: int) -> None:
        self.stock, self.columns = stock, city(rows)
        self.definitions = [definition(policy) for policy in stock]
        self.catalogue = Catalogue(self.definitions, vocabulary())
        self.population = Population(arrow_table(self.columns), vocabulary())
        self.polars, self.numpy = Polars(stock, self.columns), Numpy(stock, self.columns)

    def count(self) -> object:
        return self.catalogue.match(self.population).counts()


def city_rows(report: Report, rows: int) -> None:
    town = Town(policies(), rows)
    _check_verdicts(report, "T2", town)
    times = least_seconds({"ours": town.count, "polars": town.polars.match, "numpy": town.numpy.match}, 5)
    report.ratios(f"T2 city of {rows:,}", times, {"polars": 6.0})
    _amount_rows(report, town)
    _draft_rows(report, town)
    _change_rows(report, town, times["ours"])


def _check_verdicts(report: Report, task: str, town: Town) -> None:
    matches = town.catalogue.match(town.population)
    for code, (certain, possible) in town.numpy.match().items():
        report.check(f"{task} eligible {code}", bool((matches.eligible(code) == certain).all()))
        report.check(f"{task} unknown {code}", bool((matches.unknown(code) == (possible & ~certain)).all()))
    found = town.polars.match()
    counts = matches.counts().to_pydict()
    for code, eligible, unknown in zip(counts["code"], counts["eligible"], counts["unknown"], strict=True):
        same = (found[code].sum() or 0, found[code].null_count()) == (eligible, unknown)
        report.check(f"{task} polars {code}", same)


def _amount_rows(report: Report, town: Town) -> None:
    matches = town.catalogue.match(town.population)
    totals = dict(zip(matches.codes, matches.totals().column("total_fen").to_pylist(), strict=True))
    by_polars = town.polars.amounts()
    for code, fen in town.numpy.amounts().items():
        report.check(f"T4 {code}", bool((matches.amounts(code) == fen).all()) and totals[code] == int(fen.sum()))
        report.check(f"T4 polars {code}", int(by_polars[code].sum() or 0) == totals[code])
    times = least_seconds(
        {
            "ours": lambda: town.catalogue.match(town.population).totals(),
            "polars": town.polars.amounts,
            "numpy": town.numpy.amounts,
        },
        4,
    )
    report.ratios("T4 with every exact amount", times, {"polars": 5.0})


def _draft_rows(report: Report, town: Town) -> None:
    drafts = town.definitions[:DRAFTS]
    plain = [Numpy([policy], town.columns) for policy in town.stock[:DRAFTS]]
    whole = town.catalogue.match(town.population)
    for draft in drafts:
        code = str(draft["code"])
        alone = town.catalogue.match_one(draft, town.population)
        report.check(f"T3 {code}", bool((alone.eligible(code) == whole.eligible(code)).all()))
    times = least_seconds(
        {
            "ours": lambda: [town.catalogue.match_one(draft, town.population).counts() for draft in drafts],
            "numpy": lambda: [one.match() for one in plain],
        },
        4,
    )
    report.ratios("T3 one draft, from text", {name: each / DRAFTS for name, each in times.items()}, {"numpy": 4.0})


def _change_rows(report: Report, town: Town, whole: float) -> None:
    """What is done again when one policy, one beneficiary or one fact changes."""
    everything = least_seconds({"all": lambda: Catalogue(town.definitions, vocabulary())}, 2)["all"]
    other = {**town.definitions[7], "eligibility": town.definitions[8]["eligibility"]}
    one = least_seconds({"one": lambda: town.catalogue.replace(other)}, 5)["one"]
    report.figure(
        "recompile after one policy changes",
        f"{one * 1e3:.1f} ms, all {everything * 1e3:.0f} ms = 1/{everything / one:.0f}",
        one <= everything / 50,
        "<= 1/50",
    )
    changed = town.catalogue.replace(other)
    key, money = town.population.keys[1234].as_py(), pa.array([None], pa.decimal128(18, 2))
    moved = town.population.replace(pa.table({"credit_code": [key], "revenue": money}))
    column = town.population.with_column("revenue", pa.nulls(town.population.rows, pa.decimal128(18, 2)))
    for what, catalogue, population in (
        ("one policy", changed, town.population),
        ("one fact of one beneficiary", town.catalogue, moved),
        ("one fact of everybody", town.catalogue, column),
    ):
        seconds, again = _matched_again(town, catalogue, population)
        report.check(f"after {what}", again.counts() == catalogue.match(population).counts())
        report.figure(f"match again: {what}", f"{seconds * 1e3:.2f} ms, the city {whole * 1e3:.1f} ms")


def _matched_again(town: Town, catalogue: Catalogue, population: Population) -> tuple[float, Matches]:
    best = float("inf")
    for _ in range(3):
        previous = town.catalogue.match(town.population)
        start = time.perf_counter()
        again = catalogue.match(population, previous=previous)
        best = min(best, time.perf_counter() - start)
    return best, again


def distinct_rows(report: Report, rows: int) -> None:
    town = Town(policies(distinct=True), rows)
    _check_verdicts(report, "T2 distinct", town)
    times = least_seconds({"ours": town.count, "polars": town.polars.match}, 3)
    report.ratios(f"T2 with {len(distinct_conditions(town.stock)):,} distinct conditions", times, {"polars": 4.0})


def duckdb_rows(report: Report, rows: int) -> None:
    stock, columns = policies(), city(rows)
    catalogue = Catalogue([definition(policy) for policy in stock], vocabulary())
    population, peer = Population(arrow_table(columns), vocabulary()), Duckdb(stock, columns)
    counts = catalogue.match(population).counts().column("eligible").to_pylist()
    report.check("T2 duckdb", peer.match() == counts)
    times = least_seconds({"ours": lambda: catalogue.match(population).counts(), "duckdb": peer.match}, 1)
    report.ratios("T2 beside duckdb", times, {})


def growth_rows(report: Report, rows: int) -> None:
    """Time per row as the city grows tenfold, and ten times again."""
    stock = policies()
    catalogue = Catalogue([definition(policy) for policy in stock], vocabulary())
    per_row: dict[int, float] = {}
    for count in (rows // 10, rows, rows * 10):
        columns = city(count)
        population = Population(arrow_table(columns), vocabulary())
        measures: dict[str, Callable[[], object]] = {"ours": lambda held=population: catalogue.match(held).counts()}
        if count <= rows:
            measures |= {"polars": Polars(stock, columns).match, "numpy": Numpy(stock, columns).match}
        del columns
        times = least_seconds(measures, 3)
        per_row[count] = times["ours"] / count
        report.ratios(f"T5 {count:,} rows", times, {})
        report.figure("", f"{per_row[count] * 1e9:.0f} ns a row")
    grown = per_row[rows * 10] / per_row[rows]
    report.figure("T5 a row at 2.7M to one at 273k", f"{grown:.2f} x", grown <= 1.15, "<= 1.15 x")


def memory_rows(report: Report, rows: int) -> None:
    """The greatest memory of a process that reads the city and matches it with amounts, ours and the peers' each."""
    with tempfile.TemporaryDirectory() as folder:
        one_engine("draw", folder, str(rows))
        peaks = {name: int(one_engine(name, folder)) // MIB for name in ("ours", "polars", "numpy")}
    ours = peaks.pop("ours")
    report.figure("peak memory, a process of its own", f"ours {ours} MiB", ours < 1024, "< 1 GiB")
    report.figure("", ", ".join(f"{name} {peak} MiB" for name, peak in peaks.items()))


def one_engine(*words: str) -> str:
    """What `python -m tests.benchmarks.memory …` prints."""
    command = [sys.executable, "-m", "tests.benchmarks.memory", *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
