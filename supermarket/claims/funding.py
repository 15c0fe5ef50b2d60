"""From a sum to its payers: shares, instalments, and reservations on every payer's appropriation, all or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from policies.definition import Definition
from policies.models import Policy
from supermarket.claims.decision import ACCEPTING_AREA, CITY_LEVEL, Decision
from supermarket.claims.errors import AppropriationMissingError
from supermarket.claims.instalments import Part
from supermarket.claims.models import Claim, ClaimInstalment, ClaimShare
from supermarket.claims.sharing import PayerShare, amounts_of, payer_shares
from supermarket.ledger.models import Appropriation
from supermarket.ledger.selectors import appropriation_find
from supermarket.ledger.services import ReservationDraft, appropriation_reserve, holder_of


@dataclass(frozen=True)
class Plan:
    """How one claim is paid: its payers (the lead in front), its parts, and payer -> fen for each part."""

    payers: tuple[PayerShare, ...]
    parts: tuple[Part, ...]
    amounts: tuple[Mapping[str, int], ...]

    def total_of(self, payer: str) -> int:
        return sum(amounts[payer] for amounts in self.amounts)


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


def shares_enter(claim: Claim, plan: Plan) -> None:
    """Enter who pays what, and the instalments if there are several parts."""
    ClaimShare.objects.bulk_create(
        ClaimShare(claim=claim, payer=each.payer, lead=each.lead, amount_fen=plan.total_of(each.payer))
        for each in plan.payers
    )
    ClaimInstalment.objects.bulk_create(
        ClaimInstalment(
            claim=claim, number=number, amount_fen=part.amount_fen, due_on=part.due_on, rule_index=part.rule_index
        )
        for number, part in enumerate(plan.parts, 1)
        if part.due_on is not None
    )


def drafts_of(claim_id: int, plan: Plan, appropriations: Mapping[str, int]) -> list[ReservationDraft]:
    """One reservation for each part and payer. `appropriations`: payer -> id."""
    return [
        ReservationDraft(holder_of(claim_id, number), appropriations[payer], fen)
        for number, amounts in enumerate(plan.amounts, 1)
        for payer, fen in amounts.items()
        if fen
    ]


def claim_reserve(claim: Claim, plan: Plan, definition: Definition, day: date) -> None:
    """Reserve on every payer's appropriation. Raises AppropriationMissingError, AppropriationExhaustedError,
    AppropriationClosedError; then nothing is reserved."""
    appropriations = {
        each.payer: appropriation_of(definition, claim.policy, each.payer, day.year).pk for each in plan.payers
    }
    appropriation_reserve(reservations=drafts_of(claim.pk, plan, appropriations), key="approved")
