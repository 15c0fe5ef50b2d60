"""Loads one delivery: good rows by COPY in chunks, bad rows with their reasons, visible as a whole at the end.

An interrupted load goes on where it stood when the same file is handed over again: each chunk and its place are one
transaction. Nothing of a delivery counts before its state is `loaded`.
"""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from enterprises.definitions import SourceDefinition
from enterprises.errors import DeliveryRefusedError
from enterprises.models import Delivery, Source
from enterprises.vocabulary import source_definitions

from . import register_changes, rejects
from .checking import Checked, check_sheet
from .formats import read_sheet, refuse
from .locking import alone
from .records import COLUMNS, Records, copy_lines, make_records
from .registering import register
from .resolving import Resolved, fill_newcomers, resolve

CHUNK_RECORDS = 50_000
REJECTS_KEPT_OF_REFUSED = 1000
ATTEMPTS = 3

Progress = Callable[[int, int], None]


def load(
    *,
    source: str,
    path: Path,
    as_of: date,
    actor: Any = None,
    extent: str = Delivery.Extent.WHOLE,
    accept_fewer: bool = False,
    compiled: bool = False,
    progress: Progress | None = None,
) -> Delivery:
    """Load a file; see `enterprises.services.delivery_load`. `compiled`: this store itself put the file together."""
    if source in source_definitions() and source_definitions()[source].compiled != compiled:
        raise refuse("compiled_source", source=source)
    delivery = open_delivery(
        source=source, path=path, as_of=as_of, actor=actor, extent=extent, accept_fewer=accept_fewer
    )
    return delivery if delivery.state == Delivery.State.LOADED else load_opened(delivery, path, progress)


def load_opened(delivery: Delivery, path: Path, progress: Progress | None) -> Delivery:
    """Go on with a delivery from its file, from wherever it stands."""
    definition = source_definitions()[delivery.source.code]
    with alone(delivery):
        delivery.refresh_from_db()
        if delivery.state != Delivery.State.LOADING:  # another process has just dealt with it
            return delivery
        try:
            count_attempt(delivery)
            checked = check_sheet(definition, read_sheet(path, definition), register_changes.columns(definition))
            resolved = resolve(definition, checked)
            refuse_if_mostly_wrong(checked)
            if definition.complete and not delivery.accept_fewer:
                refuse_if_shrunk(delivery, checked)
        except DeliveryRefusedError as error:
            close_refused(delivery, error)
            raise
        register(definition, resolved.newcomers)
        fill_newcomers(definition, resolved)
        records = make_records(definition, checked, resolved.ids)
        announce(delivery, checked, records)
        rejects.write(definition, delivery, checked, resolved)
        write_records(definition, delivery, records, progress)
        close_loaded(definition, delivery, checked, resolved)
    return delivery


def open_delivery(
    *, source: str, path: Path, as_of: date, actor: Any, extent: str, accept_fewer: bool, name: str = ""
) -> Delivery:
    """The delivery of this very file, or a new one. Refuses what can be refused without reading the file."""
    if source not in source_definitions():
        raise refuse("unknown_source", source=source)
    if as_of > timezone.localdate():
        raise refuse("in_the_future", as_of=as_of)
    limit, size = settings.DELIVERY_MAX_BYTES, path.stat().st_size
    if size > limit:
        raise refuse("too_large", size_mb=size >> 20, limit_mb=limit >> 20)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    row, _ = Source.objects.get_or_create(code=source)
    alive = Delivery.objects.filter(state__in=[Delivery.State.LOADING, Delivery.State.LOADED])
    delivery, _ = alive.get_or_create(
        source=row,
        as_of=as_of,
        sha256=digest,
        defaults={
            "extent": extent,
            "accept_fewer": accept_fewer,
            "file_name": (name or path.name)[-255:],
            "received_by": actor,
        },
    )
    return delivery


