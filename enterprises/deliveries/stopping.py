"""Stopping a load by hand: the wrong file, the wrong day."""

from typing import Any

from django.db import transaction

from enterprises.errors import EnterprisesError
from enterprises.models import Delivery

from .intake import kept_file
from .problems import problem


def stop(delivery: Delivery, actor: Any) -> None:
    """See `enterprises.services.delivery_stop`. A load that is under way notices before its next chunk."""
    with transaction.atomic():
        row = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if row.state != Delivery.State.LOADING:
            raise EnterprisesError(f"only a load can be stopped; this delivery is {row.state}")
        row.state = Delivery.State.REFUSED
        row.remarks = [{**problem("stopped").as_data(), "value": str(actor or "")}]
        row.save(update_fields=["state", "remarks"])
    kept_file(row).unlink(missing_ok=True)
    delivery.refresh_from_db()
