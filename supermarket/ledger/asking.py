"""Two persons for every movement of an appropriation: one asks, naming the document; another confirms or refuses."""

from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from supermarket.users.models import Role, User

from .appropriations import (
    appropriation_carry_over,
    appropriation_cut,
    appropriation_grant,
    appropriation_raise,
    positive,
)
from .errors import AlreadyDecidedError, DocumentMissingError, NotForYouError, SamePersonError
from .models import Appropriation, AppropriationMovement, AskedState, DueSettlement, MovementRequest
from .year_end import appropriation_close

Kind = AppropriationMovement.Kind
DOCUMENT_LENGTH = 200
Request = TypeVar("Request", MovementRequest, DueSettlement)


@transaction.atomic
def movement_ask(
    *,
    appropriation: Appropriation,
    kind: Kind,
    document: str,
    actor: User,
    key: str,
    amount_fen: int = 0,
    reserved_to: str = "",
) -> MovementRequest:
    """The maker of finance asks for a movement; nothing moves yet. Idempotent by `key`.

    `amount_fen` is positive whatever the kind; a closing has none, and says where reserved claims go (`reserved_to`).
    Raises NotForYouError, DocumentMissingError, AmountNotPositiveError.
    """
    asked_check(actor, document)
    if kind == Kind.CLOSED:
        reserved_to = reserved_to or MovementRequest.ReservedTo.NEXT_YEAR
        amount_fen = 0
    else:
        reserved_to = ""
        positive(amount_fen)
    request, _ = MovementRequest.objects.get_or_create(
        key=key,
        defaults={
            "appropriation": appropriation,
            "kind": kind,
            "amount_fen": amount_fen,
            "document": document.strip()[:DOCUMENT_LENGTH],
            "reserved_to": reserved_to,
            "made_by": actor,
            "made_at": timezone.now(),
        },
    )
    return request


def asked_check(actor: User, document: str) -> None:
    if actor.role != Role.FINANCE_MAKER:
        raise NotForYouError
    if not document.strip():
        raise DocumentMissingError


@transaction.atomic
def movement_carry_out(*, request: MovementRequest, actor: User) -> Appropriation:
    """The releaser of finance confirms, and the movement takes place. Asked for or confirmed twice, it is one.

    Raises NotForYouError, SamePersonError, AlreadyDecidedError, and what the movement itself refuses: then the request
    stands as before. (Doors call `claims.year_end.request_confirm`, which also looks after the claims.)
    """
    request = request_decide(request, actor, AskedState.CONFIRMED)
    appropriation = request.appropriation
    words: dict[str, Any] = {
        "document": request.document,
        "actor": request.made_by,
        "confirmed_by": actor,
        "key": request.key,
    }
    match request.kind:
        case Kind.CLOSED:
            return appropriation_close(appropriation=appropriation, **words)
        case Kind.GRANTED:
            return appropriation_grant(
                payer=appropriation.payer,
                fiscal_year=appropriation.fiscal_year,
                policy=appropriation.policy,
                pool=appropriation.pool,
                amount_fen=request.amount_fen,
                **words,
            )
    act = {
        Kind.RAISED: appropriation_raise,
        Kind.CUT: appropriation_cut,
        Kind.CARRIED_OVER: appropriation_carry_over,
    }[Kind(request.kind)]
    return act(appropriation=appropriation, amount_fen=request.amount_fen, **words)


def request_refuse(*, request: Request, actor: User, answer: str) -> Request:
    """The second person says no, and why. Raises NotForYouError, SamePersonError, AlreadyDecidedError."""
    if not answer.strip():
        raise DocumentMissingError
    return request_decide(request, actor, AskedState.REFUSED, answer.strip()[:300])


def request_decide(request: Request, actor: User, state: AskedState, answer: str = "") -> Request:
    """Move a request, once: the row is locked to the end of the transaction."""
    if actor.role != Role.FINANCE_RELEASER:
        raise NotForYouError
    if actor.pk == request.made_by_id:
        raise SamePersonError
    rows = type(request).objects.filter(pk=request.pk, state=AskedState.ASKED)
    if not rows.update(state=state, decided_by=actor, decided_at=timezone.now(), answer=answer):
        raise AlreadyDecidedError
    request.refresh_from_db()
    return request
