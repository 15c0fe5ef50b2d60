"""The list fitted to the money before it is closed: pools shared out, lists cut in order or scaled down, as the policy
says.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import groupby

from django.db import connection

from policies.definition import Funding
from supermarket.claims.models import Claim, Run, ShareOut
from supermarket.claims.runs.listing import payer_totals
from supermarket.claims.runs.sums import share_out_step
from supermarket.claims.states import ClaimState
from supermarket.matching.catalogue import store_catalogue

SUBMITTED = (ClaimState.SUBMITTED,)


def list_fit_step(run: Run) -> bool:
    """The next part of the fitting of a list whose run is locked, in one transaction; whether nothing is left to do.
    What is done stays so: a step that is lost is taken again, one that is not is never taken twice."""
    definition = run.policy_version.parsed
    if definition.pool is not None and not share_out_step(pool_share_out(run), store_catalogue()):
        return False
    match (definition.funding or Funding(pool="")).when_short:
        case "queue":
            list_cut(run)
        case "pro_rata":
            share_out = short_share_out(run)
            return share_out is None or share_out_step(share_out, store_catalogue())
    return True


def list_cut(run: Run) -> None:
    """In the order of the list everybody for whom all payers have money; who comes later does not overtake. The others
    leave the run and wait."""
    left = {total.payer: total.available_fen or 0 for total in payer_totals(run, states=SUBMITTED)}
    waiting, closed = [], set()
    for claim, rows in groupby(shares_in_order(run), key=lambda row: row[0]):
        wanted = {payer: fen for _, payer, fen in rows}
        short = {payer for payer, fen in wanted.items() if payer in closed or fen > left[payer]}
        if short:
            waiting.append(claim)
            closed |= short
        else:
            for payer, fen in wanted.items():
                left[payer] -= fen
    Claim.objects.filter(pk__in=waiting).update(run=None, left_run=run, waits_for_money=True)


def shares_in_order(run: Run) -> Iterator[tuple[int, str, int]]:
    """(claim, payer, fen of all instalments) of the submitted list."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            """
            SELECT claim.id, payer, sum(share.amount_fen)::bigint
            FROM claims_claim claim JOIN claims_claimshare share ON share.claim_id = claim.id
            WHERE claim.run_id = %s AND claim.state = 'submitted' GROUP BY claim.id, payer ORDER BY claim.id, payer
            """,
            [run.pk],
        )
        yield from cursor


def pool_share_out(run: Run) -> ShareOut:
    return ShareOut.objects.get_or_create(run=run, kind=ShareOut.Kind.POOL)[0]


def short_share_out(run: Run) -> ShareOut | None:
    """Everybody gets the same part, so that the shortest payer can bear it (a fen a claim is left for rounding). None
    where there is enough for all, or nothing at all."""
    if begun := ShareOut.objects.filter(run=run, kind=ShareOut.Kind.SHORT).first():
        return begun
    parts = [
        Fraction(max((total.available_fen or 0) - total.count, 0), total.amount_fen)
        for total in payer_totals(run, states=SUBMITTED)
        if total.short_fen
    ]
    if not parts or not (part := min(parts)):
        return None
    share_out = ShareOut.objects.create(
        run=run, kind=ShareOut.Kind.SHORT, total_fen=part.numerator, weights=part.denominator
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO claims_sharepending (share_out_id, claim_id, weight, odd)
            SELECT %s, id, amount_fen, 0 FROM claims_claim WHERE run_id = %s AND state = 'submitted' AND amount_fen > 0
            """,
            [share_out.pk, run.pk],
        )
    return share_out
