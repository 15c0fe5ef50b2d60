"""Evidence sheets: of a claim, from what was frozen; of a beneficiary before it claims, from what is known."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from enterprises.known import KnownFact
from enterprises.models import Beneficiary
from enterprises.secrets import SecretUnreadableError
from policies.definition import Text, Verdict
from policies.rules import Vocabulary, explain_amount, facts_from_data
from supermarket.claims.decision import version_reads
from supermarket.claims.evidence import canonical, decision_again, digest_of, evidence_opened
from supermarket.claims.models import Claim, Evidence
from supermarket.matching.catalogue import store_catalogue
from supermarket.matching.selectors import PolicyAnswer, shelf_answer
from supermarket.matching.vocabulary import store_vocabulary
from supermarket.papers.lines import (
    Known,
    deliveries_of,
    fact_lines,
    paper_lines,
    parameter_lines,
    reasons_frozen,
    reasons_shown,
)
from supermarket.papers.types import EvidenceSheet, deliveries_named
from supermarket.shelf.knowledge import Knowledge, is_shown
from supermarket.shelf.reasons import Explainer


def sheet_of_claim(*, claim: Claim) -> EvidenceSheet | None:
    """The sheet of the claim's last decision; None while nothing was decided. Whoever calls answers for who reads."""
    rows = claim.evidence.select_related("policy_version__policy", "claim__beneficiary__person")
    evidence = rows.order_by("-number").first()
    if evidence is None:
        return None
    intact = digest_of(evidence) == evidence.digest
    try:
        facts, verdict = evidence_opened(evidence)
    except SecretUnreadableError:
        return sheet_of_evidence(evidence, {}, intact=intact, erased=True)
    return sheet_of_evidence(evidence, {"facts": facts, "verdict": verdict}, intact=intact, erased=False)


def sheet_of_evidence(evidence: Evidence, opened: Mapping[str, Any], *, intact: bool, erased: bool) -> EvidenceSheet:
    vocabulary = store_vocabulary()
    known = known_from_data(opened.get("facts", {}), vocabulary)
    papers = paper_lines(evidence.policy_version.parsed, known)
    facts = fact_lines(known, vocabulary)
    verdict = opened.get("verdict")
    parameters = facts_from_data(evidence.context["parameters"], vocabulary)
    return EvidenceSheet(
        version=evidence.policy_version,
        beneficiary=evidence.claim.beneficiary,
        period=evidence.claim.period,
        reference=evidence.reference,
        known_at=evidence.known_at,
        amount_fen=evidence.amount_fen,
        digest=evidence.digest,
        verdict=None if verdict is None else Verdict(verdict["verdict"]),
        claim=evidence.claim_id,
        number=evidence.number,
        intact=intact,
        erased=erased,
        papers=papers,
        facts=facts,
        parameters=parameter_lines(parameters, vocabulary),
        reasons=() if verdict is None else tuple(reasons_frozen(verdict["reasons"])),
        sum_told=() if verdict is None else tuple(sum_again(evidence, opened["facts"], vocabulary)),
        deliveries=deliveries_of(deliveries_named(papers, facts)),
    )


def sum_again(evidence: Evidence, facts: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[Text]:
    """How the sum came about, told by deciding again on what was frozen."""
    amount = decision_again(evidence, facts, store_catalogue()).answer.amount
    if amount is not None:
        for sentence in explain_amount(amount, vocabulary, shows=is_shown):
            yield Text(sentence.zh, sentence.en)


def known_from_data(facts: Mapping[str, Mapping[str, Any]], vocabulary: Vocabulary) -> Known:
    """Facts as they were frozen; a fact that the vocabulary has lost since is left out."""
    values = facts_from_data({code: fact["value"] for code, fact in facts.items()}, vocabulary)
    return {
        code: KnownFact(
            code=code,
            value=values[code],
            source=fact["source"],
            as_of=date.fromisoformat(fact["as_of"]),
            delivery_id=fact["delivery"],
            row_number=fact.get("row"),
            absent=fact.get("absent", False),
        )
        for code, fact in facts.items()
        if code in values
    }


def sheet_before_claim(*, beneficiary: Beneficiary, policy: str, period: str, as_of: date) -> EvidenceSheet | None:
    """What would be decided on the day, on all that is known: for the beneficiary's own owner only; the caller answers
    for that. None where the policy has nothing to offer the beneficiary for the period."""
    knowledge = Knowledge(beneficiary=beneficiary, owner=True, typed={})
    for answer in shelf_answer(audience=beneficiary.kind, facts=knowledge.facts, as_of=as_of):
        if answer.definition.code == policy and answer.period == period:
            return sheet_of_answer(beneficiary, answer, knowledge)
    return None


def sheet_of_answer(beneficiary: Beneficiary, answer: PolicyAnswer, knowledge: Knowledge) -> EvidenceSheet:
    vocabulary, day = store_vocabulary(), answer.offer.reference
    reads = version_reads(answer.version, answer.catalogue)
    all_known = knowledge.known(day)
    known = {code: all_known[code] for code in sorted(reads.facts) if code in all_known}
    values = answer.catalogue.parameters_as_of(day)
    explainer = Explainer(answer, knowledge)
    conditions = tuple(map(explainer.reason, explainer.conditions()))
    papers, facts = paper_lines(answer.definition, all_known), fact_lines(known, vocabulary)
    said = {
        "policy_version": answer.version.sha256,
        "beneficiary": beneficiary.code,
        "period": answer.period,
        "reference": day.isoformat(),
        "facts": {code: fact.as_data() for code, fact in known.items()},
        "verdict": str(answer.verdict),
        "amount_fen": answer.amount_fen,
    }
    return EvidenceSheet(
        version=answer.version,
        beneficiary=beneficiary,
        period=answer.period,
        reference=day,
        known_at=timezone.now(),
        amount_fen=answer.amount_fen,
        digest=hashlib.sha256(canonical(said).encode()).hexdigest(),
        verdict=answer.verdict,
        papers=papers,
        facts=facts,
        parameters=parameter_lines({code: values.get(code) for code in reads.parameters}, vocabulary),
        reasons=tuple(reasons_shown(conditions)),
        sum_told=tuple(reason.text for reason in explainer.amount_reasons()),
        deliveries=deliveries_of(deliveries_named(papers, facts)),
    )
