"""Claims that an official decides: time-limited ones, and sums that an official enters up to the policy's amount."""

from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from policies.definition import Pay
from supermarket.celery import poke
from supermarket.claims.accounts import represents
from supermarket.claims.approving import claim_approve
from supermarket.claims.deciding import Case, case_decide, cases_lock, decision_check, decision_on, screening_check
from supermarket.claims.errors import NotAllowedError, NotRepresentedError
from supermarket.claims.evidence import evidence_make
from supermarket.claims.models import Claim, ClaimExclusion, ClaimItem
from supermarket.claims.moves import claim_move
from supermarket.claims.redeciding import decision_frozen
from supermarket.claims.states import ClaimState
from supermarket.ledger.errors import yuan
from supermarket.matching.catalogue import store_catalogue
from supermarket.users.models import Role, User

REVIEWED = (ClaimState.IN_REVIEW,)
# The applicant may take it back until it is approved.
OPEN = (ClaimState.SUBMITTED, ClaimState.IN_REVIEW, ClaimState.RETURNED_FOR_CORRECTION)
REVIEWERS = (Role.EDITOR, Role.REVIEWER, Role.HEAD)


@transaction.atomic
def claim_review_approve(*, claim: Claim, actor: User, amount_fen: int | None = None) -> Claim:
    """An official approves on the facts as they are known now. `amount_fen`: the sum where the policy leaves it to an
    official (`pay: after_decision`), at most the policy's own.

    Raises NotAllowedError, what `decision_check` raises, SharesUnknownError, MoneyShortError, WrongStateError.
    """
    claim = reviewed(claim, actor)
    catalogue = store_catalogue()
    then = decision_frozen(claim, catalogue)
    known, first = decision_on(then.offer, claim.beneficiary, then.circumstances.day, timezone.now(), catalogue)
    screening_check(claim.beneficiary, known, then.circumstances.day)
    ceiling_check(first.answer.amount_fen, amount_fen, after_decision=then.definition.pay is Pay.AFTER_DECISION)
    case = Case.of(claim, replace(first, decided_fen=amount_fen), known, catalogue)
    holders = cases_lock([case])
    decision = case_decide(case, holders, catalogue)
    decision_check(decision)
    ClaimExclusion.objects.filter(claim=claim).delete()
    ClaimItem.objects.filter(claim=claim).delete()
    holders.enter(claim, decision, case.place, case.reads)
    holders.save()
    claim.amount_fen = decision.amount_fen
    claim.save(update_fields=["amount_fen"])
    evidence_make(claim, decision, number=claim.evidence.count() + 1, actor=actor).save()
    claim = claim_approve(claim, decision, catalogue, actor=actor)
    poke("payouts.work")
    return claim


def ceiling_check(ceiling_fen: int | None, amount_fen: int | None, *, after_decision: bool) -> None:
    if after_decision != (amount_fen is not None):
        raise NotAllowedError(
            because_zh="该政策的金额" + ("须由审核人填写" if after_decision else "由规则计算，不能填写"),
            because_en="the sum " + ("has to be entered" if after_decision else "is the rule's, not to be entered"),
        )
    if amount_fen is not None and (amount_fen <= 0 or (ceiling_fen is not None and amount_fen > ceiling_fen)):
        ceiling = "-" if ceiling_fen is None else yuan(ceiling_fen)
        raise NotAllowedError(
            because_zh=f"金额应大于零且不超过 {ceiling} 元",
            because_en=f"the sum has to be more than zero and at most {ceiling} yuan",
        )


def claim_return(*, claim: Claim, actor: User, text: str) -> Claim:
    """Back to the applicant, who may correct it and hand it in again."""
    return _answered(claim, actor, text, ClaimState.RETURNED_FOR_CORRECTION)


def claim_refuse(*, claim: Claim, actor: User, text: str) -> Claim:
    """Refused, with the reason that the applicant reads."""
    return _answered(claim, actor, text, ClaimState.REFUSED)


@transaction.atomic
def _answered(claim: Claim, actor: User, text: str, to: ClaimState) -> Claim:
    if not text.strip():
        raise NotAllowedError(because_zh="请写明原因", because_en="say why")
    claim = reviewed(claim, actor)
    reason = {"zh": text.strip(), "en": text.strip()}
    return claim_move(claim, before=REVIEWED, to=to, actor=actor, reason=reason)


def reviewed(claim: Claim, actor: User) -> Claim:
    """The claim, locked. Raises NotAllowedError for who is no reviewing official."""
    if actor.role not in REVIEWERS:
        raise NotAllowedError(because_zh="须由主管部门审核", because_en="an official of the department reviews")
    rows = Claim.objects.select_for_update(of=("self",)).select_related("beneficiary__person", "policy")
    return rows.get(pk=claim.pk)


@transaction.atomic
def claim_resubmit(*, claim: Claim, actor: User) -> Claim:
    """The applicant hands in again what was returned."""
    if not represents(actor, claim.beneficiary):
        raise NotRepresentedError(beneficiary=claim.beneficiary.name)
    return claim_move(claim, before=(ClaimState.RETURNED_FOR_CORRECTION,), to=ClaimState.IN_REVIEW, actor=actor)


@transaction.atomic
def claim_withdraw(*, claim: Claim, actor: User) -> Claim:
    """The applicant takes it back before it is approved."""
    if not represents(actor, claim.beneficiary):
        raise NotRepresentedError(beneficiary=claim.beneficiary.name)
    reason = {"zh": "申请人撤回", "en": "withdrawn by the applicant"}
    return claim_move(claim, before=OPEN, to=ClaimState.WITHDRAWN, actor=actor, reason=reason, waits_for_money=False)
