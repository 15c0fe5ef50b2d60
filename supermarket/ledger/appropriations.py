"""Granting, raising, cutting, carrying over and closing appropriations: each is a movement with its document, its entry
and two persons, one who asked (`actor`) and one who confirmed. Doors ask and confirm by `asking`."""

from django.db import transaction
from django.db.models import F

from policies.models import Policy
from supermarket.users.models import User

from .errors import (
    AmountNotPositiveError,
    AppropriationClosedError,
    AppropriationCutTooDeepError,
    SamePersonError,
    yuan,
)
from .journal import account, journal_post
from .models import Appropriation, AppropriationMovement, JournalEntry, LedgerAccount

Kind = AppropriationMovement.Kind
BUDGET_ROLES = ("granted", "available", "reserved", "in_transit", "spent")


def appropriation_open(*, payer: str, fiscal_year: int, policy: Policy | None = None, pool: str = "") -> Appropriation:
    """The appropriation with its accounts, empty if it was not there. Give `policy` or `pool`, not both."""
    appropriation, made = Appropriation.objects.get_or_create(
        payer=payer, policy=policy, pool=pool, fiscal_year=fiscal_year
    )
    if made:
        for role in BUDGET_ROLES:
            account(role, f"appropriation:{appropriation.pk}", appropriation=appropriation)
    return appropriation


def next_year(appropriation: Appropriation) -> Appropriation:
    """The same payer's appropriation for the same purpose, of the year after."""
    return appropriation_open(
        payer=appropriation.payer,
        fiscal_year=appropriation.fiscal_year + 1,
        policy=appropriation.policy,
        pool=appropriation.pool,
    )


@transaction.atomic
def appropriation_grant(
    *,
    payer: str,
    fiscal_year: int,
    amount_fen: int,
    document: str,
    actor: User,
    confirmed_by: User,
    key: str,
    policy: Policy | None = None,
    pool: str = "",
) -> Appropriation:
    """Set money aside: opens the appropriation if it is not there, and grants. Idempotent by key.

    `payer`: division code of who pays. Raises AmountNotPositiveError, AppropriationClosedError, SamePersonError.
    """
    appropriation = appropriation_open(payer=payer, fiscal_year=fiscal_year, policy=policy, pool=pool)
    return appropriation_move(
        appropriation,
        kind=Kind.GRANTED,
        signed_fen=positive(amount_fen),
        document=document,
        actor=actor,
        confirmed_by=confirmed_by,
        key=key,
    )


def appropriation_raise(
    *, appropriation: Appropriation, amount_fen: int, document: str, actor: User, confirmed_by: User, key: str
) -> Appropriation:
    """Add money. Raises AmountNotPositiveError, AppropriationClosedError, SamePersonError."""
    return appropriation_move(
        appropriation,
        kind=Kind.RAISED,
        signed_fen=positive(amount_fen),
        document=document,
        actor=actor,
        confirmed_by=confirmed_by,
        key=key,
    )


def appropriation_cut(
    *, appropriation: Appropriation, amount_fen: int, document: str, actor: User, confirmed_by: User, key: str
) -> Appropriation:
    """Take money back, never below what is reserved and spent: raises AppropriationCutTooDeepError."""
    return appropriation_move(
        appropriation,
        kind=Kind.CUT,
        signed_fen=-positive(amount_fen),
        document=document,
        actor=actor,
        confirmed_by=confirmed_by,
        key=key,
    )


@transaction.atomic
def appropriation_carry_over(
    *, appropriation: Appropriation, amount_fen: int, document: str, actor: User, confirmed_by: User, key: str
) -> Appropriation:
    """Move free money to the next year's appropriation, which is returned. Raises AppropriationCutTooDeepError,
    AppropriationClosedError (of either)."""
    after = next_year(appropriation)
    for each, signed_fen in ((appropriation, -positive(amount_fen)), (after, amount_fen)):
        appropriation_move(
            each,
            kind=Kind.CARRIED_OVER,
            signed_fen=signed_fen,
            document=document,
            actor=actor,
            confirmed_by=confirmed_by,
            key=f"{key}:{each.fiscal_year}",
        )
    after.refresh_from_db()
    return after


def positive(amount_fen: int) -> int:
    if amount_fen <= 0:
        raise AmountNotPositiveError(wanted=yuan(amount_fen))
    return amount_fen


@transaction.atomic
def appropriation_move(
    appropriation: Appropriation,
    *,
    kind: Kind,
    signed_fen: int,
    document: str,
    actor: User,
    confirmed_by: User,
    key: str,
) -> Appropriation:
    """One movement: the sum, the postings and the row in one transaction. Raises SamePersonError,
    AppropriationClosedError, AppropriationCutTooDeepError."""
    if actor.pk == confirmed_by.pk:
        raise SamePersonError
    row = Appropriation.objects.select_for_update().get(pk=appropriation.pk)
    entry = movement_post(row, kind, signed_fen, document, key) if signed_fen else None
    if entry is not None and AppropriationMovement.objects.filter(entry=entry).exists():
        return row
    if row.state != Appropriation.State.OPEN:
        raise AppropriationClosedError(appropriation=str(row))
    if row.available_fen + signed_fen < 0:
        raise AppropriationCutTooDeepError(
            appropriation=str(row), available=yuan(row.available_fen), wanted=yuan(-signed_fen)
        )
    Appropriation.objects.filter(pk=row.pk).update(granted_fen=F("granted_fen") + signed_fen)
    AppropriationMovement.objects.create(
        appropriation=row,
        kind=kind,
        amount_fen=signed_fen,
        document=document,
        actor=actor,
        confirmed_by=confirmed_by,
        entry=entry,
    )
    row.refresh_from_db()
    return row


def movement_post(row: Appropriation, kind: Kind, signed_fen: int, document: str, key: str) -> JournalEntry:
    roles = {role: LedgerAccount.objects.get(appropriation=row, role=role) for role in ("granted", "available")}
    return journal_post(
        key=f"appropriation:{key}",
        kind=f"appropriation_{kind}",
        postings=[(roles["available"], signed_fen), (roles["granted"], -signed_fen)],
        reference={"appropriation": row.pk, "document": document},
    )
