"""The audit chain: seals over every history, and what is put outside the database to hold them by.

A block covers, in every table that inherits `AppendOnly`, the rows of the transactions from one horizon to the next.
The horizon is the oldest transaction that may still be running when the block is made: all before it have ended, so
that no row can come in under a seal, however low its id and however late its commit.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from supermarket.ledger.history import AppendOnly
from supermarket.payouts.models import AuditBlock

FIRST = "0" * 64
LOCK = 7_340_200  # advisory: one sealer at a time
FOR_EVER = 2**63 - 1


def histories() -> dict[str, list[str]]:
    """Table -> columns of every history, in a fixed order."""
    models = [model for model in apps.get_models() if issubclass(model, AppendOnly)]
    return {
        model._meta.db_table: [str(field.column) for field in model._meta.concrete_fields]
        for model in sorted(models, key=lambda model: model._meta.db_table)
    }


@transaction.atomic
def blocks_seal() -> AuditBlock | None:
    """Seal what was written since the last block, and anchor the head. None if there is nothing new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SELECT system_identifier FROM pg_control_system()")
        (database,) = cursor.fetchone()
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (horizon,) = cursor.fetchone()
    last = AuditBlock.objects.order_by("-number").first()
    if last is not None and last.database != database and last.horizon_until != FOR_EVER:
        block = block_at_change(last)
    else:
        block = block_next(last, database, horizon)
    if not any(table["rows"] for table in block.tables.values()) and block.horizon_until != FOR_EVER:
        return None
    block.save(force_insert=True)
    transaction.on_commit(lambda: anchor_write(block))
    return block


def block_next(last: AuditBlock | None, database: int, horizon: int) -> AuditBlock:
    start = last.horizon_until if last and last.horizon_until != FOR_EVER else 0
    tables: dict[str, dict[str, Any]] = {}
    for table, columns in histories().items():
        before = last.tables.get(table, {}) if last else {}
        tables[table] = {"columns": columns, "after": before.get("until", before.get("after", 0))}
    return block_fill(last, database, start, horizon, tables)


