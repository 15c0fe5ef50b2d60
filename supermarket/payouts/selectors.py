"""Reading payouts: where each one stands, and what waits for a person."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum

from supermarket.claims.models import Claim, Run
from supermarket.claims.states import ClaimState
from supermarket.payouts.models import Alarm, PayerAccount, Payout, SuspenseItem
from supermarket.payouts.states import PayoutState

# A payout whose live attempt nobody knows the outcome of is called unknown; every other state is its own.
REPORT = """
    SELECT claim.id AS claim, policy.code AS policy, beneficiary.code AS beneficiary, payout.instalment,
        account.payer, claim.run_id AS run, payout.amount_fen,
        CASE WHEN bool_or(attempt.state = 'unknown') THEN 'unknown' ELSE payout.state END AS state,
        coalesce(array_agg(attempt.end_to_end_id ORDER BY attempt.number) FILTER (WHERE attempt.id IS NOT NULL), '{}')
            AS end_to_end_ids,
        payout.reason
    FROM payouts_payout payout
    JOIN claims_claim claim ON claim.id = payout.claim_id
    JOIN policies_policy policy ON policy.id = claim.policy_id
    JOIN enterprises_beneficiary beneficiary ON beneficiary.id = claim.beneficiary_id
    JOIN payouts_payeraccount account ON account.id = payout.payer_account_id
    LEFT JOIN payouts_payoutattempt attempt ON attempt.payout_id = payout.id
    WHERE %(run)s::bigint IS NULL OR claim.run_id = %(run)s
    GROUP BY payout.id, claim.id, policy.code, beneficiary.code, account.payer ORDER BY payout.id
"""


def payouts_report(*, run: Run | None = None) -> Iterator[dict[str, Any]]:
    """Every payout with all its end-to-end ids, streamed: memory does not grow with their number."""
    # A named cursor lives as long as its transaction.
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(REPORT, {"run": run.pk if run else None})
        names = [column.name for column in cursor.description]
        while rows := cursor.fetchmany(2_000):
            for row in rows:
                yield dict(zip(names, row, strict=True))


@dataclass(frozen=True)
class Progress:
    """How far the payouts of a run are: state -> (number, fen)."""

    states: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(number for number, _ in self.states.values())

    @property
    def done(self) -> bool:
        """Nothing of it is on its way any more."""
        return not any(state in self.states for state in (PayoutState.DUE, PayoutState.PAYING))


def run_progress(run: Run) -> Progress:
    return progress_of(Payout.objects.filter(claim__run=run))


def progress_of(payouts: QuerySet[Payout]) -> Progress:
    rows = payouts.values_list("state").annotate(Count("pk"), Sum("amount_fen")).order_by()
    return Progress({state: (number, total) for state, number, total in rows})


def payouts_with_a_person() -> QuerySet[Payout]:
    """Returned and held payouts, each with its reason: somebody has to mend or decide."""
    return (
        Payout.objects.filter(state__in=[PayoutState.RETURNED, PayoutState.HELD])
        .select_related("claim__policy", "claim__beneficiary", "payer_account")
        .order_by("moved_at")
    )


def claims_without_payer_account() -> QuerySet[Claim]:
    """Released claims that cannot be paid because their lead payer has no account here."""
    payers = PayerAccount.objects.filter(in_use=True).values("payer")
    return Claim.objects.filter(state=ClaimState.RELEASED, shares__lead=True).exclude(shares__payer__in=payers)


def suspense_open() -> QuerySet[SuspenseItem]:
    """Unexplained money, oldest first."""
    return SuspenseItem.objects.filter(resolved_at=None).select_related("statement", "line").order_by("since", "pk")


def alarms_open() -> QuerySet[Alarm]:
    return Alarm.objects.filter(resolved_at=None).order_by("raised_at")


def account_of_payer(payer: str) -> PayerAccount | None:
    """The account from which a payer pays, and to which it is paid back."""
    return PayerAccount.objects.filter(payer=payer, in_use=True).first()


def returned_of(claim: Claim) -> QuerySet[Payout]:
    """Payouts of a claim that the bank returned and whose account can be corrected."""
    return Payout.objects.filter(claim=claim, state=PayoutState.RETURNED, mend_until__isnull=False).order_by("pk")
