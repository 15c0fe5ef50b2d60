"""From a released claim to a payout. Set-based: a run of 100,000 claims is twenty statements."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from supermarket.bulk import bigints
from supermarket.celery import poke
from supermarket.claims.models import Claim, ClaimInstalment
from supermarket.claims.recoveries.offsets import Part, claims_owing, instalments_with_a_rest, part_offset
from supermarket.claims.states import ClaimState
from supermarket.notices.texts import NoticeKind
from supermarket.payouts import clock
from supermarket.payouts.consequences import claims_settle
from supermarket.payouts.models import Payout
from supermarket.payouts.telling import payouts_tell

CHUNK = 5_000
PAYABLE = (ClaimState.RELEASED, ClaimState.PAYING)
# Those that somebody else has in hand are left to him, or to the next sweep.
LOCK = """
    SELECT id FROM claims_claim WHERE id = ANY(%(claims)s::bigint[]) AND state = ANY(%(payable)s) ORDER BY id
    FOR UPDATE SKIP LOCKED
"""
# A claim is paid at once, or part by part as its instalments are released. The lead payer pays the beneficiary all of
# it; the others owe it their shares. What was set off against a part is not paid.
PARTS = """
    WITH part (claim_id, number, amount_fen) AS (
        SELECT id, 1, amount_fen FROM claims_claim claim WHERE id = ANY(%(claims)s::bigint[])
            AND NOT EXISTS (SELECT FROM claims_claiminstalment WHERE claim_id = claim.id)
        UNION ALL
        SELECT claim_id, number, amount_fen FROM claims_claiminstalment
        WHERE claim_id = ANY(%(claims)s::bigint[]) AND released_at IS NOT NULL
    ), due (claim_id, number, payer, account_id, amount_fen) AS (
        SELECT part.claim_id, part.number, share.payer, account.id, part.amount_fen - coalesce((
            SELECT sum(amount_fen)::bigint FROM claims_repayment repayment
            WHERE repayment.offset_claim_id = part.claim_id AND repayment.offset_instalment = part.number
        ), 0)
        FROM part
        JOIN claims_claimshare share ON share.claim_id = part.claim_id AND share.instalment = part.number AND share.lead
        JOIN payouts_payeraccount account ON account.payer = share.payer AND account.in_use
        WHERE NOT EXISTS (
            SELECT FROM payouts_payout payout WHERE payout.claim_id = part.claim_id AND payout.instalment = part.number
        )
    )
"""
DUE = f"{PARTS} SELECT claim_id, number, payer FROM due WHERE amount_fen > 0 ORDER BY claim_id, number"
CREATE = f"""
    {PARTS}
    INSERT INTO payouts_payout
        (claim_id, instalment, payer_account_id, amount_fen, state, available_at, created_at, moved_at)
    SELECT claim_id, number, account_id, amount_fen, 'due', %(now)s, %(now)s, %(now)s FROM due WHERE amount_fen > 0
    ORDER BY claim_id, number
    ON CONFLICT DO NOTHING RETURNING id, claim_id
"""
PAYING = """
    UPDATE claims_claim SET state = 'paying', moved_at = %(now)s, moved_by_id = NULL, reason = NULL
    WHERE id = ANY(%(claims)s::bigint[]) AND state = 'released'
"""


def payout_create_for_claims(*, claims: Iterable[int]) -> int:
    """Make the payouts of released claims and of released instalments (ids of claims); how many were made.

    The claims move to paying. A claim that has its payouts, or is not released (any more), is passed over: calling
    twice does nothing. A payout that was given up is not made again by itself.
    """
    wanted = sorted(set(claims))
    made = sum(create_chunk(wanted[start : start + CHUNK]) for start in range(0, len(wanted), CHUNK))
    if made:
        poke("payouts.work")
    return made


@transaction.atomic
def create_chunk(claims: list[int]) -> int:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"claims": bigints(claims), "payable": [str(state) for state in PAYABLE]})
        ready = [claim for (claim,) in cursor.fetchall()]
        touched = offsets_take(ready)
        cursor.execute(CREATE, {"claims": bigints(ready), "now": now})
        made: dict[int, int] = dict(cursor.fetchall())
        cursor.execute(PAYING, {"claims": bigints({*made.values(), *touched}), "now": now})
    claims_settle(touched)
    payouts_tell(NoticeKind.ON_ITS_WAY, {payout: str(payout) for payout in made})
    return len(made)


def offsets_take(claims: list[int]) -> set[int]:
    """Before the payouts of locked claims are made: what their beneficiaries have to pay back is set off. The claims
    that this touched; where nothing is left to pay they have no payout."""
    owing = claims_owing(claims)
    if not owing:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"claims": bigints(owing)})
        parts = [Part(*row) for row in cursor.fetchall()]
    return {part.claim_id for part in parts if part_offset(part)}


def payouts_due_sweep() -> int:
    """Make the payouts that nobody made: of every released claim and instalment; how many were made.

    Claims whose lead payer has no account here stay released, and `claims_without_payer_account` lists them.
    """
    paid = Payout.objects.filter(claim=OuterRef("claim"), instalment=OuterRef("number"))
    instalments = instalments_with_a_rest().filter(~Exists(paid), released_at__isnull=False, claim__state__in=PAYABLE)
    made = sum(create_chunk(chunk) for chunk in chunks_of(instalments, "claim_id"))
    made += sum(create_chunk(chunk) for chunk in chunks_of(Claim.objects.filter(state=ClaimState.RELEASED), "id"))
    dropped = ClaimInstalment.objects.filter(dropped_because__isnull=False, claim__state=ClaimState.PAYING)
    for chunk in chunks_of(dropped, "claim_id"):
        claims_settle(chunk)  # the last part was dropped: nothing is left to pay
    return made


def chunks_of(rows: QuerySet[Any], column: str) -> Iterator[list[int]]:
    """The different values of the column, upwards, read chunk by chunk as they are needed."""
    values, last = rows.order_by(column).values_list(column, flat=True).distinct(), 0
    while chunk := list(values.filter(**{f"{column}__gt": last})[:CHUNK]):
        yield chunk
        last = chunk[-1]
