"""Which rail a channel speaks."""

from django.conf import settings

from supermarket.payouts.models import Channel
from supermarket.payouts.rails.base import PaymentRail
from supermarket.payouts.rails.iso20022.http import Iso20022HttpRail


def rail_for(channel: Channel) -> PaymentRail:
    """The rail of a channel; raises KeyError for a name that is none."""
    return RAILS[channel.rail](channel)


def iso20022_http(channel: Channel) -> PaymentRail:
    return Iso20022HttpRail(
        channel.address or settings.BANK_URL, settings.BANK_AUTH, timeout_seconds=settings.BANK_TIMEOUT_SECONDS
    )


RAILS = {"iso20022-http": iso20022_http}
