"""A claim that has its money gets another sum: new evidence, new shares, new reservations, in one transaction."""

from dataclasses import replace

from supermarket.claims.decision import Decision
from supermarket.claims.evidence import decision_again, evidence_make, evidence_opened
from supermarket.claims.funding import claim_reserve, plan_of, reservations_release, shares_enter
from supermarket.claims.instalments import parts_of
from supermarket.claims.models import Claim, ClaimExclusion, ClaimInstalment, ClaimShare
from supermarket.matching.catalogue import StoreCatalogue, store_catalogue
from supermarket.users.models import User


def decision_frozen(claim: Claim, catalogue: StoreCatalogue) -> Decision:
    """The last decision on the claim, made again from its evidence."""
    evidence = claim.evidence.select_related("policy_version__policy").latest("number")
    evidence.claim = claim
    return decision_again(evidence, evidence_opened(evidence)[0], catalogue)


def claim_resum(claim: Claim, amount_fen: int, actor: User) -> Decision:
    """Free what was reserved and reserve the new sum. Raises AppropriationExhaustedError, …"""
    catalogue = store_catalogue()
    number = claim.evidence.count() + 1
    decision = replace(decision_frozen(claim, catalogue), decided_fen=amount_fen, pool_share=None, standings=())
    plan = plan_of(decision, parts_of(decision, catalogue))
    reservations_release([claim.pk], key=f"evidence {number}")
    ClaimShare.objects.filter(claim=claim).delete()
    ClaimInstalment.objects.filter(claim=claim).delete()
    claim_reserve(claim, plan, decision.definition, decision.circumstances.day, key=f"evidence {number}")
    shares_enter(claim, plan)
    evidence_make(claim, decision, number=number, actor=actor).save()
    claim.amount_fen = amount_fen
    claim.save(update_fields=["amount_fen"])
    ClaimExclusion.objects.filter(claim=claim).update(full_fen=amount_fen)
    return decision
