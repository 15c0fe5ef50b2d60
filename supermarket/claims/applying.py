"""Apply and enjoy: one click, a decision by machine, and money on its way. One transaction: all of it or nothing.

Second clicks and second tabs meet at the unique index of live claims: the second INSERT waits for the first transaction
and is then told of its claim. A replayed request finds the claim by its idempotency key.
"""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from enterprises.accounts import account_frozen, account_usable
from enterprises.models import Beneficiary, PayeeAccount
from policies.definition import DeliveryMode, Pay, Payer
from supermarket import dates
from supermarket.celery import poke
from supermarket.claims.accounts import represents
from supermarket.claims.approving import claim_approve
from supermarket.claims.calendar import DAY, term_last_day
from supermarket.claims.deciding import Case, claim_decide, decision_check, decision_on, screening_check
from supermarket.claims.decision import Decision
from supermarket.claims.errors import (
    AccountMissingError,
    AccountNotYoursError,
    AlreadyClaimedError,
    CommitmentMissingError,
    NotRepresentedError,
    PeriodClosedError,
    PolicyNotClaimableError,
    RequestReusedError,
)
from supermarket.claims.models import Claim
from supermarket.claims.moves import claim_move
from supermarket.claims.states import CLAIM_ENDS, ClaimState
from supermarket.matching.catalogue import StoreCatalogue, store_catalogue
from supermarket.matching.periods import Offer, offer_for
from supermarket.users.models import User


@dataclass(frozen=True)
class Request:
    """Who applies for what. `account`: which payee account (None: the one in use)."""

    beneficiary: Beneficiary
    policy_code: str
    period: str
    actor: User
    day: date
    idempotency_key: str | None
    account: PayeeAccount | None


def claim_apply(
    *,
    beneficiary: Beneficiary,
    policy_code: str,
    period: str,
    actor: User,
    commitment_accepted: bool,
    idempotency_key: str | None = None,
    account: PayeeAccount | None = None,
    day: date | None = None,
) -> Claim:
    """Apply for a policy and period. The claim comes back released (money is on its way), in review (an official
    decides), or submitted with `waits_for_money` (the appropriation is used up and the policy lets claims queue).

    `idempotency_key`: the same key with the same content is the same claim; with another content RequestReusedError.
    Anything that is refused raises a ClaimError (or AppropriationExhaustedError …) with its reason, and nothing stays.
    """
    request = Request(beneficiary, policy_code, period, actor, day or dates.today(), idempotency_key or None, account)
    if not represents(actor, beneficiary):
        raise NotRepresentedError(beneficiary=beneficiary.name)
    if (earlier := _earlier(request)) is not None:
        return earlier
    if not commitment_accepted:
        raise CommitmentMissingError
    catalogue = store_catalogue()
    offer = offer_open(catalogue, request)
    try:
        with transaction.atomic():
            claim = _apply(request, offer, catalogue)
    except AlreadyClaimedError:
        if (same := _earlier(request)) is None:
            raise
        return same
    poke("payouts.work")
    return claim


def _earlier(request: Request) -> Claim | None:
    """The claim that this very request made before."""
    if request.idempotency_key is None:
        return None
    rows = Claim.objects.select_related("policy").filter(
        beneficiary=request.beneficiary, idempotency_key=request.idempotency_key
    )
    found = rows.first()
    if found is not None and (found.policy.code, found.period) != (request.policy_code, request.period):
        raise RequestReusedError(claim=found.pk)
    return found


def offer_open(catalogue: StoreCatalogue, request: Request) -> Offer:
    """The version that takes the claim. Raises PolicyNotClaimableError, PeriodClosedError."""
    code = request.policy_code
    offers = catalogue.offers(request.day, request.beneficiary.kind)
    found = [offer for offer in offers if offer.version.policy.code == code]
    if not found:
        raise PolicyNotClaimableError(
            policy=code, because_zh="不在有效期或不面向您", because_en="it is not in force, or not for you"
        )
    for offer in found:
        definition = offer.version.parsed
        why = None
        if definition.paid_by is not Payer.HERE or definition.pay is Pay.NEVER:
            why = ("由其他部门兑现", "it is paid elsewhere")
        elif definition.delivery is DeliveryMode.NO_APPLICATION and definition.also_by_application is None:
            why = ("免申即享，无需申请", "it comes without an application")
        if why is not None:
            raise PolicyNotClaimableError(policy=code, because_zh=why[0], because_en=why[1])
        if request.period in offer.periods_open:
            return offer_for(offer.version, request.period, request.day)
    openings = sorted({period for offer in found for period in offer.periods_open})
    raise PeriodClosedError(policy=code, period=request.period, open="、".join(openings) or "-")


def _apply(request: Request, offer: Offer, catalogue: StoreCatalogue) -> Claim:
    known, first = decision_on(offer, request.beneficiary, request.day, timezone.now(), catalogue)
    screening_check(request.beneficiary, known, request.day)
    decision_check(first)
    claim = claim_draft(request, first, payee_account(request))
    decision = claim_decide(Case.of(claim, first, known, catalogue), catalogue, actor=request.actor)
    claim = claim_move(claim, before=(ClaimState.DRAFTED,), to=ClaimState.SUBMITTED, actor=request.actor)
    definition = offer.version.parsed
    if definition.pool is not None:
        return claim  # shared out when the list is closed
    if definition.delivery is DeliveryMode.TIME_LIMITED or definition.pay is Pay.AFTER_DECISION:
        return claim_move(claim, before=(ClaimState.SUBMITTED,), to=ClaimState.IN_REVIEW, actor=None)
    return claim_approve(claim, decision, catalogue, actor=None)


def claim_draft(request: Request, decision: Decision, account: PayeeAccount) -> Claim:
    """Enter the claim, or be told of the one that lives."""
    offer = decision.offer
    now = timezone.now()
    promise = offer.version.parsed.promise
    try:
        with transaction.atomic():
            return Claim.objects.create(
                policy=offer.version.policy,
                policy_version=offer.version,
                beneficiary=request.beneficiary,
                period=request.period,
                occasion=decision.occasion,
                idempotency_key=request.idempotency_key,
                commitment_accepted_at=now,
                account=account_frozen(account),
                due_on=None if promise is None else term_last_day(request.day + DAY, promise),
                created_at=now,
                moved_at=now,
                moved_by=request.actor,
            )
    except IntegrityError:
        rows = Claim.objects.filter(
            policy=offer.version.policy,
            beneficiary=request.beneficiary,
            period=request.period,
            occasion=decision.occasion,
        )
        alive = rows.exclude(state__in=CLAIM_ENDS).first()
        if alive is None:
            raise
        raise AlreadyClaimedError(claim=alive.pk) from None


def payee_account(request: Request) -> PayeeAccount:
    """Raises AccountMissingError, AccountNotYoursError."""
    usable = account_usable(beneficiary=request.beneficiary)
    if request.account is not None and (usable is None or usable.pk != request.account.pk):
        raise AccountNotYoursError(beneficiary=request.beneficiary.name)
    if usable is None:
        raise AccountMissingError
    return usable
