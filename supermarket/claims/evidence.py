"""Evidence: a decision as JSON, frozen, with a digest; and the way back, so that it can be decided again.

A person's facts and reasons are sealed under the person's key: erasure makes them unreadable, and the digest, which is
over what is stored, still holds.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from enterprises.known import KnownFact
from enterprises.models import Beneficiary
from enterprises.secrets import key_unwrap, seal, unseal
from enterprises.vocabulary import fact_definitions
from policies.rules import Explanation, explain, facts_as_data, facts_from_data
from supermarket.claims.decision import Circumstances, Decision, PoolShare, decide
from supermarket.claims.exclusions import Standing
from supermarket.claims.models import Claim, Evidence
from supermarket.matching.catalogue import StoreCatalogue
from supermarket.matching.periods import offer_for
from supermarket.users.models import User

# Raised when the golden set replays differently: an engine change, not tampering.
ENGINE_VERSION = "rules 1"
SEALED = "sealed"


def shows(code: str) -> bool:
    """Whether sentences may hold a fact's value: not that of the statistics office."""
    fact = fact_definitions().get(code)
    return fact is None or fact.visibility != "statistics"


def canonical(data: Any) -> str:
    """One spelling for one content: sorted keys, no spaces."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def verdict_as_data(decision: Decision) -> dict[str, Any]:
    """Verdict, reasons in sentences, missing facts, sum and items, as they are shown; replays compare all but words."""
    answer = decision.answer
    amount = answer.amount
    return {
        "verdict": str(answer.verdict),
        "missing": sorted(answer.missing),
        "reasons": _explanation(explain(answer.decided, shows=shows)),
        "occasion": decision.occasion,
        "full_fen": decision.full_fen,
        "items": list(decision.items),
        "notes": [] if amount is None else [list(note) for note in amount.reasons.notes],
        "pending": [] if amount is None else [[str(row.key), sorted(row.missing)] for row in amount.pending],
    }


def _explanation(explanation: Explanation) -> dict[str, Any]:
    reason = explanation.reason
    data: dict[str, Any] = {"truth": reason.truth, "zh": explanation.zh, "en": explanation.en}
    if explanation.parts:
        return {**data, "kind": reason.kind, "parts": [_explanation(part) for part in explanation.parts]}
    return {**data, "facts": [code for code, _ in reason.used]}


def context_as_data(decision: Decision) -> dict[str, Any]:
    told = decision.circumstances
    pool = decision.pool_share
    return {
        "day": told.day.isoformat(),
        "paid": [[group, window, str(yuan)] for (group, window), yuan in sorted(told.paid.items())],
        "items_used": sorted(told.items_used),
        "parameters": facts_as_data(dict(told.parameters or {})),
        "standings": [standing.as_data() for standing in decision.standings],
        "pool": None if pool is None else [pool.total_fen, pool.weight, pool.weights, pool.odd],
        "decided_fen": decision.decided_fen,
    }


def evidence_make(claim: Claim, decision: Decision, *, number: int = 1, actor: User | None = None) -> Evidence:
    """The row, not saved. `claim` comes with beneficiary (a person with `person`)."""
    facts: Any = {code: fact.as_data() for code, fact in decision.facts.items()}
    verdict: Any = verdict_as_data(decision)
    if claim.beneficiary.kind == Beneficiary.Kind.PERSON:
        facts, verdict = _sealed(facts, claim.beneficiary), _sealed(verdict, claim.beneficiary)
    evidence = Evidence(
        claim=claim,
        number=number,
        policy_version=decision.offer.version,
        reference=decision.offer.reference,
        known_at=decision.circumstances.known_at,
        facts=facts,
        context=context_as_data(decision),
        verdict=verdict,
        amount_fen=decision.amount_fen,
        engine_version=ENGINE_VERSION,
        made_by=actor,
    )
    evidence.digest = digest_of(evidence)
    return evidence


def digest_of(evidence: Evidence) -> str:
    """SHA-256 over everything that the row says; another value means that it was tampered with."""
    data = {
        "claim": evidence.claim_id,
        "number": evidence.number,
        "policy_version": evidence.policy_version.sha256,
        "reference": evidence.reference.isoformat(),
        "known_at": evidence.known_at.timestamp(),
        "facts": evidence.facts,
        "context": evidence.context,
        "verdict": evidence.verdict,
        "amount_fen": evidence.amount_fen,
        "engine_version": evidence.engine_version,
        "made_by": evidence.made_by_id,
    }
    return hashlib.sha256(canonical(data).encode()).hexdigest()


def _sealed(data: Any, beneficiary: Beneficiary) -> dict[str, str]:
    wrapped = beneficiary.person.wrapped_key
    assert wrapped is not None, "nothing is decided for a person who was erased: no fact is known"
    key = key_unwrap(wrapped)
    return {SEALED: base64.b64encode(seal(canonical(data).encode(), key=key)).decode()}


def evidence_opened(evidence: Evidence) -> tuple[dict[str, Any], dict[str, Any]]:
    """Facts and verdict in the clear. Raises SecretUnreadableError once the person was erased."""
    if SEALED not in evidence.facts:
        return evidence.facts, evidence.verdict
    wrapped = evidence.claim.beneficiary.person.wrapped_key
    key = key_unwrap(wrapped) if wrapped is not None else b""
    facts, verdict = (
        json.loads(unseal(base64.b64decode(each[SEALED]), key=key)) for each in (evidence.facts, evidence.verdict)
    )
    return facts, verdict


@dataclass(frozen=True)
class Replay:
    """`intact`: the digest holds. `same`: decided again, verdict and sum are alike, else `differences` says how."""

    intact: bool
    same: bool
    differences: tuple[str, ...] = ()


def evidence_replay(evidence: Evidence, catalogue: StoreCatalogue) -> Replay:
    """Decide again on what was frozen, and compare all but the wording."""
    intact = digest_of(evidence) == evidence.digest
    facts, verdict = evidence_opened(evidence)
    decision = decision_again(evidence, facts, catalogue)
    now = {**_without_words(verdict_as_data(decision)), "amount_fen": decision.amount_fen}
    then = {**_without_words(verdict), "amount_fen": evidence.amount_fen}
    differences = tuple(
        f"{key}: {canonical(then.get(key))} -> {canonical(now.get(key))}"
        for key in sorted({*now, *then})
        if canonical(now.get(key)) != canonical(then.get(key))
    )
    return Replay(intact, not differences, differences)


def _without_words(data: Any) -> Any:
    """What was decided. The sentences are frozen as they were shown; a release may put the same better."""
    if isinstance(data, Mapping):
        return {key: _without_words(value) for key, value in data.items() if key not in ("zh", "en")}
    return [_without_words(member) for member in data] if isinstance(data, list) else data


def decision_again(evidence: Evidence, facts: Mapping[str, Any], catalogue: StoreCatalogue) -> Decision:
    context = evidence.context
    vocabulary = catalogue.lexicon.vocabulary
    circumstances = Circumstances(
        day=date.fromisoformat(context["day"]),
        known_at=evidence.known_at,
        paid={(group, window): Decimal(yuan) for group, window, yuan in context["paid"]},
        items_used=frozenset(context["items_used"]),
        parameters=facts_from_data(context["parameters"], vocabulary),
    )
    values = facts_from_data({code: fact["value"] for code, fact in facts.items()}, vocabulary)
    known = {
        code: KnownFact(code, values[code], fact["source"], date.fromisoformat(fact["as_of"]), fact["delivery"])
        for code, fact in facts.items()
        if code in values
    }
    # A successor may have ended the version since: the reference date is the one of then.
    offer = offer_for(evidence.policy_version, evidence.claim.period, circumstances.day)
    offer = replace(offer, reference=evidence.reference)
    decided = decide(offer, known, circumstances, catalogue)
    return replace(
        decided,
        standings=tuple(Standing.from_data(each) for each in context["standings"]),
        pool_share=None if context["pool"] is None else PoolShare(*context["pool"]),
        decided_fen=context["decided_fen"],
    )
