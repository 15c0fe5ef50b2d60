"""From a released claim to a payout. Set-based: a run of 100,000 claims is twenty statements."""

from collections.abc import Iterable

from django.db import connection, transaction
from django.utils import timezone

from supermarket.celery import poke
from supermarket.claims.models import Claim
from supermarket.claims.states import ClaimState

CHUNK = 5_000
# The lead payer of a claim pays the beneficiary all of it; the others owe it their shares.
CREATE = """
    INSERT INTO payouts_payout
        (claim_id, instalment, payer_account_id, amount_fen, state, available_at, created_at, moved_at)
    SELECT claim.id, 1, account.id, claim.amount_fen, 'due', %(now)s, %(now)s, %(now)s
    FROM claims_claim claim
    JOIN claims_claimshare share ON share.claim_id = claim.id AND share.lead
    JOIN payouts_payeraccount account ON account.payer = share.payer AND account.in_use
    WHERE claim.id = ANY(%(claims)s)
    ON CONFLICT DO NOTHING RETURNING claim_id
"""


def payout_create_for_claims(*, claims: Iterable[int]) -> int:
    """Make the payouts of released claims (ids), and move these claims to paying; how many were made.

    A claim that has its payout, or is not released (any more), is passed over: calling twice does nothing.
    """
    wanted = sorted(claims)
    made = sum(create_chunk(wanted[start : start + CHUNK]) for start in range(0, len(wanted), CHUNK))
    if made:
        poke("payouts.work")
    return made


@transaction.atomic
def create_chunk(claims: list[int]) -> int:
    now = timezone.now()
    released = Claim.objects.select_for_update().filter(pk__in=claims, state=ClaimState.RELEASED).order_by("pk")
    ready = list(released.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(CREATE, {"claims": ready, "now": now})
        made = [row[0] for row in cursor.fetchall()]
    Claim.objects.filter(pk__in=made).update(state=ClaimState.PAYING, moved_at=now, moved_by=None, reason=None)
    return len(made)


def payouts_due_sweep() -> int:
    """Make the payouts that nobody made: of every released claim. Claims whose payer has no account stay released."""
    made = 0
    last = 0
    while True:
        chunk = list(
            Claim.objects.filter(state=ClaimState.RELEASED, pk__gt=last)
            .order_by("pk")
            .values_list("pk", flat=True)[:CHUNK]
        )
        if not chunk:
            return made
        made += create_chunk(chunk)
        last = chunk[-1]
