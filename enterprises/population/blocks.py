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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

import pyarrow as pa
from django.conf import settings

from enterprises.models import Person
from enterprises.secrets import key_unwrap

from .columns import Column
from .records import read_block

LAYOUT = 1  # of the files; another number makes all of them anew
KEPT_DAYS = 60
DRAFT = ".draft"


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
