"""One holder's reservations shared with another: who holds changes, how much is reserved does not."""

from collections.abc import Mapping

from django.db import transaction

from .errors import ReservationNotFoundError
from .models import Reservation

Stage = Reservation.Stage


@transaction.atomic
def reservation_split(*, holder: str, other: str, parts: Mapping[str, int]) -> None:
    """`parts` (payer -> fen) of what `holder` has reserved is `other`'s from now on. Nothing is entered in the books:
    the appropriations' sums stay as they are. Raises ReservationNotFoundError where a payer has not so much reserved
    for the holder."""
    rows = Reservation.objects.select_for_update(of=("self",)).filter(holder=holder, stage=Stage.RESERVED)
    standing = {row.appropriation.payer: row for row in rows.select_related("appropriation").order_by("pk")}
    drafts = []
    for payer, fen in parts.items():
        row = standing.get(payer)
        if row is None or not 0 < fen <= row.amount_fen:
            raise ReservationNotFoundError(stage=Stage.RESERVED, holders=f"{holder} ({payer})")
        drafts += [
            Reservation(holder=name, appropriation_id=row.appropriation_id, amount_fen=part)
            for name, part in ((other, fen), (holder, row.amount_fen - fen))
            if part
        ]
    Reservation.objects.filter(pk__in=[standing[payer].pk for payer in parts]).update(stage=Stage.RELEASED)
    Reservation.objects.bulk_create(drafts)