def block_at_change(last: AuditBlock) -> AuditBlock:
    """The data was carried into another server, which counts transactions anew: everything that is not sealed goes into
    one block that is told by ids, and the next block starts behind it."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(histories())} IN SHARE MODE")  # nobody is in the middle of writing
        tables: dict[str, dict[str, Any]] = {}
        for table, columns in histories().items():
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            (newest,) = cursor.fetchone()
            before = last.tables.get(table, {"after": 0, "newest": 0})
            tables[table] = {"columns": columns, "after": before["after"], "beyond": before["newest"], "until": newest}
    return block_fill(last, last.database, last.horizon_until, FOR_EVER, tables)


def block_fill(
    last: AuditBlock | None, database: int, horizon_from: int, horizon_until: int, tables: dict[str, dict[str, Any]]
) -> AuditBlock:
    """A block with the digests of its rows, not saved yet."""
    block = AuditBlock(
        number=last.number + 1 if last else 1,
        database=database,
        horizon_from=horizon_from,
        horizon_until=horizon_until,
        tables=tables,
        previous=last.digest if last else FIRST,
        sealed_at=timezone.now(),
    )
    for table, entry in tables.items():
        entry["rows"], entry["newest"], entry["sha256"] = rows_digest(table, block, entry.get("until", FOR_EVER))
        entry["newest"] = max(entry["newest"], last.tables.get(table, {}).get("newest", 0) if last else 0)
    block.digest = block_digest(block)
    return block


def rows_digest(table: str, block: AuditBlock, last_id: int = FOR_EVER) -> tuple[int, int, str]:
    """(number of rows, highest id, SHA-256) of a block's rows of one table, streamed from the database.

    `last_id`: the highest id that was written on the block's server, if another one followed.
    """
    entry = block.tables[table]
    columns = ", ".join(f'"{column}"' for column in entry["columns"])
    told_by = "id > %(beyond)s OR transaction_id >= %(low)s" if "beyond" in entry else "transaction_id >= %(low)s"
    where = f"({told_by}) AND transaction_id < %(high)s AND id > %(after)s AND id <= %(last_id)s"
    values = {**entry, "low": block.horizon_from, "high": block.horizon_until, "last_id": last_id}
    digest, rows, newest = hashlib.sha256(), 0, 0
    with transaction.atomic(), connection.cursor() as cursor:
        # Dates and numbers are digested as text: in one form, whatever the session's settings are.
        cursor.execute("SET LOCAL TIME ZONE 'UTC'; SET LOCAL datestyle = 'ISO, YMD'")
        query = cursor.mogrify(f"SELECT id, {columns} FROM {table} WHERE {where} ORDER BY id", values)
        with cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
            for line in copy:
                text = bytes(line)
                digest.update(text)
                rows += 1
                newest = max(newest, int(text.split(b"\t", 1)[0]))
    return rows, newest, digest.hexdigest()


def block_digest(block: AuditBlock) -> str:
    said = [block.number, block.database, block.horizon_from, block.horizon_until, block.tables, block.previous]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def chain_verify() -> Iterator[str]:
    """Every difference between the seals and what they seal, in words."""
    previous = FIRST
    change = AuditBlock.objects.filter(horizon_until=FOR_EVER).aggregate(Max("number"))["number__max"] or 0
    for number, block in enumerate(AuditBlock.objects.order_by("number").iterator(chunk_size=100), 1):
        if block.number != number or block.previous != previous or block.digest != block_digest(block):
            yield f"block {block.number} does not fit into the chain"
            return
        for table, entry in block.tables.items():
            # The transactions of another server are told from ours by their ids; see block_at_change.
            last_id = entry.get("until", entry["newest"]) if number <= change else FOR_EVER
            rows, _, sha256 = rows_digest(table, block, last_id)
            if (rows, sha256) != (entry["rows"], entry["sha256"]):
                yield f"block {block.number}: {table} has {rows} rows, {entry['rows']} were sealed; or some changed"
        previous = block.digest


def anchor_write(block: AuditBlock) -> None:
    """Add the head to the day's file outside the database: whoever changes the database cannot change what lies there.

    `chain` is the digest of block 1: by it, an older state of this chain is told from another chain.
    """
    day = timezone.localdate(block.sealed_at)
    chain = AuditBlock.objects.order_by("number").values_list("digest", flat=True)[0]
    line = json.dumps({"day": str(day), "number": block.number, "digest": block.digest, "chain": chain})
    folder = Path(settings.ANCHOR_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{day}.jsonl").open("a") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def anchors(*, days: int | None = None) -> list[dict[str, Any]]:
    """The heads outside the database, oldest first; of the last `days` that have any, or of all."""
    files = sorted(Path(settings.ANCHOR_DIR).glob("*.jsonl"))[-days if days else 0 :]
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def anchors_verify() -> Iterator[str]:
    """Every anchor that the chain does not bear out."""
    digests = dict(AuditBlock.objects.values_list("number", "digest"))
    for anchor in anchors():
        found = digests.get(anchor["number"])
        if found is None:
            yield f"an anchor of {anchor['day']} names block {anchor['number']}, which is not there"
        elif found != anchor["digest"]:
            yield f"an anchor of {anchor['day']} differs from block {anchor['number']}"


def anchor_ahead() -> dict[str, Any] | None:
    """The newest anchor of this very chain, if the chain does not reach it: the database is older than that."""
    first = AuditBlock.objects.order_by("number").first()
    last = AuditBlock.objects.order_by("-number").first()
    ours = [each for each in anchors(days=1) if first is not None and each["chain"] == first.digest]
    newest = max(ours, key=lambda each: each["number"], default=None)
    if newest is None or last is None or newest["number"] < last.number:
        return None
    return None if (newest["number"], newest["digest"]) == (last.number, last.digest) else newest
