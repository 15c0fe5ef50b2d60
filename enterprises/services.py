"""What may be done with data. The work is in the modules; these are the doors."""

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from .deliveries import drop_folder, intake, loading, withdrawing
from .effects import Effect
from .models import Delivery
from .sources import pulling

__all__ = ["deliveries_collect", "deliveries_work", "delivery_load", "delivery_receive", "delivery_withdraw"]


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
    """Load a department's file at once. The same file for the same date is one delivery, however often it comes.

    Good rows go in; each bad row is kept as a DeliveryReject with its reasons. Nothing counts before all of it is in.
    An interrupted load goes on when the same file is loaded again.
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


def delivery_receive(
    *,
    source: str,
    path: Path,
    as_of: date,
    actor: Any = None,
    extent: str = Delivery.Extent.WHOLE,
    accept_fewer: bool = False,
    name: str = "",
) -> Delivery:
    """Keep a department's file and return at once; `deliveries_work` loads it. `name`: the file's own name.

    Raises DeliveryRefusedError for what can be told without reading the file.
    """
    return intake.receive(
        source=source, path=path, as_of=as_of, actor=actor, extent=extent, accept_fewer=accept_fewer, name=name
    )


def deliveries_work(*, progress: loading.Progress | None = None) -> list[Delivery]:
    """Load what was received and is not in yet, interrupted loads too."""
    return intake.work(progress)


def deliveries_collect() -> list[Delivery]:
    """Receive what lies in the drop folder and what departments offer for pulling."""
    dropped = drop_folder.take(settings.DROP_DIR)
    pulled, _ = pulling.pull()
    return [*dropped, *pulled]


def delivery_withdraw(*, delivery: Delivery, actor: Any, reason: str) -> list[Effect]:
    """Take a loaded delivery back: from now on its records are not known any more.

    What was decided with them stands and can still be replayed; it is returned as a list to be looked at.
    Raises EnterprisesError.
    """
    return withdrawing.withdraw(delivery, actor, reason)
