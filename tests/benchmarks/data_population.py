"""The population from the database, beside a bare COPY TO of what it reads; and the facts of one beneficiary."""

import random
from dataclasses import replace

import numpy as np
from django.db import connection
from django.utils import timezone

from enterprises.models import Beneficiary, Delivery
from enterprises.population import Pins, Snapshot, block_store, population_as_of
from enterprises.population.assembly import source_blocks
from enterprises.selectors import facts_as_of
from enterprises.services import delivery_load
from enterprises.town.making import TownFile

from .data_common import CHANGED_ON, REFERENCE, SEED, Figure, forget_population, seconds

CHECKED, ASKED = 200, 500
ALL_RECORDS = "COPY (SELECT delivery_id, beneficiary_id, row_number, values FROM enterprises_record) TO STDOUT"


def population() -> Snapshot:
    return population_as_of(audience="enterprise", reference=REFERENCE, known_at=timezone.now())


def reading() -> list[Figure]:
    """The whole population, nothing kept from before."""
    snapshot = population()
    check(snapshot)
    forget_population()
    bare = seconds(copy_out)
    ours = seconds(lambda: read_columns(snapshot.pins))
    note = f"{ours:.1f} s, bare COPY TO {bare:.1f} s"
    return [Figure("records into columns : bare COPY TO, speed", bare / ours, "x", 1 / 3, note=note)]


def read_columns(pins: Pins) -> None:
    for source in pins.deliveries:
        source_blocks(pins, source, block_store())


def copy_out() -> None:
    with connection.cursor() as cursor, cursor.copy(ALL_RECORDS) as copy:
        for _ in copy:
            pass


def rebuilding(changed: TownFile) -> list[Figure]:
    """After a new delivery of one source only that one is read again."""
    forget_population()
    whole = seconds(population)
    again = seconds(population)
    path = changed.path.with_stem("changed")
    before = Delivery.objects.filter(source__code=changed.source).count()  # the same file twice is one delivery
    path.write_bytes(changed.path.read_bytes() + b"\n" * before)
    delivery_load(source=changed.source, path=path, as_of=CHANGED_ON)
    after = seconds(population)
    return [
        Figure("population after one source changed : from nothing, time", after / whole, "x", 0.25, at_least=False,
               note=f"{after:.2f} s of {whole:.2f} s"),
        Figure("population when nothing changed", again, "s"),
    ]  # fmt: skip


def one_beneficiary() -> list[Figure]:
    """Facts of one enterprise from the database, median of many."""
    picks = random.Random(SEED).sample(list(Beneficiary.objects.values_list("pk", flat=True)), ASKED)
    firms = Beneficiary.objects.in_bulk(picks).values()
    now = timezone.now()
    times = [
        seconds(lambda firm=firm: facts_as_of(beneficiary=firm, reference=REFERENCE, known_at=now)) for firm in firms
    ]
    return [
        Figure(
            "facts of one enterprise from the database, p50", float(np.median(times)) * 1e3, "ms", 2.0, at_least=False
        ),
        Figure("facts of one enterprise from the database, p99", float(np.quantile(times, 0.99)) * 1e3, "ms"),
    ]


def check(snapshot: Snapshot) -> None:
    """The same answers as one by one, on a sample."""
    rows = random.Random(SEED).sample(range(snapshot.table.num_rows), min(CHECKED, snapshot.table.num_rows))
    firms = Beneficiary.objects.in_bulk([int(snapshot.ids[row]) for row in rows])
    for row, known in zip(rows, snapshot.known(rows), strict=True):
        firm = firms[int(snapshot.ids[row])]
        each = facts_as_of(beneficiary=firm, reference=REFERENCE)
        assert known == {code: replace(fact, conflicts=()) for code, fact in each.items()}, firm
