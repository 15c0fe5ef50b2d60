"""Files of eight departments into the database, beside a bare COPY of the same rows into tables with the same keys."""

from pathlib import Path

from django.db import connection, transaction

from enterprises.models import Delivery
from enterprises.services import delivery_load
from enterprises.town.making import TownFile, town_files

from .data_common import REFERENCE, SOURCES, Figure, seconds

# Same columns, checks, keys, indexes and references as the tables that a load writes to.
BARE_RECORD = """
CREATE TABLE bare_record (LIKE enterprises_record INCLUDING ALL);
ALTER TABLE bare_record
    ADD FOREIGN KEY (delivery_id) REFERENCES enterprises_delivery DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (beneficiary_id) REFERENCES enterprises_beneficiary DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE bare_beneficiary (LIKE enterprises_beneficiary INCLUDING ALL);
ALTER TABLE bare_beneficiary ALTER id DROP IDENTITY IF EXISTS,
    ADD FOREIGN KEY (succeeded_by_id) REFERENCES bare_beneficiary DEFERRABLE INITIALLY DEFERRED;
"""


def town(folder: Path, *, enterprises: int, seed: int) -> dict[str, TownFile]:
    """Files of SOURCES, by source, registers first."""
    files = town_files(folder, enterprises=enterprises, persons=0, seed=seed, reference=REFERENCE)
    return {file.source: file for file in files if file.source in SOURCES}


def loading(files: dict[str, TownFile]) -> list[Figure]:
    with connection.cursor() as cursor:
        cursor.execute(BARE_RECORD)
    ours = bare = 0.0
    records = 0
    for file in files.values():
        before = last_beneficiary()
        settle()
        ours += seconds(lambda file=file: delivery_load(source=file.source, path=file.path, as_of=file.as_of))
        delivery = Delivery.objects.get(source__code=file.source)
        records += delivery.records
        if before < last_beneficiary():
            bare += copied("beneficiary", f"id > {before}")
        bare += copied("record", f"delivery_id = {delivery.pk}")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bare_record, bare_beneficiary")
    rate = f"{records:,} records in {ours:.1f} s, bare COPY {bare:.1f} s"
    return [Figure("loading 8 deliveries from files : bare COPY, speed", bare / ours, "x", 0.30, note=rate)]


def copied(table: str, where: str) -> float:
    """Seconds that a bare COPY of the rows takes, with its commit, which checks the references."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY (SELECT * FROM enterprises_{table} WHERE {where}) TO STDOUT") as copy,
    ):
        rows = b"".join(copy)
    settle()

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(f"COPY bare_{table} FROM STDIN") as copy:
            copy.write(rows)

    return seconds(write)


def last_beneficiary() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM enterprises_beneficiary")
        (last,) = cursor.fetchone()
    return int(last)


def settle() -> None:
    """Neither side pays for writing what the other has written."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
