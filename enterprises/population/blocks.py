"""One delivery's records as a columnar block: read from the database once, kept as a file by its content's hash.

A delivery never changes, so neither does its block; the records are the truth, and a block that is gone is read again.
Records of persons are sealed under a key each, and erasing a person is destroying the key: their blocks are never
written to a file.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db import connection

from enterprises.models import Person
from enterprises.secrets import key_unwrap, unseal

from .columns import Column, json_table, typed_table, whole

LAYOUT = 1  # of the files; another number makes all of them anew
KEPT_DAYS = 60
DRAFT = ".draft"
# Names that no fact has.
BENEFICIARY, ROW_NUMBER, VALUE = "#beneficiary", "#row", "#value"
PART_BENEFICIARIES = 20_000
# One text a range of beneficiaries: a message for each record would take as long as reading it.
READ = """
COPY (
    SELECT lines FROM
        generate_series(0, (SELECT max(id) FROM enterprises_beneficiary), %(step)s) AS start
    CROSS JOIN LATERAL (
        SELECT string_agg(
            concat('{{"#beneficiary":', beneficiary_id, ',"#row":', row_number, ',"#value":', {what}, '}}'), E'\n'
        ) AS lines
        FROM enterprises_record
        WHERE delivery_id = %(delivery)s AND beneficiary_id >= start AND beneficiary_id < start + %(step)s
    ) AS part
    WHERE lines IS NOT NULL
) TO STDOUT (FORMAT binary)
"""


@dataclass(frozen=True)
class PinnedDelivery:
    """A delivery as a population uses it."""

    id: int
    as_of: date
    known_from: datetime
    whole: bool
    sha256: str


@dataclass
class BlockStore:
    """Blocks of deliveries; files under `folder`, those of persons in memory for as long as the store lives."""

    folder: Path
    _sealed: dict[str, pa.Table] = field(default_factory=dict)
    _touched: set[Path] = field(default_factory=set)

    def block(self, source: str, delivery: PinnedDelivery, columns: Sequence[Column], *, sealed: bool) -> pa.Table:
        """Beneficiary and row number of each record, in order of beneficiaries, and the columns."""
        key = block_key(source, delivery, columns)
        if sealed:
            if key not in self._sealed:
                self._sealed[key] = read_block(delivery.id, columns, self._person_keys)
            return self._sealed[key]
        path = self.folder / source / f"{key}.arrow"
        if path not in self._touched:
            if path.exists():
                os.utime(path)
            else:
                write_file(path, read_block(delivery.id, columns))
            self._touched.add(path)
        with pa.memory_map(str(path)) as file:
            return pa.ipc.open_file(file).read_all()

    @cached_property
    def _person_keys(self) -> Mapping[int, bytes]:
        people = Person.objects.exclude(wrapped_key=None).values_list("pk", "wrapped_key")
        return {person: key_unwrap(wrapped) for person, wrapped in people.iterator() if wrapped is not None}

    def prune(self, *, kept_days: int = KEPT_DAYS) -> int:
        """Remove the files that nobody used for so many days; the number of files."""
        limit, count = time.time() - kept_days * 86_400, 0
        for path in self.folder.glob("*/*"):
            if path.suffix in (".arrow", DRAFT) and path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)
                count += 1
        return count


def block_store() -> BlockStore:
    return BlockStore(settings.POPULATION_DIR)


def block_key(source: str, delivery: PinnedDelivery, columns: Sequence[Column]) -> str:
    """Hash of what makes the block: the delivered file, who was known when it was loaded, and the columns."""
    made_of = [
        LAYOUT,
        source,
        delivery.sha256,
        delivery.id,
        delivery.known_from.isoformat(),
        [[column.code, str(column.type)] for column in columns],
    ]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:32]


def read_block(delivery_id: int, columns: Sequence[Column], keys: Mapping[int, bytes] | None = None) -> pa.Table:
    """The block from the records. `keys` of persons: whoever is not in it is left out."""
    tables = [
        pa.table([numbered.column(BENEFICIARY), numbered.column(ROW_NUMBER), *values.columns], names=names(columns))
        for numbered, values in (
            open_parts(delivery_id, columns) if keys is None else sealed_parts(delivery_id, columns, keys)
        )
    ]
    if not tables:
        types = [pa.int64(), pa.int32(), *(column.type for column in columns)]
        return pa.schema(list(zip(names(columns), types, strict=True))).empty_table()
    table = pa.concat_tables(tables).combine_chunks()
    ids = whole(table.column(BENEFICIARY)).to_numpy()
    if (np.diff(ids) < 0).any():
        table = table.take(pa.array(np.argsort(ids, kind="stable"))).combine_chunks()
    return table


def names(columns: Sequence[Column]) -> list[str]:
    return [BENEFICIARY, ROW_NUMBER, *(column.code for column in columns)]


def parts(delivery_id: int, what: str) -> Iterator[bytes]:
    """JSON lines of beneficiary, row number and value, PART_BENEFICIARIES of them at a time at most."""
    with connection.cursor() as cursor:
        parameters = {"delivery": delivery_id, "step": PART_BENEFICIARIES}
        with cursor.copy(READ.format(what=what), parameters) as copy:
            copy.set_types(["bytea"])  # bytes of the text as they come
            for (part,) in copy.rows():
                yield part


def open_parts(delivery_id: int, columns: Sequence[Column]) -> Iterator[tuple[pa.Table, pa.Table]]:
    values = pa.struct([(column.code, column.stored_type) for column in columns])
    schema = pa.schema([(BENEFICIARY, pa.int64()), (ROW_NUMBER, pa.int32()), (VALUE, values)])
    for part in parts(delivery_id, "values::text"):
        table = json_table(part, schema)
        stored = whole(table.column(VALUE))
        yield table, typed_table(columns, pa.Table.from_struct_array(stored))


def sealed_parts(
    delivery_id: int, columns: Sequence[Column], keys: Mapping[int, bytes]
) -> Iterator[tuple[pa.Table, pa.Table]]:
    schema = pa.schema([(BENEFICIARY, pa.int64()), (ROW_NUMBER, pa.int32()), (VALUE, pa.string())])
    for part in parts(delivery_id, """concat('"', encode(sealed, 'hex'), '"')"""):
        table = json_table(part, schema)
        table = table.filter(pc.is_in(table.column(BENEFICIARY), pa.array(list(keys), pa.int64())))
        sealed = zip(table.column(BENEFICIARY).to_pylist(), table.column(VALUE).to_pylist(), strict=True)
        lines = b"\n".join(unseal(bytes.fromhex(text), key=keys[person]) for person, text in sealed)
        if table.num_rows:
            yield table, typed_table(columns, json_table(lines, pa.schema([(c.code, c.stored_type) for c in columns])))


def write_file(path: Path, table: pa.Table) -> None:
    """Write an Arrow IPC file, whole or not at all; nobody else on the machine may read it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=path.parent, suffix=DRAFT)
    try:
        with os.fdopen(handle, "wb") as file:
            with pa.ipc.new_file(file, table.schema) as writer:
                writer.write_table(table)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
