"""What becomes due by itself: notices and terms that are over, money that has come for those who wait, instalments.

Harmless at any time and any number of times; every step is a conditional move.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from supermarket import dates
from supermarket.celery import poke
from supermarket.claims.approving import NO_MONEY, claim_approve, queue_of
from supermarket.claims.confirming import silence_counts
from supermarket.claims.funding import claim_reserve, plan_of
from supermarket.claims.instalments import instalment_release, parts_of
from supermarket.claims.models import Claim, ClaimInstalment, Run
from supermarket.claims.moves import claims_move, run_move
from supermarket.claims.recoveries.searching import recoveries_search
from supermarket.claims.redeciding import decision_frozen
from supermarket.claims.runs.notice import run_advance
from supermarket.claims.states import CLAIM_ENDS, CLAIM_RELEASED, ClaimState, RunState
from supermarket.claims.year_end import MAY_WAIT
from supermarket.matching.catalogue import StoreCatalogue, store_catalogue

QUEUE_AT_ONCE = 500


@dataclass
class Swept:
    """How many of each."""

    runs: int = 0
    noticed: int = 0
    silent: int = 0
    queued: int = 0
    instalments: int = 0
    decided_again: int = 0


def claims_sweep(*, day: date | None = None) -> Swept:
    """Do all that is due on a day."""
    day = day or dates.today()
    swept = Swept()
    for run in Run.objects.filter(state__in=(RunState.ON_NOTICE, RunState.CONFIRMING), paused=False):
        before = run.state
        swept.runs += run_advance(run=run, day=day).state != before
    swept.noticed = notices_end(day)
    swept.silent = silences_end(day)
    swept.queued = queue_serve()
    swept.instalments = instalments_release(day)
    swept.decided_again = recoveries_search()
    return swept


@transaction.atomic
def notices_end(day: date) -> int:
    """Claims that stand alone (by application) and whose notice is over are released."""
    rows = Claim.objects.filter(run=None, left_run=None, waits_for_money=False, notice_until__lt=day)
    moved = claims_move(rows, before=(ClaimState.ON_NOTICE,), to=ClaimState.RELEASED, actor=None, reason=None)
    if moved:
        poke("payouts.work")
    return moved


@transaction.atomic
def silences_end(day: date) -> int:
    """Claims that left their run for want of an account, and whose last day has passed."""
    rows = Claim.objects.filter(run=None, state=ClaimState.AWAITING_CONFIRMATION, confirm_until__lt=day)
    rows = rows.select_for_update(of=("self",)).select_related("policy_version")
    by_version: dict[int, list[Claim]] = {}
    for claim in rows:
        by_version.setdefault(claim.policy_version_id, []).append(claim)
    for claims in by_version.values():
        silence_counts([claim.pk for claim in claims], claims[0].policy_version.parsed)
    return sum(map(len, by_version.values()))


def queue_serve() -> int:
    """Those who applied and wait for money, in the order of their claims, as far as it goes; how many got it. Those who
    left a run are taken up by a supplementary run."""
    catalogue = store_catalogue()
    states = (ClaimState.SUBMITTED, *MAY_WAIT)
    waiting = Claim.objects.filter(waits_for_money=True, left_run=None, state__in=states)
    served, stopped = 0, set()
    for identity, policy in waiting.order_by("pk").values_list("pk", "policy")[:QUEUE_AT_ONCE]:
        if policy in stopped:
            continue
        with transaction.atomic():
            claim = waiting.select_for_update(of=("self",), skip_locked=True).filter(pk=identity).first()
            if claim is None:
                continue
            claim = claim_serve(claim, catalogue)
        if claim.waits_for_money:
            stopped.add(policy)
        else:
            served += 1
    if served:
        poke("payouts.work")
    return served


def claim_serve(claim: Claim, catalogue: StoreCatalogue) -> Claim:
    """Approve one that waits; one that was approved before, and set free at the end of a year, gets its money again."""
    decision = decision_frozen(claim, catalogue)
    if claim.state == ClaimState.SUBMITTED:
        return claim_approve(claim, decision, catalogue, actor=None, day=dates.today())
    if queue_of(claim).exists():
        return claim
    day = dates.today()
    with suppress(*NO_MONEY), transaction.atomic():
        plan = plan_of(decision, parts_of(decision, catalogue))
        claim_reserve(claim, plan, decision.definition, day, key=f"year {day.year}")
        claim.waits_for_money = False
        claim.save(update_fields=["waits_for_money"])
    return claim


def instalments_release(day: date) -> int:
    """Instalments whose day has come, of claims that are being paid; how many were looked at."""
    catalogue = store_catalogue()
    due = ClaimInstalment.objects.filter(
        due_on__lte=day, released_at=None, dropped_because__isnull=True, claim__state__in=CLAIM_RELEASED
    )
    count = 0
    for identity in due.order_by("due_on", "pk").values_list("pk", flat=True)[:QUEUE_AT_ONCE]:
        with transaction.atomic():
            rows = due.select_for_update(of=("self",), skip_locked=True)
            found = rows.select_related("claim__policy_version", "claim__beneficiary__person").filter(pk=identity)
            for instalment in found:
                instalment_release(instalment, catalogue, day)
                count += 1
    if count:
        poke("payouts.work")
    return count


@transaction.atomic
def run_follow(run: Run) -> Run:
    """Disbursing as soon as something of it is being paid."""
    if run.state != RunState.RELEASED:
        return run
    if run.claims.filter(state__in=(ClaimState.PAYING, ClaimState.PAID, ClaimState.CLOSED)).exists():
        return run_move(run, before=(RunState.RELEASED,), to=RunState.DISBURSING, actor=None)
    return run


@transaction.atomic
def run_close(run: Run) -> Run:
    """Called by whoever has reconciled the bank's statements with the books: a run of which nothing is on its way is
    reconciled, and closed with its claims."""
    open_claims = run.claims.exclude(Q(state__in=CLAIM_ENDS) | Q(state__in=(ClaimState.PAID, ClaimState.CLOSED)))
    if run.state != RunState.DISBURSING or open_claims.exists():
        return run
    run = run_move(run, before=(RunState.DISBURSING,), to=RunState.RECONCILED, actor=None)
    claims_move(run.claims.all(), before=(ClaimState.PAID,), to=ClaimState.CLOSED, actor=None, reason=None)
    return run_move(run, before=(RunState.RECONCILED,), to=RunState.CLOSED, actor=None)
