"""The protocol of adapters, and which source has one.

An adapter lists what its department offers and fetches one file of it. Loading, checking and idempotence are not its
business: what it fetches goes the way of every delivery.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from enterprises.models import Delivery
from enterprises.vocabulary import source_definitions


@dataclass(frozen=True)
class Offer:
    """A file that a department has for us. `sha256` tells whether we have it already, and whether it came whole."""

    as_of: date
    file: str
    sha256: str
    extent: str = Delivery.Extent.WHOLE


class SourceAdapter(Protocol):
    def offers(self) -> Iterable[Offer]:
        """What there is, oldest first. Raises SourceUnreachableError."""

    def fetch(self, offer: Offer, target: Path) -> None:
        """Bring the file to `target`; goes on where an earlier try broke off. Raises SourceUnreachableError."""


def adapters() -> Mapping[str, SourceAdapter]:
    """Source code -> its adapter, for the sources that are pulled."""
    from .http import HttpAdapter

    return {
        code: HttpAdapter(
            source.pull.manifest, token=os.environ.get(source.pull.token, "") if source.pull.token else ""
        )
        for code, source in source_definitions().items()
        if source.pull is not None
    }
