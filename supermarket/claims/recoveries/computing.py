"""What a claim was paid, what it is entitled to on the facts as they are known now, and what is too much."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from enterprises.selectors import facts_as_of
from policies.definition import Verdict
from supermarket.claims.deciding import labels_of
from supermarket.claims.decision import Decision, decide
from supermarket.claims.errors import FactsMissingError, OnItsWayError
from supermarket.claims.instalments import parts_of
from supermarket.claims.models import Claim, ClaimShare
from supermarket.claims.redeciding import decision_frozen
from supermarket.ledger.models import Reservation
from supermarket.ledger.services import holder_of
from supermarket.matching.catalogue import StoreCatalogue

Stage = Reservation.Stage
OFFSET = "offset"  # how the holder of what was set off begins: offset:<claim>:<instalment>:<recovery>


@dataclass(frozen=True)
class Paid:
    """`parts`: instalment -> fen that reached the beneficiary (set off included); `payers`: payer -> fen, the lead
    last."""

    parts: Mapping[int, int]
    payers: Mapping[str, int]

    @property
    def amount_fen(self) -> int:
        return sum(self.parts.values())


def paid_of(claim: Claim) -> Paid:
    """What was spent on the claim, as the books say. Raises OnItsWayError while a part of it is at the bank."""
    shares = ClaimShare.objects.filter(claim=claim).order_by("lead", "payer")
    numbers = set(shares.values_list("instalment", flat=True))
    waiting = set(claim.instalments.filter(released_at=None).values_list("number", flat=True))
    own = Q(holder__in=[holder_of(claim.pk, number) for number in numbers])
    rows = Reservation.objects.filter(own | Q(holder__startswith=f"{OFFSET}:{claim.pk}:")).exclude(stage=Stage.RELEASED)
    parts: dict[int, int] = defaultdict(int)
    payers = dict.fromkeys(shares.values_list("payer", flat=True), 0)
    for holder, stage, payer, fen in rows.values_list("holder", "stage", "appropriation__payer", "amount_fen"):
        number = int(holder.split(":")[2])
        if stage == Stage.SPENT:
            parts[number] += fen
            payers[payer] += fen
        elif number not in waiting:
            raise OnItsWayError
    return Paid(dict(parts), payers)


@dataclass(frozen=True)
class Entitled:
    """A claim decided again: `parts`: instalment -> fen."""

    decision: Decision
    parts: Mapping[int, int]


def entitled_now(claim: Claim, catalogue: StoreCatalogue, known_at: datetime) -> Entitled:
    """The same version, period, parameters and other claims as then, on the facts that are known now. Raises
    FactsMissingError where that leaves it open: what is not known is never taken for no."""
    then = decision_frozen(claim, catalogue)
    known = facts_as_of(beneficiary=claim.beneficiary, reference=then.offer.reference, known_at=known_at)
    decided = decide(then.offer, known, replace(then.circumstances, known_at=known_at), catalogue)
    ceiling, entered = decided.answer.amount_fen, then.decided_fen
    if entered is not None and ceiling is not None:
        entered = min(entered, ceiling)
    decision = replace(decided, standings=then.standings, pool_share=then.pool_share, decided_fen=entered)
    if decision.answer.verdict is Verdict.INELIGIBLE:
        return Entitled(replace(decision, pool_share=None, decided_fen=0), {})
    if decision.answer.verdict is Verdict.UNKNOWN or decision.amount_fen is None:
        zh, en = labels_of(decision.answer.missing)
        raise FactsMissingError(facts_zh=zh, facts_en=en)
    parts = parts_of(decision, catalogue) if decision.amount_fen else []
    return Entitled(decision, {number: part.amount_fen for number, part in enumerate(parts, 1)})


def calculation_of(paid: Paid, entitled: Mapping[int, int]) -> list[dict[str, Any]]:
    """One line an instalment that was paid: paid, entitled to, too much."""
    return [
        {
            "instalment": number,
            "paid_fen": fen,
            "entitled_fen": entitled.get(number, 0),
            "excess_fen": max(fen - entitled.get(number, 0), 0),
        }
        for number, fen in sorted(paid.parts.items())
    ]
