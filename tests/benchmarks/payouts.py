"""The money at city size: `python -m tests.benchmarks.payouts [--rows 100000] [--large 1000000]`, or `make bench`.

A run of released claims is reserved, made into payouts, frozen into files and posted, by the product's own steps.
Beside it, in the same run and on one connection, a bare COPY of the very rows that came of it into tables with the same
keys, indexes and references; only the ratio travels from machine to machine. Exits with 1 if a goal is missed.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from tests.benchmarks.data import database, database_join
from tests.benchmarks.data_common import Figure, peak_bytes

CHUNK = 5_000
MEMORY_GROWTH = 1.15


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def steps(count: int) -> dict[str, Callable[[], object]]:
    """The steps over `count` claims, to be called in this order."""
    from supermarket.claims.models import Claim
    from supermarket.ledger.blocks import block_draw, block_end, block_reserve
    from supermarket.ledger.services import ReservationDraft, holder_of
    from supermarket.payouts.creation import payouts_due_sweep
    from supermarket.payouts.preparation import sub_batches_prepare
    from tests.benchmarks.payouts_town import claims_release

    run, money = claims_release(count)

    def reserve() -> None:
        """As the approval of a run's list does."""
        block_reserve(holder=f"run:{run.pk}", totals={money.pk: money.granted_fen})
        last = 0
        while rows := list(
            Claim.objects.filter(run=run, pk__gt=last).order_by("pk").values_list("pk", "amount_fen")[:CHUNK]
        ):
            drafts = [ReservationDraft(holder_of(claim), money.pk, fen or 0) for claim, fen in rows]
            block_draw(holder=f"run:{run.pk}", reservations=drafts)
            last = rows[-1][0]
        block_end(holder=f"run:{run.pk}")

    return {"reserved": reserve, "payouts made": payouts_due_sweep, "instructed and posted": sub_batches_prepare}


def workers_ready(number: int) -> list[subprocess.Popen[bytes]]:
    """Processes that work when their standard input ends, and say how much memory they took."""
    command = [sys.executable, "-m", "tests.benchmarks.payouts", "--worker"]
    workers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(number)]
    for each in workers:
        assert each.stdout is not None
        each.stdout.readline()
    return workers


def steps_by_workers(count: int) -> dict[str, Callable[[], object]]:
    """The same by two workers, as `manage.py payouts work` in two processes: one reserves, as the approval does, then
    both make and freeze what the other one has not."""
    from supermarket.payouts.models import PayoutAttempt

    todo = steps(count)
    workers = workers_ready(2)

    def work() -> None:
        for each in workers:
            assert each.stdin is not None
            each.stdin.close()
        if any(each.wait() for each in workers) or PayoutAttempt.objects.count() != count:
            sys.exit("a worker failed")

    return {"reserved": todo["reserved"], "the rest": work}


def worker() -> None:
    """Connects to the benchmark's database, says so, works when its standard input ends, and says its peak in MiB."""
    database_join()
    from supermarket.payouts.creation import payouts_due_sweep
    from supermarket.payouts.models import Heartbeat
    from supermarket.payouts.preparation import sub_batches_prepare
    from supermarket.payouts.selectors import payouts_report

    sys.stdout.write(f"{Heartbeat.objects.count()}\n")
    sys.stdout.flush()
    sys.stdin.read()
    payouts_due_sweep()
    sub_batches_prepare()
    for _ in payouts_report():
        pass
    sys.stdout.write(f"{peak_bytes() / 2**20:.0f}\n")


def by_workers(count: int) -> Figure:
    from supermarket.payouts.checks import books_check
    from tests.benchmarks.data_loading import settle

    todo = steps_by_workers(count)
    settle()
    took = {name: seconds(step) for name, step in todo.items()}
    if books_check():
        sys.exit(f"the books are wrong: {books_check()}")
    parts = ", ".join(f"{name} {spent:.1f} s" for name, spent in took.items())
    return Figure(
        f"{count:,} prepared, reserved and posted by two workers",
        sum(took.values()),
        "s",
        15.0 * count / 100_000,
        False,
        parts,
    )


def preparing(count: int) -> list[Figure]:
    """The steps beside a bare COPY of what they wrote."""
    from django.db import connection, transaction

    from supermarket.payouts.checks import books_check
    from supermarket.payouts.models import PayoutAttempt
    from tests.benchmarks.data_loading import settle
    from tests.benchmarks.payouts_town import bare_tables, newest, rows_copy

    todo = steps(count)
    before = newest()
    settle()
    took = {name: seconds(step) for name, step in todo.items()}
    if PayoutAttempt.objects.count() != count or books_check():
        sys.exit(f"the books are wrong: {books_check()}")
    bare_tables("bare")
    copies = list(rows_copy(before))
    rows = sum(number for _, number, _ in copies)
    settle()

    def copy_in() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, _, buffer in copies:
                with cursor.copy(f"COPY bare.{table} FROM STDIN") as copy:
                    copy.write(buffer.getvalue())

    bare, ours = seconds(copy_in), sum(took.values())
    parts = ", ".join(f"{name} {spent:.1f} s" for name, spent in took.items())
    note = f"{rows:,} rows in {ours:.1f} s, bare COPY {bare:.1f} s"
    return [
        Figure(f"{count:,} payouts prepared, reserved and posted by one worker", ours, "s", note=parts),
        Figure("rows written by these steps : bare COPY, speed", bare / ours, "x", 1 / 3, note=note),
    ]


def peak_of(count: int) -> float:
    """The most memory that a worker took, in MiB, which made, froze and reported `count` payouts."""
    with database(keep=False):
        steps(count)["reserved"]()
        (each,) = workers_ready(1)
        said, _ = each.communicate()
    return float(said)


def growing(rows: int, large: int) -> Iterator[Figure]:
    """The worker is a process of its own, so that its peak is its own."""
    small = peak_of(rows)
    yield Figure(f"peak memory of a worker that prepares and reports {rows:,}", small, "MiB")
    if large:
        peak, note = peak_of(large), f"beside {rows:,}: {{:.2f}} x"
        yield Figure(
            f"peak memory with {large:,}", peak, "MiB", small * MEMORY_GROWTH, False, note.format(peak / small)
        )


def figures(rows: int, large: int) -> Iterator[Figure]:
    with database(keep=False):
        from tests.benchmarks.payouts_files import writing

        yield from preparing(rows)
        yield from writing(rows)
    with database(keep=False):
        yield by_workers(rows)
    yield from growing(rows, large)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000, help="for the memory; 0: left out")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        worker()
        return 0
    failed = 0
    for figure in figures(options.rows, options.large):
        sys.stdout.write(f"{figure}\n")
        sys.stdout.flush()
        failed += not figure.reached
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
