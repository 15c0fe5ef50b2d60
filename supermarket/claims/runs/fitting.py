"""The list fitted to the money before it is closed: pools shared out, lists cut in order or scaled down, as the policy
says. Every changed sum has new evidence and new shares.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby

from django.db import connection

from policies.definition import Funding
from policies.rules import Context
from supermarket.claims.deciding import why_nothing
from supermarket.claims.decision import Decision, PoolShare
from supermarket.claims.errors import ClaimError, FactsMissingError, NothingToPayError
from supermarket.claims.evidence import decision_again, evidence_make, evidence_opened
from supermarket.claims.funding import plan_of, shares_of
from supermarket.claims.instalments import parts_of
from supermarket.claims.models import Claim, ClaimExclusion, ClaimInstalment, ClaimShare, Evidence, Run
from supermarket.claims.runs.listing import payer_totals
from supermarket.claims.runs.screening import Screened, claims_set
from supermarket.claims.states import ClaimState
from supermarket.matching.catalogue import StoreCatalogue, store_catalogue

CHUNK = 1000
SUBMITTED = (ClaimState.SUBMITTED,)


def list_fit(run: Run) -> None:
    """In the transaction of the decision, the run being locked."""
    definition = run.policy_version.parsed
    if definition.pool is not None:
        pool_share_out(run, store_catalogue())
    match (definition.funding or Funding(pool="")).when_short:
        case "queue":
            list_cut(run)
        case "pro_rata":
            list_scale(run, store_catalogue())


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


def list_scale(run: Run, catalogue: StoreCatalogue) -> None:
    """Everybody gets the same part, so that the shortest payer can bear it (a fen a claim is left for rounding)."""
    totals = payer_totals(run, states=SUBMITTED)
    parts = [
        Fraction(max((total.available_fen or 0) - total.count, 0), total.amount_fen)
        for total in totals
        if total.short_fen
    ]
    if parts and (part := min(parts)):
        amounts = Claim.objects.filter(run=run, state=ClaimState.SUBMITTED).values_list("pk", "amount_fen")
        shared_out(run, {pk: PoolShare(part.numerator, fen, part.denominator) for pk, fen in amounts if fen}, catalogue)


def pool_share_out(run: Run, catalogue: StoreCatalogue) -> None:
    """The pool in proportion to the weights of the closed list; odd fen to the largest remainders, then by order."""
    weights: dict[int, int] = {}
    total_fen: int | None = None
    refused = Screened()
    for claim, decision in decisions_of(run, catalogue):
        try:
            total_fen, weights[claim.pk] = pool_weight(decision, catalogue)
        except ClaimError as error:
            refused.refuse(claim, error)
    if refused.states:
        claims_set(refused.states, None)
    if weights and total_fen:
        shared_out(run, pool_shares(total_fen, weights), catalogue)


def pool_weight(decision: Decision, catalogue: StoreCatalogue) -> tuple[int, int]:
    """(what the pool holds in fen, the claim's weight)."""
    policy = catalogue.compiled(decision.offer.version)
    assert policy.pool_total is not None and policy.weight is not None
    context = Context(as_of=decision.offer.reference, parameters=decision.circumstances.parameters or {})
    facts = {code: fact.value for code, fact in decision.facts.items()}
    total, weight = (each.evaluate(facts, context=context) for each in (policy.pool_total, policy.weight))
    if total.fen is None or weight.fen is None:
        missing = ", ".join(sorted(total.missing | weight.missing))
        raise FactsMissingError(facts_zh=missing, facts_en=missing)
    if weight.fen <= 0:
        raise NothingToPayError(**why_nothing(decision.definition))
    return total.fen, weight.fen


def pool_shares(total_fen: int, weights: Mapping[int, int]) -> dict[int, PoolShare]:
    """Claim -> share; the shares sum to `total_fen`."""
    whole = sum(weights.values())
    odd = total_fen - sum(total_fen * weight // whole for weight in weights.values())
    ranked = sorted(weights, key=lambda claim: (-(total_fen * weights[claim] % whole), claim))
    favoured = set(ranked[:odd])
    return {claim: PoolShare(total_fen, weight, whole, int(claim in favoured)) for claim, weight in weights.items()}


def decisions_of(run: Run, catalogue: StoreCatalogue) -> Iterator[tuple[Claim, Decision]]:
    """The submitted claims with their latest decision, as its evidence tells it."""
    rows = Claim.objects.filter(run=run, state=ClaimState.SUBMITTED).order_by("pk")
    last = 0
    while claims := list(rows.filter(pk__gt=last).select_related("beneficiary__person", "policy")[:CHUNK]):
        last = claims[-1].pk
        latest = Evidence.objects.filter(claim__in=claims).order_by("claim", "-number").distinct("claim")
        evidence = {each.claim_id: each for each in latest}
        for claim in claims:
            found = evidence[claim.pk]
            found.claim, found.policy_version = claim, run.policy_version
            yield claim, decision_again(found, evidence_opened(found)[0], catalogue)


def shared_out(run: Run, shares: Mapping[int, PoolShare], catalogue: StoreCatalogue) -> None:
    """Give the claims their new sums: evidence, payers' shares, instalments, the sum under their holders."""
    numbers = dict(Evidence.objects.filter(claim__in=shares).order_by("number").values_list("claim", "number"))
    batch: list[tuple[Claim, Decision]] = []
    for claim, decision in decisions_of(run, catalogue):
        if claim.pk in shares:
            batch.append((claim, replace(decision, pool_share=shares[claim.pk])))
        if len(batch) == CHUNK:
            sums_write(batch, numbers, catalogue)
            batch = []
    sums_write(batch, numbers, catalogue)


def sums_write(batch: Sequence[tuple[Claim, Decision]], numbers: Mapping[int, int], catalogue: StoreCatalogue) -> None:
    """New sums of decided claims, written by sets. `numbers`: claim -> number of its last evidence."""
    ids = [claim.pk for claim, _ in batch]
    ClaimShare.objects.filter(claim__in=ids).delete()
    ClaimInstalment.objects.filter(claim__in=ids).delete()
    Evidence.objects.bulk_create(
        evidence_make(claim, decision, number=numbers[claim.pk] + 1) for claim, decision in batch
    )
    plans = [(claim, plan_of(decision, parts_of(decision, catalogue))) for claim, decision in batch]
    rows = [shares_of(claim, plan) for claim, plan in plans]
    ClaimShare.objects.bulk_create(share for shares, _ in rows for share in shares)
    ClaimInstalment.objects.bulk_create(part for _, parts in rows for part in parts)
    for claim, decision in batch:
        claim.amount_fen = decision.amount_fen
    Claim.objects.bulk_update([claim for claim, _ in batch], ["amount_fen"], batch_size=CHUNK)
    exclusions = list(ClaimExclusion.objects.filter(claim__in=ids))
    full = {claim.pk: decision.full_fen or 0 for claim, decision in batch}
    for row in exclusions:
        row.full_fen = full[row.claim_id]
    ClaimExclusion.objects.bulk_update(exclusions, ["full_fen"], batch_size=CHUNK)
