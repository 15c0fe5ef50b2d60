"""One payout moved by a person or a sweeper, under its lock."""

from collections.abc import Mapping

from django.db import transaction

from supermarket.payouts import clock
from supermarket.payouts.errors import PayoutStateError
from supermarket.payouts.models import Payout
from supermarket.payouts.states import PAYOUT_MOVES, PayoutState
from supermarket.users.models import User


@transaction.atomic
def payout_move(payout: Payout, state: PayoutState, actor: User | None, reason: Mapping[str, str]) -> Payout:
    """Raises PayoutStateError while an instruction is out, and where the move is not legal."""
    row = Payout.objects.select_for_update().get(pk=payout.pk)
    if state not in PAYOUT_MOVES[row.state] or row.state == PayoutState.PAYING:
        raise PayoutStateError(payout=row.pk, state=row.state, wanted=state)
    row.state, row.moved_at, row.moved_by, row.reason = state, clock.now(), actor, reason
    row.available_at = row.moved_at
    row.save(update_fields=["state", "moved_at", "moved_by", "reason", "available_at"])
    return row
