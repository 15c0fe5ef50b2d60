"""New sums for the claims of a list, in proportion to their weights: everybody weighed, then everybody given his sum,
in chunks. Every changed sum has new evidence and new shares.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from django.db.models import QuerySet

from policies.rules import Context
from supermarket.claims.deciding import why_nothing
from supermarket.claims.decision import Decision, PoolShare
from supermarket.claims.errors import ClaimError, FactsMissingError, NothingToPayError
from supermarket.claims.evidence import decision_again, evidence_make, evidence_opened
from supermarket.claims.funding import plan_of, shares_of
from supermarket.claims.instalments import parts_of
from supermarket.claims.models import (
    Claim,
    ClaimExclusion,
    ClaimInstalment,
    ClaimShare,
    Evidence,
    Run,
    ShareOut,
    SharePending,
)
from supermarket.claims.runs.listing import submitted_of
from supermarket.claims.runs.screening import Screened, claims_set
from supermarket.matching.catalogue import StoreCatalogue

CHUNK = 1000


def share_out_step(share_out: ShareOut, catalogue: StoreCatalogue) -> bool:
    """Weigh the next claims, or give the next ones their sums; whether everybody has his."""
    if share_out.weights is None:
        weigh_step(share_out, catalogue)
        return False
    return sums_step(share_out, catalogue)


def weigh_step(share_out: ShareOut, catalogue: StoreCatalogue) -> None:
    """Weigh the next claims of a pool; who cannot be weighed leaves the list. When all are, the odd fen are dealt."""
    last = share_out.pending.order_by("claim").values_list("claim", flat=True).last() or 0
    claims = claims_chunk(submitted_of(share_out.run).filter(pk__gt=last))
    if not claims:
        odd_deal(share_out)
        return
    weighed, refused = [], Screened()
    for claim, decision in decisions_of(claims, share_out.run, catalogue):
        try:
            share_out.total_fen, weight = pool_weight(decision, catalogue)
            weighed.append(SharePending(share_out=share_out, claim=claim, weight=weight))
        except ClaimError as error:
            refused.refuse(claim, error)
    if refused.states:
        claims_set(refused.states, None)
    SharePending.objects.bulk_create(weighed)
    share_out.save(update_fields=["total_fen"])


def odd_deal(share_out: ShareOut) -> None:
    weights = dict(share_out.pending.order_by("claim").values_list("claim", "weight"))
    if weights and share_out.total_fen is not None:
        shares = pool_shares(share_out.total_fen, weights)
        odd = [claim for claim, share in shares.items() if share.odd]
        share_out.pending.filter(claim__in=odd).update(odd=1)
    share_out.weights = sum(weights.values())
    share_out.save(update_fields=["weights"])


def sums_step(share_out: ShareOut, catalogue: StoreCatalogue) -> bool:
    """Give the next claims their sums; whether nobody is left. Who left the list meanwhile gets none."""
    rows = {each.claim_id: each for each in share_out.pending.order_by("claim")[:CHUNK]}
    if not rows or not share_out.total_fen or not share_out.weights:
        return True
    claims = claims_chunk(submitted_of(share_out.run).filter(pk__in=rows))
    sums_write(
        [
            (claim, replace(decision, pool_share=share_of(share_out, rows[claim.pk])))
            for claim, decision in decisions_of(claims, share_out.run, catalogue)
        ],
        catalogue,
    )
    share_out.pending.filter(claim__in=rows).delete()
    return len(rows) < CHUNK


def share_of(share_out: ShareOut, row: SharePending) -> PoolShare:
    assert share_out.total_fen is not None and share_out.weights is not None
    return PoolShare(share_out.total_fen, row.weight, share_out.weights, row.odd)


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


def claims_chunk(rows: QuerySet[Claim]) -> list[Claim]:
    """The first of the claims, as deciding again needs them."""
    return list(rows.select_related("beneficiary__person", "policy").order_by("pk")[:CHUNK])


def decisions_of(claims: Sequence[Claim], run: Run, catalogue: StoreCatalogue) -> Iterator[tuple[Claim, Decision]]:
    """Claims with their latest decision, as its evidence tells it."""
    latest = Evidence.objects.filter(claim__in=claims).order_by("claim", "-number").distinct("claim")
    evidence = {each.claim_id: each for each in latest}
    for claim in claims:
        found = evidence[claim.pk]
        found.claim, found.policy_version = claim, run.policy_version
        yield claim, decision_again(found, evidence_opened(found)[0], catalogue)


def sums_write(batch: Sequence[tuple[Claim, Decision]], catalogue: StoreCatalogue) -> None:
    """New sums of decided claims, written by sets."""
    ids = [claim.pk for claim, _ in batch]
    numbers = dict(Evidence.objects.filter(claim__in=ids).order_by("number").values_list("claim", "number"))
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
