"""Screening: every drafted claim decided again by the explaining evaluator, under the locks of its holders, and frozen.

Out go the dishonest, the cancelled, those whom another claim excludes, those whose sum cannot be told. In chunks, each
a transaction: what is screened stays so, a second call goes on with the rest.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone

from enterprises.population import Snapshot
from supermarket.claims.deciding import Case, case_decide, cases_lock, decision_check, screening_check
from supermarket.claims.decision import Circumstances, Decision, decide, version_reads
from supermarket.claims.errors import ClaimError
from supermarket.claims.evidence import evidence_make
from supermarket.claims.funding import plan_of, shares_of
from supermarket.claims.instalments import parts_of
from supermarket.claims.models import Claim, ClaimInstalment, ClaimShare, Evidence, Run
from supermarket.claims.moves import run_move
from supermarket.claims.runs.preparing import rows_of, run_offer, run_snapshot
from supermarket.claims.states import ClaimState, RunState
from supermarket.matching.catalogue import StoreCatalogue, store_catalogue
from supermarket.users.models import User

CHUNK = 1000


@dataclass
class Screened:
    """What one chunk comes to, before it is written."""

    states: list[tuple[int, str, int | None, dict[str, str] | None]] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    shares: list[ClaimShare] = field(default_factory=list)
    instalments: list[ClaimInstalment] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)

    def refuse(self, claim: Claim, error: ClaimError) -> None:
        self.refusals[error.code] += 1
        self.states.append((claim.pk, ClaimState.REFUSED, None, error.message()))


def run_screen(*, run: Run, actor: User | None) -> Run:
    """Screen what is drafted. The run's counts then say how many were refused, by reason."""
    catalogue, snapshot = store_catalogue(), run_snapshot(run)
    while screen_chunk(run, snapshot, catalogue, actor):
        pass
    run.refresh_from_db()
    return run_move(run, before=(RunState.MATCHED,), to=RunState.SCREENED, actor=actor)


@transaction.atomic
def screen_chunk(run: Run, snapshot: Snapshot, catalogue: StoreCatalogue, actor: User | None) -> bool:
    """The next claims of the run; False when there are none left."""
    locked = Run.objects.select_for_update().get(pk=run.pk)
    rows = Claim.objects.filter(run=run, state=ClaimState.DRAFTED)
    claims = list(rows.select_related("beneficiary__person", "policy").order_by("pk")[:CHUNK])
    if not claims:
        return False
    screened = Screened()
    cases = cases_of(claims, run, snapshot, catalogue, screened)
    holders = cases_lock(cases)
    for case in cases:
        decision = case_decide(case, holders, catalogue)
        screened.evidence.append(evidence_make(case.claim, decision, actor=actor))
        try:
            decision_check(decision)
            screened_pay(case.claim, decision, catalogue, screened)
        except ClaimError as error:
            screened.refuse(case.claim, error)
            continue
        holders.enter(case.claim, decision, case.place, case.reads)
    screened_save(screened, actor)
    holders.save()
    if screened.refusals:
        refused = Counter(locked.counts.get("refused", {})) + screened.refusals
        Run.objects.filter(pk=run.pk).update(counts={**locked.counts, "refused": dict(refused)})
    return True


def cases_of(
    claims: Sequence[Claim], run: Run, snapshot: Snapshot, catalogue: StoreCatalogue, screened: Screened
) -> list[Case]:
    """First decisions; who is screened out by the general lists is refused here."""
    offer, reads = run_offer(run), version_reads(run.policy_version, catalogue)
    known = snapshot.known(rows_of(snapshot, (claim.beneficiary_id for claim in claims)), reads.facts)
    cases = []
    for claim, facts in zip(claims, known, strict=True):
        try:
            screening_check(claim.beneficiary, facts, run.day)
            first = decide(offer, facts, Circumstances(run.day, run.known_at), catalogue)
            cases.append(Case.of(claim, first, facts, catalogue))
        except ClaimError as error:
            screened.refuse(claim, error)
    return cases


def screened_pay(claim: Claim, decision: Decision, catalogue: StoreCatalogue, screened: Screened) -> None:
    """On the list, with its payers; a pool's claim gets its sum when the list is closed."""
    if decision.amount_fen is not None:
        shares, instalments = shares_of(claim, plan_of(decision, parts_of(decision, catalogue)))
        screened.shares += shares
        screened.instalments += instalments
    screened.states.append((claim.pk, ClaimState.SUBMITTED, decision.amount_fen, None))


def screened_save(screened: Screened, actor: User | None) -> None:
    Evidence.objects.bulk_create(screened.evidence)
    ClaimShare.objects.bulk_create(screened.shares)
    ClaimInstalment.objects.bulk_create(screened.instalments)
    claims_set(screened.states, actor)


def claims_set(states: Sequence[tuple[int, str, int | None, dict[str, str] | None]], actor: User | None) -> None:
    """(claim, state, fen, reason) of many claims in one UPDATE; a sum of None leaves the claim's as it is."""
    ids, names, amounts, reasons = zip(*states, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE claims_claim claim
            SET state = wanted.state, amount_fen = COALESCE(wanted.amount_fen, claim.amount_fen),
                reason = wanted.reason, moved_at = %s, moved_by_id = %s
            FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::jsonb[]) AS wanted (id, state, amount_fen, reason)
            WHERE claim.id = wanted.id
            """,
            [
                timezone.now(),
                None if actor is None else actor.pk,
                list(ids),
                [str(name) for name in names],
                list(amounts),
                [None if reason is None else json.dumps(reason, ensure_ascii=False) for reason in reasons],
            ],
        )
