"""From a decided claim to money that is released: reserved, on notice and confirmed where the policy says so."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from policies.definition import Definition
from supermarket.claims.calendar import term_last_day
from supermarket.claims.decision import Decision
from supermarket.claims.errors import AppropriationMissingError, ClaimError, MoneyShortError
from supermarket.claims.funding import Plan, claim_reserve, plan_of, shares_enter
from supermarket.claims.instalments import parts_of
from supermarket.claims.models import Claim
from supermarket.claims.moves import claim_move
from supermarket.claims.states import ClaimState
from supermarket.ledger.errors import AppropriationClosedError, AppropriationExhaustedError, LedgerError
from supermarket.matching.catalogue import StoreCatalogue
from supermarket.users.models import User

UNDECIDED = (ClaimState.SUBMITTED, ClaimState.IN_REVIEW)
NO_MONEY = (AppropriationExhaustedError, AppropriationClosedError, AppropriationMissingError)


def claim_approve(
    claim: Claim, decision: Decision, catalogue: StoreCatalogue, *, actor: User | None, day: date | None = None
) -> Claim:
    """Reserve, approve, and go on as far as the policy lets a single claim go. Where the money is short the claim
    queues (`waits_for_money`), or MoneyShortError if the policy stops then. `day`: of the approval, whose year's money
    it takes (default: that of the decision). Raises SharesUnknownError."""
    plan = plan_of(decision, parts_of(decision, catalogue))
    day = day or decision.circumstances.day
    try:
        if queue_of(claim).exists():
            return claim_queue(claim)
        with transaction.atomic():
            claim_reserve(claim, plan, decision.definition, day)
    except NO_MONEY as error:
        return money_short(claim, decision.definition, error)
    return claim_go_on(claim, plan, decision.definition, day, actor=actor)


def queue_of(claim: Claim) -> QuerySet[Claim]:
    """Claims of the policy that wait for money and came before."""
    return Claim.objects.filter(policy=claim.policy, waits_for_money=True, pk__lt=claim.pk)


def money_short(claim: Claim, definition: Definition, error: LedgerError | ClaimError) -> Claim:
    """Queue, or refuse, as the policy says."""
    if definition.funding is not None and definition.funding.when_short == "stop":
        detail = error.message()
        raise MoneyShortError(detail_zh=detail["zh"], detail_en=detail["en"]) from error
    return claim_queue(claim)


def claim_queue(claim: Claim) -> Claim:
    claim.waits_for_money = True
    claim.save(update_fields=["waits_for_money"])
    return claim


def claim_go_on(claim: Claim, plan: Plan, definition: Definition, day: date, *, actor: User | None) -> Claim:
    """The money is reserved: approved, then on notice if the policy has one, else released."""
    shares_enter(claim, plan)
    claim = claim_move(claim, before=UNDECIDED, to=ClaimState.APPROVED, actor=actor, waits_for_money=False)
    if definition.notice is None:
        return claim_move(claim, before=(ClaimState.APPROVED,), to=ClaimState.RELEASED, actor=None)
    until = term_last_day(day, definition.notice)
    return claim_move(claim, before=(ClaimState.APPROVED,), to=ClaimState.ON_NOTICE, actor=None, notice_until=until)
