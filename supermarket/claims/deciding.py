"""Deciding a claim against the database: facts as known, the holders locked, what others hold taken into account."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from enterprises.models import Beneficiary
from enterprises.selectors import facts_as_of
from enterprises.vocabulary import fact_definitions
from policies.definition import Definition, Pay, Verdict
from policies.rules import Explanation, explain
from supermarket.claims.decision import DISHONEST, Circumstances, Decision, Known, Reads, decide, version_reads
from supermarket.claims.errors import (
    ExcludedError,
    FactsMissingError,
    ItemUsedError,
    NotEligibleError,
    NothingToPayError,
    ScreenedOutError,
)
from supermarket.claims.evidence import evidence_make, shows
from supermarket.claims.exclusions import left_of
from supermarket.claims.holders import Holders, Needs, Place, holders_open, needs_of, place_of
from supermarket.claims.models import Claim
from supermarket.matching.catalogue import StoreCatalogue
from supermarket.matching.periods import Offer
from supermarket.users.models import User

REASONS_AT_MOST = 3
ITEMS_AT_MOST = 5


def decision_on(
    offer: Offer, beneficiary: Beneficiary, day: date, known_at: datetime, catalogue: StoreCatalogue
) -> tuple[Known, Decision]:
    """The facts known now, and the decision before anybody else's claims are looked at."""
    known = facts_as_of(beneficiary=beneficiary, reference=offer.reference, known_at=known_at)
    return known, decide(offer, known, Circumstances(day, known_at), catalogue)


@dataclass(frozen=True)
class Case:
    """One claim to be decided under locks: `first` is the decision without them, on the facts `known`."""

    claim: Claim
    first: Decision
    known: Known
    place: Place
    reads: Reads
    needs: Needs

    @classmethod
    def of(cls, claim: Claim, first: Decision, known: Known, catalogue: StoreCatalogue) -> "Case":
        """Raises FactsMissingError where a household is not known."""
        place = place_of(first, claim.beneficiary)
        reads = version_reads(first.offer.version, catalogue)
        return cls(claim, first, known, place, reads, needs_of(first, place, reads))


def cases_lock(cases: Sequence[Case]) -> Holders:
    """Lock the holders of all cases, in one order."""
    return holders_open(case.needs for case in cases)


def case_decide(case: Case, holders: Holders, catalogue: StoreCatalogue) -> Decision:
    """Decide again under the locks: what others hold is taken into account."""
    first, itself = case.first, case.claim.pk
    circumstances = holders.circumstances(first, case.place, case.reads, itself=itself)
    again = decide(first.offer, case.known, circumstances, catalogue)
    again = replace(again, decided_fen=first.decided_fen, pool_share=first.pool_share)
    return replace(again, standings=holders.standings(again, case.place, case.reads, itself=itself))


def claim_decide(case: Case, catalogue: StoreCatalogue, *, actor: User | None) -> Decision:
    """Lock, decide, check, and enter sum, holders, items and evidence of a claim that was just drafted. Raises what
    `decision_check` raises."""
    claim = case.claim
    holders = cases_lock([case])
    decision = case_decide(case, holders, catalogue)
    decision_check(decision)
    claim.amount_fen = decision.amount_fen
    claim.save(update_fields=["amount_fen"])
    holders.enter(claim, decision, case.place, case.reads)
    holders.save()
    evidence_make(claim, decision, actor=actor).save()
    return decision


def screening_check(beneficiary: Beneficiary, known: Known, day: date) -> None:
    """Whoever is seriously dishonest or no longer registered gets nothing. Raises ScreenedOutError."""
    listed = known.get(DISHONEST)
    if listed is not None and listed.value is True:
        raise ScreenedOutError(
            because_zh=f"列入严重失信名单（{listed.as_of}）",
            because_en=f"on the list of the seriously dishonest of {listed.as_of}",
        )
    if beneficiary.cancelled_on is not None and beneficiary.cancelled_on <= day:
        raise ScreenedOutError(
            because_zh=f"已于 {beneficiary.cancelled_on} 注销",
            because_en=f"its registration was cancelled on {beneficiary.cancelled_on}",
        )


def decision_check(decision: Decision) -> None:
    """Raises NotEligibleError, FactsMissingError, ItemUsedError, ExcludedError, NothingToPayError."""
    answer = decision.answer
    if answer.verdict is Verdict.INELIGIBLE:
        if decision.circumstances.items_used:
            raise _items_used(decision)
        zh, en = failing_sentences(explain(answer.decided, shows=shows))
        raise NotEligibleError(reason_zh=zh, reason_en=en)
    later = decision.definition.pool is not None or decision.definition.pay is Pay.AFTER_DECISION
    if answer.verdict is Verdict.UNKNOWN or (decision.full_fen is None and not later):
        zh, en = labels_of(answer.missing)
        raise FactsMissingError(facts_zh=zh, facts_en=en)
    if decision.full_fen is not None and decision.full_fen <= 0:
        if decision.circumstances.items_used:
            raise _items_used(decision)
        raise NothingToPayError(**why_nothing(decision.definition))
    if decision.amount_fen == 0:
        raise _excluded(decision)


def why_nothing(definition: Definition) -> dict[str, str]:
    return {
        "because_zh": f"“{definition.title.zh}”的计算结果不大于零，或此前已付足",
        "because_en": f"{definition.title.en} gives nothing above zero, or was paid in full before",
    }


def failing_sentences(explanation: Explanation) -> tuple[str, str]:
    """The conditions that are not met, in Chinese and English; at most three."""
    if explanation.reason.kind == "all":
        parts = [part for part in explanation.parts if part.reason.truth is False][:REASONS_AT_MOST]
    else:
        parts = [explanation]
    return "；".join(part.zh for part in parts), " ".join(part.en for part in parts)


def labels_of(codes: frozenset[str]) -> tuple[str, str]:
    """What facts are called, in Chinese and English."""
    facts = fact_definitions()
    labels = [facts[code].labels if code in facts else {"zh": code, "en": code} for code in sorted(codes)]
    return "、".join(label["zh"] for label in labels), ", ".join(label["en"] for label in labels)


def _items_used(decision: Decision) -> ItemUsedError:
    used = sorted(decision.circumstances.items_used)
    return ItemUsedError(count=len(used), items=", ".join(f"…{key[-6:]}" for key in used[:ITEMS_AT_MOST]))


def _excluded(decision: Decision) -> ExcludedError:
    full_fen = decision.full_fen or 0
    standing = next(each for each in decision.standings if left_of(full_fen, each) == 0)
    return ExcludedError(other=", ".join(sorted({other.policy for other in standing.others})), group=standing.group)
