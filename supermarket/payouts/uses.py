"""Everything that was decided and paid with a fact or a delivery. A read: it changes nothing, and may be asked before
somebody withdraws or corrects as well as years later."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from enterprises.effects import Use
from supermarket.claims.models import Claim, Run
from supermarket.claims.uses import claims_resting_on
from supermarket.ledger.errors import yuan
from supermarket.payouts.models import Payout
from supermarket.payouts.states import PayoutState

PINNED = "jsonb_path_exists(deliveries, %s::jsonpath)"


@dataclass(frozen=True)
class Uses:
    """Claims that rest on it, payouts of these claims, runs that hold such a claim or were matched on the delivery."""

    claims: list[Claim]
    payouts: list[Payout]
    runs: list[Run]

    @property
    def any(self) -> bool:
        return bool(self.claims or self.runs)

    @property
    def paid_fen(self) -> int:
        return sum(payout.amount_fen for payout in self.payouts if payout.state == PayoutState.SETTLED)

    def rows(self) -> Iterator[list[str]]:
        """A table for a spreadsheet, under its header."""
        yield ["kind", "number", "policy", "period", "beneficiary", "code", "amount (yuan)", "state"]
        for claim in self.claims:
            yield ["claim", str(claim.pk), *claim_cells(claim), yuan(claim.amount_fen or 0), claim.state]
        for payout in self.payouts:
            yield ["payout", str(payout.pk), *claim_cells(payout.claim), yuan(payout.amount_fen), payout.state]
        for run in self.runs:
            yield ["run", str(run.pk), run.policy.code, run.period, "", "", yuan(run.list_total_fen or 0), run.state]


def claim_cells(claim: Claim) -> list[str]:
    return [claim.policy_version.parsed.code, claim.period, claim.beneficiary.name, claim.beneficiary.code]


def uses_of(use: Use) -> Uses:
    claims = claims_resting_on(use)
    payouts = Payout.objects.filter(claim__in=[claim.pk for claim in claims])
    return Uses(
        claims=claims,
        payouts=list(payouts.select_related("claim__policy_version", "claim__beneficiary").order_by("pk")),
        runs=runs_using(use, {claim.run_id for claim in claims if claim.run_id is not None}),
    )


def runs_using(use: Use, holding: set[int]) -> list[Run]:
    """`holding`: runs with a claim that rests on it. A delivery was read for everybody, also whom it kept out."""
    rows = Run.objects.select_related("policy", "policy_version")
    found = rows.filter(pk__in=holding)
    if use.deliveries:
        path = " || ".join(f"@ == {int(delivery)}" for delivery in sorted(use.deliveries))
        found |= rows.filter(RawSQL(PINNED, [f"$.deliveries.*[*][0] ? ({path})"], BooleanField()))
    return list(found.order_by("pk"))
