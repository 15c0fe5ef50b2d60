"""Taking a delivery back."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from enterprises.effects import Effect, Use, effects_of, just_before
from enterprises.errors import EnterprisesError
from enterprises.models import Delivery


def withdraw(delivery: Delivery, actor: Any, reason: str) -> list[Effect]:
    """See `enterprises.services.delivery_withdraw`."""
    if not reason.strip():
        raise EnterprisesError("say why the delivery is withdrawn")
    with transaction.atomic():
        row = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if row.state != Delivery.State.LOADED:
            raise EnterprisesError(f"only a loaded delivery can be withdrawn; this one is {row.state}")
        row.state = Delivery.State.WITHDRAWN
        row.withdrawn_at = timezone.now()
        row.withdrawn_by = actor
        row.withdrawn_because = reason.strip()
        row.save()
    delivery.refresh_from_db()
    return effects_of(Use(deliveries=frozenset([delivery.pk]), before=just_before(row.withdrawn_at)))
