"""What is owed is taken off what the same beneficiary is to be paid, by the payer to whom it is owed.

The part that is set off leaves the claim's reservations for holders of its own and is spent at once: what becomes of
the rest (paid, returned, given up) does not touch it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from supermarket import dates
from supermarket.bulk import among
from supermarket.claims.models import Claim, ClaimInstalment, Recovery, RecoveryObjection, Repayment
from supermarket.claims.recoveries.amounts import apportioned
from supermarket.claims.recoveries.books import cost_of
from supermarket.claims.recoveries.computing import OFFSET
from supermarket.claims.recoveries.repaying import repayment_take
from supermarket.claims.recoveries.steps import recovery_lock
from supermarket.claims.recoveries.telling import recovery_tell
from supermarket.claims.states import ObjectionState, RecoveryState
from supermarket.ledger.models import Reservation
from supermarket.ledger.services import appropriation_instruct, appropriation_spend, holder_of
from supermarket.ledger.splitting import reservation_split
from supermarket.notices.texts import NoticeKind


@dataclass(frozen=True)
class Part:
    """One instalment of a claim that is about to be paid by `lead`."""

    claim_id: int
    instalment: int
    lead: str


def claims_owing(claims: Collection[int]) -> list[int]:
    """Those of the claims whose beneficiary has something to pay back that is due: one query, mostly empty."""
    due = recoveries_due().filter(claim__beneficiary=OuterRef("beneficiary"))
    return list(Claim.objects.filter(Exists(due), pk__in=among(claims)).order_by("pk").values_list("pk", flat=True))


def recoveries_due() -> QuerySet[Recovery]:
    """Noticed, the term is over, and no objection waits for its answer."""
    objected = RecoveryObjection.objects.filter(recovery=OuterRef("pk"), state=ObjectionState.OPEN)
    return Recovery.objects.filter(
        ~Exists(objected), state__in=(RecoveryState.NOTICED, RecoveryState.REPAYING), due_on__lt=dates.today()
    )


def instalments_with_a_rest() -> QuerySet[ClaimInstalment]:
    """Instalments that were not set off in full."""
    repaid = Repayment.objects.filter(offset_claim=OuterRef("claim"), offset_instalment=OuterRef("number"))
    offset_fen = repaid.order_by().values("offset_claim").annotate(total=Sum("amount_fen")).values("total")
    return ClaimInstalment.objects.alias(offset_fen=Coalesce(Subquery(offset_fen), 0)).filter(
        amount_fen__gt=F("offset_fen")
    )


def part_offset(part: Part) -> int:
    """Set off what can be, in the transaction that makes the payout, whose claim is locked; how many fen were."""
    beneficiary = Claim.objects.values_list("beneficiary", flat=True).get(pk=part.claim_id)
    found = recoveries_due().filter(shares__lead=True, shares__payer=part.lead, claim__beneficiary=beneficiary)
    return sum(recovery_offset(recovery, part) for recovery in found.order_by("pk"))


def recovery_offset(found: Recovery, part: Part) -> int:
    recovery = recovery_lock(found)
    holder = holder_of(part.claim_id, part.instalment)
    rows = Reservation.objects.filter(holder=holder, stage=Reservation.Stage.RESERVED)
    reserved = dict(rows.values_list("appropriation__payer", "amount_fen"))
    ordered = dict(sorted(reserved.items(), key=lambda each: (each[0] == part.lead, each[0])))
    amount_fen = min(recovery.left_fen, sum(ordered.values()))
    if amount_fen <= 0 or not recoveries_due().filter(pk=recovery.pk).exists():
        return 0
    parts = apportioned(amount_fen, ordered)
    name = f"{part.claim_id}:{part.instalment}:{recovery.pk}"
    other = f"{OFFSET}:{name}"
    reservation_split(holder=holder, other=other, parts=parts)
    appropriation_instruct(events={other: "offset"})
    appropriation_spend(events={other: "offset"})
    made = repayment_take(
        recovery,
        amount_fen,
        source=Repayment.Source.OFFSET,
        reference=name,
        received_on=dates.today(),
        debit=[(*cost_of(payer, part.lead), fen) for payer, fen in parts.items()],
        actor=None,
        offset_claim_id=part.claim_id,
        offset_instalment=part.instalment,
    )
    recovery_tell(recovery, NoticeKind.RECOVERY_OFFSET, event=f"offset:{made.pk}", amount_fen=amount_fen)
    return amount_fen
