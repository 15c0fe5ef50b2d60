"""From a sum to its payers: shares, instalments, and reservations on every payer's appropriation, all or none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from policies.definition import Definition
from policies.models import Policy
from supermarket.claims.decision import ACCEPTING_AREA, CITY_LEVEL, Decision
from supermarket.claims.errors import AppropriationMissingError
from supermarket.claims.instalments import Part
from supermarket.claims.models import Claim, ClaimInstalment, ClaimShare
from supermarket.claims.sharing import PayerShare, amounts_of, payer_shares
from supermarket.ledger.models import Appropriation, Reservation
from supermarket.ledger.selectors import appropriation_find
from supermarket.ledger.services import ReservationDraft, appropriation_release, appropriation_reserve, holder_of


@dataclass(frozen=True)
class Plan:
    """How one claim is paid: its payers (the lead in front), its parts, and payer -> fen for each part."""

    payers: tuple[PayerShare, ...]
    parts: tuple[Part, ...]
    amounts: tuple[Mapping[str, int], ...]


def plan_of(decision: Decision, parts: Sequence[Part]) -> Plan:
    """Raises SharesUnknownError."""
    area = decision.fact(ACCEPTING_AREA)
    payers = payer_shares(
        decision.definition,
        accepting_area=None if area is None else str(area),
        city_level=decision.fact(CITY_LEVEL) is True,
        on=decision.circumstances.day,
    )
    return Plan(payers, tuple(parts), tuple(amounts_of(part.amount_fen, payers) for part in parts))


def appropriation_of(definition: Definition, policy: Policy, payer: str, year: int) -> Appropriation:
    """Where a payer takes the money from. Raises AppropriationMissingError."""
    pool = definition.funding.pool if definition.funding else ""
    found = appropriation_find(payer=payer, fiscal_year=year, policy=None if pool else policy, pool=pool)
    if found is None:
        raise AppropriationMissingError(payer=payer, pool=pool or policy.code, year=year)
    return found


def shares_of(claim: Claim, plan: Plan) -> tuple[list[ClaimShare], list[ClaimInstalment]]:
    """The rows, not saved: who pays what of each part, and the parts if they have days of their own."""
    shares = [
        ClaimShare(claim=claim, payer=each.payer, instalment=number, lead=each.lead, amount_fen=amounts[each.payer])
        for number, amounts in enumerate(plan.amounts, 1)
        for each in plan.payers
    ]
    instalments = [
        ClaimInstalment(
            claim=claim,
            number=number,
            amount_fen=part.amount_fen,
            due_on=part.due_on,
            rule_index=part.rule_index,
            released_at=timezone.now() if part.at_once else None,
        )
        for number, part in enumerate(plan.parts, 1)
        if part.due_on is not None
    ]
    return shares, instalments


def shares_enter(claim: Claim, plan: Plan) -> None:
    shares, instalments = shares_of(claim, plan)
    ClaimShare.objects.bulk_create(shares)
    ClaimInstalment.objects.bulk_create(instalments)


def drafts_of(shares: Iterable[ClaimShare], appropriations: Mapping[str, int]) -> list[ReservationDraft]:
    """One reservation a share. `appropriations`: payer -> id."""
    return [
        ReservationDraft(holder_of(share.claim_id, share.instalment), appropriations[share.payer], share.amount_fen)
        for share in shares
        if share.amount_fen
    ]


def appropriations_of(definition: Definition, policy: Policy, payers: Iterable[str], year: int) -> dict[str, int]:
    """Payer -> id of its appropriation. Raises AppropriationMissingError."""
    return {payer: appropriation_of(definition, policy, payer, year).pk for payer in sorted(set(payers))}


def claim_reserve(claim: Claim, plan: Plan, definition: Definition, day: date, *, key: str = "approved") -> None:
    """Reserve on every payer's appropriation. Raises AppropriationMissingError, AppropriationExhaustedError,
    AppropriationClosedError; then nothing is reserved."""
    appropriations = appropriations_of(definition, claim.policy, (each.payer for each in plan.payers), day.year)
    appropriation_reserve(reservations=drafts_of(shares_of(claim, plan)[0], appropriations), key=key)


def reservations_release(claims: Iterable[int], *, key: str) -> None:
    """Give back what these claims have reserved and has not been instructed."""
    holders = {
        holder_of(claim, instalment)
        for claim, instalment in ClaimShare.objects.filter(claim__in=claims).values_list("claim_id", "instalment")
    }
    reserved = Reservation.objects.filter(holder__in=holders, stage=Reservation.Stage.RESERVED)
    appropriation_release(holders=sorted(set(reserved.values_list("holder", flat=True))), key=key)
