"""Movements of appropriations as the claims see them: what is closed without carrying over sets claims free, and they
stand among the entitled who are not paid; new money lets those who wait go on.
"""

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from supermarket.celery import poke
from supermarket.claims.funding import reservations_release
from supermarket.claims.models import Claim
from supermarket.claims.states import ClaimState
from supermarket.ledger.asking import movement_carry_out
from supermarket.ledger.errors import AppropriationHeldError
from supermarket.ledger.models import Appropriation, AppropriationMovement, MovementRequest, Reservation
from supermarket.users.models import User

# Money is reserved and nothing has been released: these may wait for the next money.
MAY_WAIT = (
    ClaimState.APPROVED,
    ClaimState.ON_NOTICE,
    ClaimState.OBJECTED,
    ClaimState.AWAITING_CONFIRMATION,
    ClaimState.CONFIRMED,
)


@transaction.atomic
def request_confirm(*, request: MovementRequest, actor: User) -> Appropriation:
    """The second person confirms a movement, and it takes place with all that follows for claims.

    Raises what `ledger.asking.movement_carry_out` raises, and AppropriationHeldError.
    """
    Appropriation.objects.select_for_update().get(pk=request.appropriation_id)
    closing = request.kind == AppropriationMovement.Kind.CLOSED
    if closing and request.reserved_to == MovementRequest.ReservedTo.UNPAID:
        claims_set_free(request.appropriation, request.key)
    appropriation = movement_carry_out(request=request, actor=actor)
    poke("claims.sweep")
    return appropriation


def claims_set_free(appropriation: Appropriation, key: str) -> None:
    """The claims that hold money of it give it back, on every payer's, and wait: those of a run for a supplementary
    one, the others in the queue."""
    reserved = Reservation.objects.filter(appropriation=appropriation, stage=Reservation.Stage.RESERVED)
    holders = reserved.values_list("holder", flat=True)
    ids = sorted({int(holder.split(":")[1]) for holder in holders})
    locked = dict(Claim.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", "state"))
    if released := [pk for pk, state in locked.items() if state not in MAY_WAIT]:
        raise AppropriationHeldError(appropriation=str(appropriation), count=len(released))
    reservations_release(ids, key=key)
    Claim.objects.filter(pk__in=ids).update(waits_for_money=True, left_run=Coalesce(F("run"), F("left_run")), run=None)
