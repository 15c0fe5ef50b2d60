"""From blocks to one table: `enterprises.facts.facts_as_of` for everybody at once.

For each source, each beneficiary has the latest record, or, where a later whole delivery of a complete source does not
name him, absence; a stale, empty or untold fact is null. A property test holds this to `facts_as_of`.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .blocks import BlockStore, PinnedDelivery
from .columns import Column, constant, whole
from .computed import is_null
from .pins import Pins
from .records import BENEFICIARY, ROW_NUMBER

NOTHING, ABSENT = -1, -2


@dataclass(frozen=True)
class Said:
    """What one source says of everybody.

    `which`: the place of the delivery that speaks, NOTHING for none; `row_numbers`: of the record, ABSENT where the
    delivery does not name the beneficiary; `columns`: the facts by code, null where unknown.
    """

    deliveries: tuple[PinnedDelivery, ...]
    which: np.ndarray
    row_numbers: np.ndarray
    columns: Mapping[str, pa.Array]


@dataclass(frozen=True)
class Speaking:
    """For each beneficiary the delivery that speaks and the row in its block, NOTHING or ABSENT for none."""

    which: np.ndarray
    rows: np.ndarray


def speaking(
    axis: np.ndarray,
    deliveries: Sequence[PinnedDelivery],
    blocks: Sequence[pa.Table],
    complete: bool,
    silent: np.ndarray,
) -> Speaking:
    """Later deliveries outdo earlier ones. `silent`: nothing is said of them (erased persons)."""
    which, rows = np.full(len(axis), NOTHING, np.int32), np.full(len(axis), NOTHING, np.int64)
    for place, (delivery, block) in enumerate(zip(deliveries, blocks, strict=True)):
        if complete and delivery.whole:
            which[:], rows[:] = place, ABSENT
        ids = whole(block.column(BENEFICIARY)).to_numpy()
        at = np.searchsorted(axis, ids)
        in_axis = np.flatnonzero(at < len(axis))
        in_axis = in_axis[axis[at[in_axis]] == ids[in_axis]]
        which[at[in_axis]], rows[at[in_axis]] = place, in_axis
    which[silent], rows[silent] = NOTHING, NOTHING
    return Speaking(which, rows)


def source_blocks(pins: Pins, source: str, store: BlockStore) -> list[pa.Table]:
    columns, sealed = pins.columns_of(source), pins.audience == "person"
    return [store.block(source, delivery, columns, sealed=sealed) for delivery in pins.deliveries.get(source, ())]


def source_said(
    pins: Pins,
    source: str,
    blocks: Sequence[pa.Table],
    axis: np.ndarray,
    silent: np.ndarray,
    registered: np.ndarray | None = None,
) -> Said:
    """`registered`: days of registration (NaT unknown); absence from an earlier list says nothing."""
    columns, deliveries = pins.columns_of(source), pins.deliveries.get(source, ())
    spoken = speaking(axis, deliveries, blocks, source in pins.complete, silent)
    if registered is not None and deliveries:
        days = np.array([delivery.as_of for delivery in deliveries], "datetime64[D]")
        too_early = (spoken.rows == ABSENT) & (days[spoken.which] < registered)
        spoken.which[too_early], spoken.rows[too_early] = NOTHING, NOTHING
    table, index = gathered(blocks, spoken, columns)
    ages = np.array([(pins.reference - delivery.as_of).days for delivery in deliveries], np.int64)
    fresh: dict[int, pa.Array | None] = {}  # facts of one source mostly share their freshness
    for limit in {column.freshness_days for column in columns}:
        speaks = np.append(ages <= limit, False)[spoken.which]  # NOTHING is -1: the False at the end
        fresh[limit] = places(np.where(speaks, index, NOTHING), table.num_rows)
    found = {column.code: taken(whole(table.column(column.code)), fresh[column.freshness_days]) for column in columns}
    numbers = taken(whole(table.column(ROW_NUMBER)), places(index, table.num_rows))
    row_numbers = pc.fill_null(numbers, NOTHING).to_numpy()
    return Said(deliveries, spoken.which, np.where(spoken.rows == ABSENT, ABSENT, row_numbers), found)


def gathered(blocks: Sequence[pa.Table], spoken: Speaking, columns: Sequence[Column]) -> tuple[pa.Table, np.ndarray]:
    """The rows that are wanted of all blocks as one table, what it means to be absent as its last row, and for each
    beneficiary the row, NOTHING for none."""
    index = np.full(len(spoken.rows), NOTHING, np.int64)
    parts, count = [], 0
    for place, block in enumerate(blocks):
        at = np.flatnonzero((spoken.which == place) & (spoken.rows >= 0))
        if not len(at):
            continue
        if len(at) == block.num_rows:
            part, index[at] = block, count + spoken.rows[at]
        else:
            part, index[at] = block.take(pa.array(spoken.rows[at])), count + np.arange(len(at))
        parts.append(part)
        count += part.num_rows
    absent = absent_row(columns)
    if (spoken.rows == ABSENT).any() or not parts:
        index[spoken.rows == ABSENT] = count
        parts.append(absent)
    return pa.concat_tables(parts).combine_chunks(), index


def absent_row(columns: Sequence[Column]) -> pa.Table:
    values = {column.code: constant(column, column.when_absent) for column in columns}
    return pa.table({BENEFICIARY: pa.nulls(1, pa.int64()), ROW_NUMBER: pa.nulls(1, pa.int32()), **values})


def places(index: np.ndarray, rows: int) -> pa.Array | None:
    """The index as Arrow takes it, null for NOTHING; None where all rows stand in this order already."""
    nothing = index == NOTHING
    if nothing.any():
        return pa.array(index, mask=nothing)
    return None if len(index) == rows and (index == np.arange(rows)).all() else pa.array(index)


def taken(values: pa.Array, where: pa.Array | None) -> pa.Array:
    return values if where is None else values.take(where)


def all_said(pins: Pins, axis: np.ndarray, silent: np.ndarray, store: BlockStore) -> dict[str, Said]:
    """What each source says. First those that say when an enterprise was registered; the others side by side, each as
    soon as its records are there."""
    sources = list(dict.fromkeys(source for column in pins.columns for source in column.sources))
    first = [source for column in pins.columns if column.code == "registered_on" for source in column.sources]
    said = {source: source_said(pins, source, source_blocks(pins, source, store), axis, silent) for source in first}
    registered = registration_days([said[source] for source in first]) if first else None
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = {
            source: pool.submit(source_said, pins, source, source_blocks(pins, source, store), axis, silent, registered)
            for source in sources
            if source not in said
        }
        return said | {source: future.result() for source, future in waiting.items()}


def registration_days(said: Sequence[Said]) -> np.ndarray:
    days = resolved("registered_on", said)
    filled = pc.fill_null(pc.cast(days, pa.int32()), 0).to_numpy().astype("datetime64[D]")
    return np.where(is_null(days), np.datetime64("NaT"), filled)


def resolved(code: str, said: Iterable[Said]) -> pa.Array:
    """The fact as the first source has it that knows it."""
    values, *others = (one.columns[code] for one in said)
    for other in others:
        values = pc.if_else(pc.is_valid(values), values, other)
    return values
