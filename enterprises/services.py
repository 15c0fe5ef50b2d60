"""What may be done with data. The work is in the modules; these are the doors."""

from datetime import date
from pathlib import Path
from typing import Any

from .deliveries import loading
from .models import Delivery

__all__ = ["delivery_load"]


def delivery_load(
    *,
    source: str,
    path: Path,
    as_of: date,
    actor: Any = None,
    extent: str = Delivery.Extent.WHOLE,
    accept_fewer: bool = False,
    progress: loading.Progress | None = None,
) -> Delivery:
    """Load a department's file. The same file for the same date is one delivery, however often it is handed over.

    Good rows go in; each bad row is kept as a DeliveryReject with its reasons. Nothing counts before all of it is in.
    `extent` "supplement": the file speaks of its own rows only, also where the source is complete.
    `accept_fewer`: take a complete file also if it names less than half as many as the last one.
    `progress(done, total)` is called after each chunk. Raises DeliveryRefusedError if the file as a whole is not taken.
    """
    return loading.load(
        source=source,
        path=path,
        as_of=as_of,
        actor=actor,
        extent=extent,
        accept_fewer=accept_fewer,
        progress=progress,
    )
