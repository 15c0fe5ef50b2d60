"""Claims of the owner on his shelf: what is paid or on its way, and what became of earlier ones."""

from collections import defaultdict
from collections.abc import Mapping

from django.utils import timezone

from enterprises.models import Beneficiary
from policies.definition import Verdict
from supermarket.claims.models import Claim
from supermarket.claims.states import CLAIM_ENDS, ClaimState
from supermarket.matching.selectors import PolicyAnswer
from supermarket.shelf.types import AmountKind, ClaimSummary, Group, ShelfItem

ClaimsByPolicy = Mapping[str, list[Claim]]
# A claim begun and not handed in is not on its way; one that ended leaves the right open.
NOT_ON_THE_WAY = (*CLAIM_ENDS, ClaimState.DRAFTED)


def claims_by_policy(beneficiary: Beneficiary) -> ClaimsByPolicy:
    """Policy code -> claims, the newest first."""
    claims = Claim.objects.filter(beneficiary=beneficiary).select_related("policy", "policy_version").order_by("-id")
    found: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        found[claim.policy.code].append(claim)
    return found


def is_on_the_way(claim: Claim) -> bool:
    return claim.state not in NOT_ON_THE_WAY


def answers_to(claim: Claim, answer: PolicyAnswer, facts: Mapping[str, object]) -> bool:
    """Whether the claim is for the period and occasion that the answer is about."""
    once_per = answer.definition.once_per
    occasion = "" if once_per is None else str(facts.get(once_per, ""))
    return claim.period == answer.period and claim.occasion == occasion


def claim_summary(claim: Claim) -> ClaimSummary:
    return ClaimSummary(
        reference=str(claim.pk),
        state=claim.state,
        period=claim.period,
        amount_fen=claim.amount_fen,
        changed_on=timezone.localdate(claim.moved_at),
    )


def claim_item(claim: Claim) -> ShelfItem:
    """A claim on its way, by the version that it was decided under. Its reasons are its evidence."""
    definition = claim.policy_version.parsed
    return ShelfItem(
        code=definition.code,
        version_id=claim.policy_version_id,
        version_number=claim.policy_version.number,
        title=definition.title,
        group=Group.ON_THE_WAY,
        verdict=Verdict.ELIGIBLE,
        mode=definition.delivery,
        paid_by=definition.paid_by,
        period=claim.period,
        periods_open=(),
        reference=timezone.localdate(claim.created_at),
        amount_fen=claim.amount_fen,
        amount_kind=AmountKind.UNKNOWN if claim.amount_fen is None else AmountKind.EXACT,
        department=definition.department,
        document=definition.document,
        because=definition.because,
        promise=definition.promise,
        notice=definition.notice,
        claims=(claim_summary(claim),),
        sample=claim.policy_version.sample,
    )
