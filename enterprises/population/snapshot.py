"""The population of a day: a row a beneficiary, a column a fact; and where each value comes from."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection
from django.utils import timezone

from enterprises.computed import add_computed
from enterprises.definitions import Audience
from enterprises.known import KnownFact
from enterprises.models import Person

from .assembly import ABSENT, Said, all_said, resolved
from .blocks import BlockStore, block_store
from .columns import Column
from .computed import COMPUTED
from .pins import Pins, pins_of

KEY = "beneficiary"
# What the computed facts are computed from.
INPUTS: Mapping[str, tuple[str, ...]] = {
    "years_since_registration": ("registered_on",),
    "msme_size": (
        "msme_size", "industry_class", "industry_division", "industry_section", "staff_count", "revenue_prev_year",
        "assets_total",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Snapshot:
    """`table`: column KEY holds ids of beneficiaries, ascending; then the facts, null = unknown."""

    pins: Pins
    table: pa.Table
    said: Mapping[str, Said]

    @property
    def ids(self) -> np.ndarray:
        ids: np.ndarray = self.table.column(KEY).chunk(0).to_numpy()
        return ids

    def table_sha256(self) -> str:
        """Digest of the table's bytes as an Arrow IPC stream."""
        sink = HashingSink()
        with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), self.table.schema) as writer:
            writer.write_table(self.table)
        return sink.digest.hexdigest()

    def known(self, rows: Sequence[int], codes: Iterable[str] | None = None) -> list[dict[str, KnownFact]]:
        """For some rows of the table what `facts_as_of` says, conflicts left out: facts with their provenance.

        `codes`: only these facts. Made for the evidence of a run: a fact a time for all rows.
        """
        wanted = {column.code for column in self.pins.columns} if codes is None else set(codes)
        read = wanted.union(*(INPUTS[code] for code in COMPUTED if code in wanted))
        found: list[dict[str, KnownFact]] = [{} for _ in rows]
        places = np.asarray(rows, np.int64)
        for column in self.pins.columns:
            if column.code in read:
                for source in column.sources:
                    self._add(found, places, column, source)
        for facts in found:
            add_computed(facts, self.pins.reference)
        return [{code: fact for code, fact in facts.items() if code in wanted} for facts in found]

    def _add(self, found: list[dict[str, KnownFact]], places: np.ndarray, column: Column, source: str) -> None:
        """What the source says of the fact, where no source before it said anything."""
        said = self.said[source]
        values = said.columns[column.code].take(pa.array(places)).to_pylist()
        which, numbers = said.which[places].tolist(), said.row_numbers[places].tolist()
        for facts, value, place, number in zip(found, values, which, numbers, strict=True):
            if value is None or column.code in facts:
                continue
            delivery = said.deliveries[place]
            facts[column.code] = KnownFact(
                code=column.code,
                value=value_from_arrow(column, value),
                source=source,
                as_of=delivery.as_of,
                delivery_id=delivery.id,
                row_number=None if number == ABSENT else number,
                absent=number == ABSENT,
            )


class PopulationChangedError(Exception):
    """What a population was pinned to is no longer there."""


class HashingSink:
    """A file that keeps only the digest of what is written to it."""

    closed = False

    def __init__(self) -> None:
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass


def value_from_arrow(column: Column, value: Any) -> Any:
    """The value of the rule language behind one of the table; the same as `value_from_stored` gives."""
    match column.kind:
        case "decimal" | "ratio":
            return Decimal(f"{value:f}".rstrip("0").rstrip("."))
        case "tags":
            return frozenset(value)
        case "items":
            fields = {field.code: field for field in column.fields}
            return [
                {code: value_from_arrow(fields[code], one) for code, one in item.items() if one is not None}
                for item in value
            ]
        case _:
            return value


def population_as_of(
    *, audience: Audience, reference: date, known_at: datetime | None = None, store: BlockStore | None = None
) -> Snapshot:
    """The facts of everybody of an audience as of a day, as known at a moment (default: now)."""
    return population_from_pins(
        pins_of(audience=audience, reference=reference, known_at=known_at or timezone.now()), store
    )


def population_from_pins(pins: Pins, store: BlockStore | None = None) -> Snapshot:
    """The same pins give the same table, byte for byte; but of persons who were erased since nothing is known."""
    axis, silent = axis_of(pins)
    said = all_said(pins, axis, silent, store or block_store())
    arrays = {column.code: resolved(column.code, [said[one] for one in column.sources]) for column in pins.columns}
    computed = {
        code: compute(arrays, pins.reference)
        for code, compute in COMPUTED.items()
        if all(one in arrays for one in INPUTS[code])
    }
    table = pa.table({KEY: pa.array(axis), **arrays, **computed})
    return Snapshot(pins, table.select([KEY, *arrays]), said)


def axis_of(pins: Pins) -> tuple[np.ndarray, np.ndarray]:
    """Ids of the beneficiaries, ascending, and which of them are erased."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(id ORDER BY id) FROM enterprises_beneficiary WHERE kind = %s AND id <= %s",
            [pins.audience, pins.last_beneficiary],
        )
        (ids,) = cursor.fetchone()
    axis = np.array(ids or [], np.int64)
    if len(axis) != pins.beneficiaries:
        raise PopulationChangedError(f"pinned with {pins.beneficiaries} beneficiaries, of whom {len(axis)} are known")
    if pins.audience != "person":
        return axis, np.zeros(len(axis), bool)
    erased = Person.objects.filter(wrapped_key=None).values_list("pk", flat=True)
    return axis, np.isin(axis, np.array(list(erased), np.int64))
