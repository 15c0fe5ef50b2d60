"""Reserving for a whole list at once: the sum is taken in one step, all payers or none; the single reservations are
written afterwards in chunks, however many they are, and can never come to more than the sum that was taken.

    block_reserve   available -> reserved, one entry for the list
    block_draw      single reservations out of the block: nothing moves in the books
    block_end       what was not drawn (a claim withdrawn meanwhile) goes back: reserved -> available
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F

from supermarket.bulk import rows_copy

from .errors import AmountNotPositiveError, KeyReusedError, yuan
from .journal import accounts_of, journal_post
from .models import Appropriation, ReservationBlock
from .services import ReservationDraft, appropriation_take


@transaction.atomic
def block_reserve(*, holder: str, totals: Mapping[int, int]) -> None:
    """Take `totals` (appropriation id -> fen) on every appropriation, in the order of their ids, or none.

    Idempotent by `holder`. Raises AmountNotPositiveError, AppropriationExhaustedError, AppropriationClosedError,
    KeyReusedError.
    """
    standing = dict(ReservationBlock.objects.filter(holder=holder).values_list("appropriation", "amount_fen"))
    if standing:
        if standing != dict(totals):
            raise KeyReusedError(key=holder)
        return
    for identity in sorted(totals):
        if totals[identity] <= 0:
            raise AmountNotPositiveError(wanted=yuan(totals[identity]))
        appropriation_take(identity, totals[identity])
    ReservationBlock.objects.bulk_create(
        ReservationBlock(holder=holder, appropriation_id=identity, amount_fen=fen) for identity, fen in totals.items()
    )
    block_post(holder, totals, kind="reserved", sign=+1)


@transaction.atomic
def block_draw(*, holder: str, reservations: Sequence[ReservationDraft]) -> None:
    """Write single reservations out of the block. The CHECK of the block refuses more than was taken."""
    totals: Counter[int] = Counter()
    for draft in reservations:
        totals[draft.appropriation_id] += draft.amount_fen
    for identity in sorted(totals):
        rows = ReservationBlock.objects.filter(holder=holder, appropriation=identity, ended=False)
        if not rows.update(drawn_fen=F("drawn_fen") + totals[identity]):
            raise KeyReusedError(key=holder)
    columns = ("holder", "appropriation_id", "amount_fen", "stage")
    rows_copy(
        "ledger_reservation",
        columns,
        [(each.holder, each.appropriation_id, each.amount_fen, "reserved") for each in reservations],
    )


@transaction.atomic
def block_end(*, holder: str) -> None:
    """Nothing more is drawn: the rest is free again. Harmless when called again, or where there is no block."""
    left = {}
    for block in ReservationBlock.objects.select_for_update().filter(holder=holder, ended=False).order_by("pk"):
        if rest := block.amount_fen - block.drawn_fen:
            left[block.appropriation_id] = rest
            Appropriation.objects.filter(pk=block.appropriation_id).update(reserved_fen=F("reserved_fen") - rest)
    ReservationBlock.objects.filter(holder=holder, ended=False).update(ended=True)
    block_post(holder, left, kind="released", sign=-1)


def block_post(holder: str, totals: Mapping[int, int], *, kind: str, sign: int) -> None:
    """One entry for the list: reserved against available, of every payer."""
    accounts = accounts_of(totals, ("reserved", "available"))
    postings = [
        (accounts[identity, role], side * sign * fen)
        for identity, fen in totals.items()
        for role, side in (("reserved", +1), ("available", -1))
    ]
    if postings:
        journal_post(key=f"{kind}:{holder}", kind=kind, postings=postings, reference={"holder": holder})
