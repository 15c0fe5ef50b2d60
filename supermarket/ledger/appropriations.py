"""Granting, raising, cutting and closing appropriations: each is a movement with its document and its entry."""

from django.db import transaction
from django.db.models import F

from policies.models import Policy
from supermarket.users.models import User

from .errors import AmountNotPositiveError, AppropriationClosedError, AppropriationCutTooDeepError, yuan
from .journal import account, journal_post
from .models import Appropriation, AppropriationMovement, LedgerAccount

Kind = AppropriationMovement.Kind
BUDGET_ROLES = ("granted", "available", "reserved", "in_transit", "spent")


@transaction.atomic
def appropriation_grant(
    *,
    payer: str,
    fiscal_year: int,
    amount_fen: int,
    document: str,
    actor: User,
    key: str,
    policy: Policy | None = None,
    pool: str = "",
) -> Appropriation:
    """Set money aside: opens the appropriation with its accounts if it is not there, and grants. Idempotent by key.

    `payer`: division code of who pays. Give `policy` or `pool`, not both.
    Raises AmountNotPositiveError, AppropriationClosedError.
    """
    appropriation, made = Appropriation.objects.get_or_create(
        payer=payer, policy=policy, pool=pool, fiscal_year=fiscal_year
    )
    if made:
        for role in BUDGET_ROLES:
            account(role, f"appropriation:{appropriation.pk}", appropriation=appropriation)
    return appropriation_move(
        appropriation, kind=Kind.GRANTED, amount_fen=amount_fen, document=document, actor=actor, key=key
    )


def appropriation_raise(
    *, appropriation: Appropriation, amount_fen: int, document: str, actor: User, key: str
) -> Appropriation:
    """Add money. Raises AmountNotPositiveError, AppropriationClosedError."""
    return appropriation_move(
        appropriation, kind=Kind.RAISED, amount_fen=amount_fen, document=document, actor=actor, key=key
    )


def appropriation_cut(
    *, appropriation: Appropriation, amount_fen: int, document: str, actor: User, key: str
) -> Appropriation:
    """Take money back, never below what is reserved and spent: raises AppropriationCutTooDeepError."""
    return appropriation_move(
        appropriation, kind=Kind.CUT, amount_fen=amount_fen, document=document, actor=actor, key=key
    )


@transaction.atomic
def appropriation_move(
    appropriation: Appropriation, *, kind: Kind, amount_fen: int, document: str, actor: User, key: str
) -> Appropriation:
    """One movement: the sum, the postings and the row in one transaction. `amount_fen` is positive; a cut subtracts."""
    if amount_fen <= 0:
        raise AmountNotPositiveError(wanted=yuan(amount_fen))
    row = Appropriation.objects.select_for_update().get(pk=appropriation.pk)
    signed_fen = -amount_fen if kind == Kind.CUT else amount_fen
    roles = {role: LedgerAccount.objects.get(appropriation=row, role=role) for role in ("granted", "available")}
    entry = journal_post(
        key=f"appropriation:{key}",
        kind=f"appropriation_{kind}",
        postings=[(roles["available"], signed_fen), (roles["granted"], -signed_fen)],
        reference={"appropriation": row.pk, "document": document},
    )
    if AppropriationMovement.objects.filter(entry=entry).exists():
        return row
    if row.state != Appropriation.State.OPEN:
        raise AppropriationClosedError(appropriation=str(row))
    if row.available_fen + signed_fen < 0:
        raise AppropriationCutTooDeepError(
            appropriation=str(row), available=yuan(row.available_fen), wanted=yuan(amount_fen)
        )
    Appropriation.objects.filter(pk=row.pk).update(granted_fen=F("granted_fen") + signed_fen)
    AppropriationMovement.objects.create(
        appropriation=row, kind=kind, amount_fen=signed_fen, document=document, actor=actor, entry=entry
    )
    row.refresh_from_db()
    return row