def refuse_if_mostly_wrong(checked: Checked) -> None:
    rejected, total = len(checked.problems) + len(checked.sheet.set_aside), checked.sheet.rows
    if rejected * 2 > total:
        error = refuse("mostly_wrong", rejected=rejected, total=total)
        error.details = {"checked": checked}
        raise error


def refuse_if_shrunk(delivery: Delivery, checked: Checked) -> None:
    """A complete file with less than half the rows of the last one would say of all others that they are out."""
    if delivery.extent != Delivery.Extent.WHOLE:
        return
    earlier = delivery.source.deliveries.filter(
        state=Delivery.State.LOADED, extent=Delivery.Extent.WHOLE, as_of__lte=delivery.as_of
    )
    last = earlier.order_by("-as_of", "-known_from").first()
    good = int(checked.good().sum())
    if last is not None and good * 2 < last.rows_total - last.rows_rejected:
        raise refuse("far_fewer", now=good, before=last.rows_total - last.rows_rejected, as_of=last.as_of)


def count_attempt(delivery: Delivery) -> None:
    """Noted before reading: a file that kills the process does so a few times at most, and then stands refused."""
    if delivery.attempts >= ATTEMPTS:
        raise refuse("gave_up", attempts=ATTEMPTS)
    delivery.attempts += 1
    delivery.save(update_fields=["attempts"])


def announce(delivery: Delivery, checked: Checked, records: Records) -> None:
    """What is to come, for whoever watches the load."""
    with transaction.atomic():
        refuse_if_stopped(delivery)
        delivery.rows_total = checked.sheet.rows
        delivery.rows_rejected = len(checked.problems) + len(checked.sheet.set_aside)
        delivery.records = len(records)
        delivery.attempts = 0
        delivery.save(update_fields=["rows_total", "rows_rejected", "records", "attempts"])


def refuse_if_stopped(delivery: Delivery) -> None:
    """Somebody may have stopped the load (`stopping`); within a transaction: nobody does until it ends."""
    row = Delivery.objects.select_for_update().only("state").get(pk=delivery.pk)
    if row.state != Delivery.State.LOADING:
        raise refuse("stopped")


def write_records(source: SourceDefinition, delivery: Delivery, records: Records, progress: Progress | None) -> None:
    """COPY the records that are not in yet, a chunk a transaction."""
    while delivery.rows_done < len(records):
        part = records.part(delivery.rows_done, CHUNK_RECORDS)
        with transaction.atomic(), connection.cursor() as cursor:
            refuse_if_stopped(delivery)
            lines = copy_lines(source, delivery, part)
            with cursor.copy(f"COPY enterprises_record ({COLUMNS}) FROM STDIN") as copy:
                copy.write(lines)
            delivery.rows_done += len(part)
            delivery.save(update_fields=["rows_done"])
        if progress:
            progress(delivery.rows_done, len(records))


def close_refused(delivery: Delivery, error: DeliveryRefusedError) -> None:
    checked = error.details.get("checked")
    if isinstance(checked, Checked):
        delivery.rows_total = checked.sheet.rows
        delivery.rows_rejected = len(checked.problems) + len(checked.sheet.set_aside)
        source = source_definitions()[delivery.source.code]
        rejects.write(source, delivery, checked, None, REJECTS_KEPT_OF_REFUSED)
    delivery.state = Delivery.State.REFUSED
    delivery.remarks = [error.problem.as_data()]
    delivery.save()


def close_loaded(source: SourceDefinition, delivery: Delivery, checked: Checked, resolved: Resolved) -> None:
    """From here on the delivery counts. The newest one of a register also says how its enterprises are called now."""
    with transaction.atomic():
        refuse_if_stopped(delivery)
        newer = delivery.source.deliveries.filter(state=Delivery.State.LOADED, as_of__gt=delivery.as_of)
        if not newer.exists():
            joined = [one.row for one in resolved.newcomers]
            register_changes.apply(source, delivery, checked, resolved.keys, resolved.ids, joined)
        delivery.remarks = checked.remarks
        delivery.known_from = timezone.now()
        delivery.state = Delivery.State.LOADED
        delivery.save()
