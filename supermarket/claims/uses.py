"""What was decided with a fact: answers `enterprises.effects` when a value is corrected or a delivery withdrawn.

Claims that rest on it are found in their frozen evidence; and of the policies that read it, those whose verdict or
amount is another one now are told. Nothing is changed here: an official looks at each.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import override

from enterprises.effects import Effect, Use
from enterprises.models import Beneficiary
from enterprises.secrets import SecretUnreadableError
from enterprises.selectors import facts_as_of
from policies.definition import Verdict
from supermarket.claims.decision import version_reads
from supermarket.claims.evidence import SEALED, evidence_opened
from supermarket.claims.models import Claim, Evidence
from supermarket.claims.states import ClaimState
from supermarket.dates import today
from supermarket.ledger.errors import yuan
from supermarket.matching.selectors import PolicyAnswer, shelf_answer

WORDS = {
    Verdict.ELIGIBLE: ("符合", "eligible"),
    Verdict.INELIGIBLE: ("不符合", "not eligible"),
    Verdict.UNKNOWN: ("不能判定", "cannot tell"),
}


def claims_resting_on(use: Use, *, after: int = 0, at_most: int | None = None) -> list[Claim]:
    """Claims whose evidence holds one of the facts, or a value out of one of the deliveries, the oldest first; those
    behind the claim `after`."""
    found: dict[int, Claim] = {}
    for evidence in candidates(use).filter(claim__gt=after).iterator(chunk_size=500):
        if evidence.claim_id not in found and rests_on(evidence, use):
            if len(found) == at_most:
                break
            found[evidence.claim_id] = evidence.claim
    return list(found.values())


def claims_using(use: Use) -> Iterator[Effect]:
    """Told to the official who changes something."""
    for claim in claims_resting_on(use):
        title, amount = claim.policy_version.parsed.title, yuan(claim.amount_fen or 0)
        yield Effect(
            kind="claim",
            reference=str(claim.pk),
            beneficiary_id=claim.beneficiary_id,
            zh=f"申领 {claim.pk}：{title.zh}，{claim.period}，{amount} 元，{state_words(claim, 'zh-hans')}",
            en=f"claim {claim.pk}: {title.en}, {claim.period}, {amount} yuan, {state_words(claim, 'en')}",
        )


def state_words(claim: Claim, language: str) -> str:
    with override(language):
        return str(ClaimState(claim.state).label)


def candidates(use: Use) -> QuerySet[Evidence]:
    """What may rest on it: the database tells where the evidence is in clear; sealed evidence is opened one by one."""
    rows = Evidence.objects.select_related("claim__policy_version", "claim__beneficiary__person").order_by("claim_id")
    if use.beneficiaries:
        rows = rows.filter(claim__beneficiary__in=use.beneficiaries)
    if use.deliveries:
        path = " || ".join(f"@ == {int(delivery)}" for delivery in sorted(use.deliveries))
        rests = RawSQL("facts ? %s OR jsonb_path_exists(facts, %s::jsonpath)", [SEALED, f"$.*.delivery ? ({path})"])
        rows = rows.annotate(rests=rests).filter(rests=True)
    return rows


def rests_on(evidence: Evidence, use: Use) -> bool:
    try:
        facts, _ = evidence_opened(evidence)
    except SecretUnreadableError:  # erased: nobody can tell any more
        return False
    held = {code for code, fact in facts.items() if not use.deliveries or fact["delivery"] in use.deliveries}
    return bool(held & use.facts if use.facts else held)


def verdicts_changed(use: Use) -> Iterator[Effect]:
    """Of each beneficiary that is named: policies whose answer today is another one than it was before the change."""
    if use.before is None:
        return
    for beneficiary in Beneficiary.objects.filter(pk__in=use.beneficiaries).order_by("pk"):
        yield from changed_for(beneficiary, use.facts, use.before)


def changed_for(beneficiary: Beneficiary, facts: frozenset[str], before: datetime) -> Iterator[Effect]:
    then = {answer.definition.code: answer for answer in answers(beneficiary, before)}
    for answer in answers(beneficiary, None):
        earlier = then.get(answer.definition.code)
        if earlier is None or not version_reads(answer.version, answer.catalogue).facts & facts:
            continue
        if (earlier.verdict, earlier.amount_fen) != (answer.verdict, answer.amount_fen):
            yield Effect(
                kind="verdict",
                reference=answer.definition.code,
                beneficiary_id=beneficiary.pk,
                zh=f"{answer.definition.title.zh}：{told(earlier, 0)} → {told(answer, 0)}",
                en=f"{answer.definition.title.en}: {told(earlier, 1)} -> {told(answer, 1)}",
            )


def answers(beneficiary: Beneficiary, known_at: datetime | None) -> Iterable[PolicyAnswer]:
    def facts(day: date) -> dict[str, object]:
        known = facts_as_of(beneficiary=beneficiary, reference=day, known_at=known_at)
        return {code: fact.value for code, fact in known.items()}

    return shelf_answer(audience=beneficiary.kind, facts=facts, as_of=today())


def told(answer: PolicyAnswer, language: int) -> str:
    words = WORDS[answer.verdict][language]
    if answer.amount_fen is None:
        return words
    return f"{words} {yuan(answer.amount_fen)} {('元', 'yuan')[language]}"
