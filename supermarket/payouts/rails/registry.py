"""Which rail a channel speaks. A channel is data: the name of its rail, and the bank's address or the folder."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from supermarket.payouts.models import Channel
from supermarket.payouts.models.bank import Rail
from supermarket.payouts.rails.base import PaymentRail
from supermarket.payouts.rails.batch_file.rail import BatchFileRail
from supermarket.payouts.rails.folder import DropFolder
from supermarket.payouts.rails.iso20022.folder import Iso20022FolderRail
from supermarket.payouts.rails.iso20022.http import Iso20022HttpRail


def rail_for(channel: Channel) -> PaymentRail:
    """The rail of a channel."""
    return RAILS[channel.rail](channel)


def iso20022_http(channel: Channel) -> PaymentRail:
    return Iso20022HttpRail(
        channel.address or settings.BANK_URL, settings.BANK_AUTH, timeout_seconds=settings.BANK_TIMEOUT_SECONDS
    )


def folder(channel: Channel) -> DropFolder:
    return DropFolder(Path(channel.address), settings.BANK_FOLDER_SETTLE_SECONDS)


RAILS: dict[str, Callable[[Channel], PaymentRail]] = {
    Rail.ISO20022_HTTP: iso20022_http,
    Rail.ISO20022_FOLDER: lambda channel: Iso20022FolderRail(folder(channel)),
    Rail.BATCH_FILE: lambda channel: BatchFileRail(folder(channel)),
}
