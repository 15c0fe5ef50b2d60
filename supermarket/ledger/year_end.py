"""The end of a fiscal year: what is still reserved goes to the next year's appropriation, what is free lapses, and the
appropriation takes no further reservation."""

from django.db import connection, transaction
from django.db.models import F, Sum

from supermarket.users.models import User

from .appropriations import appropriation_carry_over, appropriation_move, next_year
from .errors import AppropriationInUseError, yuan
from .journal import journal_post
from .models import Appropriation, AppropriationMovement, LedgerAccount, Reservation, ReservationBlock


@transaction.atomic
def appropriation_close(
    *, appropriation: Appropriation, document: str, actor: User, confirmed_by: User, key: str
) -> Appropriation:
    """Close it. Reserved money is carried over with its reservations: whoever had it keeps it, on the next year's.

    Raises AppropriationInUseError while payments are on their way or a list is being approved, SamePersonError,
    AppropriationClosedError. To set reserved claims free instead, release them before (`claims.year_end`).
    """
    row = Appropriation.objects.select_for_update().get(pk=appropriation.pk)
    rows = Reservation.objects.filter(appropriation=row)
    in_transit_fen = rows.filter(stage=Reservation.Stage.IN_TRANSIT).aggregate(sum=Sum("amount_fen"))["sum"] or 0
    if in_transit_fen or ReservationBlock.objects.filter(appropriation=row, ended=False).exists():
        raise AppropriationInUseError(appropriation=str(row), in_transit=yuan(in_transit_fen))
    if row.reserved_fen:
        reservations_carry_over(row, document=document, actor=actor, confirmed_by=confirmed_by, key=key)
        row.refresh_from_db()
    appropriation_move(
        row,
        kind=AppropriationMovement.Kind.CLOSED,
        signed_fen=-row.available_fen,
        document=document,
        actor=actor,
        confirmed_by=confirmed_by,
        key=f"{key}:closed",
    )
    Appropriation.objects.filter(pk=row.pk).update(state=Appropriation.State.CLOSED)
    row.refresh_from_db()
    return row


def reservations_carry_over(row: Appropriation, *, document: str, actor: User, confirmed_by: User, key: str) -> None:
    """Everything reserved moves to the next year: free here, carried over, reserved there; one entry each."""
    reserved_fen = row.reserved_fen
    reserved_post(row, -reserved_fen, f"{key}:set-free")
    Appropriation.objects.filter(pk=row.pk).update(reserved_fen=F("reserved_fen") - reserved_fen)
    after = appropriation_carry_over(
        appropriation=row,
        amount_fen=reserved_fen,
        document=document,
        actor=actor,
        confirmed_by=confirmed_by,
        key=key,
    )
    Appropriation.objects.filter(pk=after.pk).update(reserved_fen=F("reserved_fen") + reserved_fen)
    reserved_post(after, reserved_fen, f"{key}:reserved-again")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH moved AS (
                UPDATE ledger_reservation SET stage = 'released' WHERE appropriation_id = %s AND stage = 'reserved'
                RETURNING holder, amount_fen
            )
            INSERT INTO ledger_reservation (holder, appropriation_id, amount_fen, stage)
            SELECT holder, %s, amount_fen, 'reserved' FROM moved
            """,
            [row.pk, next_year(row).pk],
        )


def reserved_post(row: Appropriation, signed_fen: int, key: str) -> None:
    roles = {role: LedgerAccount.objects.get(appropriation=row, role=role) for role in ("reserved", "available")}
    journal_post(
        key=key,
        kind="reservations_carried_over",
        postings=[(roles["reserved"], signed_fen), (roles["available"], -signed_fen)],
        reference={"appropriation": row.pk},
    )
