"""What takes minutes in a run, out of the request: matching and screening, fitting a long list to the money, carrying
out its approval."""

import logging

from django.db.models import Exists, OuterRef, Q

from enterprises.locks import alone
from supermarket.claims.models import Claim, Run
from supermarket.claims.runs.approval import approval_carry_out
from supermarket.claims.runs.deciding import decision_carry_out
from supermarket.claims.runs.preparing import run_match
from supermarket.claims.runs.screening import run_screen
from supermarket.claims.states import ClaimState, RunState
from supermarket.errors import StoreError
from supermarket.users.models import User

log = logging.getLogger(__name__)
LOCK = "claims.run"


def runs_prepare() -> int:
    """Match, screen and carry out what was opened, decided or approved, going on where a crash left off; how many runs
    are ready for their next step. One that cannot go on holds up no other."""
    ready = 0
    begun = Q(state__in=(RunState.DRAFTED, RunState.MATCHED))
    decided = Q(state=RunState.SCREENED, decision_by__isnull=False)
    submitted = Claim.objects.filter(run=OuterRef("pk"), state=ClaimState.SUBMITTED)
    approved = Q(Exists(submitted), state=RunState.APPROVED)
    for run in Run.objects.filter(begun | decided | approved, paused=False).order_by("pk"):
        with alone(LOCK, run.pk) as mine:
            if not mine:
                continue  # another worker is at it
            try:
                ready += prepare(run, actor=None)
            except StoreError as error:  # it was cancelled meanwhile, or money is gone that it counts on
                log.warning("%s does not go on: %s", run, error)
    return ready


def run_prepare(*, run: Run, actor: User | None) -> Run:
    """Match and screen one run at once; where a worker is at it already, wait for that."""
    with alone(LOCK, run.pk, wait=True):
        prepare(run, actor=actor)
    return run


def prepare(run: Run, actor: User | None) -> bool:
    """Whether there was anything to do. The caller holds the run alone."""
    run.refresh_from_db()
    if run.state == RunState.DRAFTED:
        run_match(run=run, actor=actor)
    if run.state == RunState.MATCHED:
        run_screen(run=run, actor=actor)
    elif run.deciding:
        decision_carry_out(run=run)
    elif run.state == RunState.APPROVED:
        approval_carry_out(run=run)
    else:
        return False
    return True
