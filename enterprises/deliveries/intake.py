"""Files that were handed over and are not loaded yet: kept until they are, so that whoever comes next can go on.

The upload page, the drop folder and the pull all end here. `deliveries_work` loads what waits; it may be called by
anybody, at any time, as often as he likes: an interrupted load goes on, and no delivery is loaded twice.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from enterprises.errors import DeliveryRefusedError
from enterprises.models import Delivery
from enterprises.vocabulary import source_definitions

from .formats import refuse
from .loading import Progress, load_opened, open_delivery

log = logging.getLogger(__name__)


def inbox() -> Path:
    """Readable by the store only: the files of some sources hold identity numbers."""
    folder = Path(settings.INBOX_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def kept_file(delivery: Delivery) -> Path:
    return inbox() / f"{delivery.pk}{Path(delivery.file_name).suffix.lower()}"


def receive(
    *, source: str, path: Path, as_of: date, actor: Any = None, extent: str, accept_fewer: bool = False, name: str = ""
) -> Delivery:
    """Keep a copy of the file and note the delivery; see `enterprises.services.delivery_receive`."""
    if source in source_definitions() and source_definitions()[source].compiled:
        raise refuse("compiled_source", source=source)
    delivery = open_delivery(
        source=source, path=path, as_of=as_of, actor=actor, extent=extent, accept_fewer=accept_fewer, name=name
    )
    if delivery.state == Delivery.State.LOADING:
        kept = kept_file(delivery)
        draft = kept.with_name(f".{kept.name}.{os.getpid()}")
        shutil.copyfile(path, draft)
        draft.replace(kept)
    return delivery


def waiting() -> Iterator[tuple[Delivery, Path]]:
    """Deliveries with a kept file that are not loaded, in the order of their coming."""
    for delivery in Delivery.objects.filter(state=Delivery.State.LOADING).select_related("source").order_by("pk"):
        kept = kept_file(delivery)
        if kept.exists():
            yield delivery, kept


def work(progress: Progress | None = None) -> list[Delivery]:
    """Load what waits; a refused file is marked so and its copy goes. Returns what was dealt with."""
    done = []
    for delivery, kept in waiting():
        try:
            delivery = load_opened(delivery, kept, progress)
        except FileNotFoundError:  # stopped a moment ago
            continue
        except DeliveryRefusedError as error:
            if error.problem.code == "being_loaded":
                continue
            log.warning("delivery %s of %s refused: %s", delivery.pk, delivery.source.code, error)
        except Exception:  # the others are loaded all the same; this one is tried again, and given up in the end
            log.exception("delivery %s of %s could not be loaded", delivery.pk, delivery.source.code)
            continue
        kept.unlink(missing_ok=True)
        done.append(delivery)
    return done
