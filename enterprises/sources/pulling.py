"""Asks every adapter for what is new and receives it."""

import logging
from collections.abc import Mapping
from pathlib import PurePosixPath

from enterprises.deliveries.intake import inbox, receive
from enterprises.errors import EnterprisesError
from enterprises.models import Delivery

from .adapters import Offer, SourceAdapter, adapters

log = logging.getLogger(__name__)


def pull(sources: Mapping[str, SourceAdapter] | None = None) -> tuple[list[Delivery], dict[str, EnterprisesError]]:
    """Receive what is new; a source that fails does not keep the others. Returns deliveries and failures by source."""
    received: list[Delivery] = []
    failures: dict[str, EnterprisesError] = {}
    for source, adapter in (adapters() if sources is None else sources).items():
        try:
            for offer in adapter.offers():
                if not known(source, offer):
                    received.append(bring(source, adapter, offer))
        except EnterprisesError as error:
            log.warning("pulling %s failed: %s", source, error)
            failures[source] = error
    return received, failures


def known(source: str, offer: Offer) -> bool:
    """Was this very file delivered for that day, however that ended?"""
    return Delivery.objects.filter(source__code=source, as_of=offer.as_of, sha256=offer.sha256).exists()


def bring(source: str, adapter: SourceAdapter, offer: Offer) -> Delivery:
    target = inbox() / f"pulled-{source}-{offer.sha256[:16]}{PurePosixPath(offer.file).suffix.lower()}"
    adapter.fetch(offer, target)
    try:
        return receive(
            source=source, path=target, as_of=offer.as_of, extent=offer.extent, name=PurePosixPath(offer.file).name
        )
    finally:
        target.unlink(missing_ok=True)
