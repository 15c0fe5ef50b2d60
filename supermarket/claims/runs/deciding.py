"""The collective decision on the list: entered, the list fitted to the money and closed.

Where money is short, the policy says what happens: the last on the list queue, everybody gets less, or nothing goes on.
"""

from collections.abc import Callable
from datetime import date

from django.core.files import File
from django.db import transaction

from supermarket.celery import poke
from supermarket.claims.errors import ClaimError, ListShortError, NotAllowedError
from supermarket.claims.models import Run, ShareOut
from supermarket.claims.moves import run_move, wrong_state
from supermarket.claims.runs.fitting import list_fit_step
from supermarket.claims.runs.listing import list_digest, payer_totals, submitted_of
from supermarket.claims.states import ClaimState, RunState
from supermarket.ledger.errors import yuan
from supermarket.users.models import User

LONG = 5_000  # claims: a longer list is fitted in the background


def run_decide(
    *, run: Run, minutes_number: str, minutes_on: date, actor: User, minutes_file: "File[bytes] | None" = None
) -> Run:
    """Enter the collective decision: number and date of the minutes, and the file. The list is fitted to the money and
    closed: its hash is what the head approves.

    A long list is fitted in the background (`decision_carry_out`), where an interruption loses nothing; what stands in
    the way is then told by `Run.decision_problem`. Raises NotAllowedError, ListShortError (the policy stops where money
    is short), WrongStateError: then nothing has happened.
    """
    if not minutes_number.strip():
        raise NotAllowedError(because_zh="请填写会议纪要编号", because_en="the number of the minutes is missing")
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.state != RunState.SCREENED:
            raise wrong_state("批次", "run", run.pk, run.get_state_display(), RunState.DECIDED)
        if run.deciding:
            raise NotAllowedError(
                because_zh="集体决策已录入，名单正在核定", because_en="a decision was entered, its list is being fitted"
            )
        run.minutes_number, run.minutes_on = minutes_number.strip(), minutes_on
        run.decision_by, run.decision_problem = actor, None
        run.save(update_fields=["minutes_number", "minutes_on", "decision_by", "decision_problem"])
        long = submitted_of(run).count() > LONG
        while not long and not decision_step(run):
            pass  # a short list is fitted and closed here and now
        run.refresh_from_db()
        if minutes_file is not None:
            run.minutes_file.save(minutes_file.name or "minutes", minutes_file)
    if long:
        poke("runs.prepare")
    return run


def decision_carry_out(*, run: Run, report: Callable[[int, int], None] = lambda done, count: None) -> Run:
    """Fit and close the list of a decision that was entered, step by step, each a transaction: an interrupted one goes
    on where it stopped; a pause holds it up. `report` is told how far it is, as by `decision_progress`. Harmless where
    nothing is left."""
    done = False
    while not done:
        try:
            with transaction.atomic():
                run = Run.objects.select_for_update().get(pk=run.pk)
                if not run.deciding or run.paused:
                    return run
                done = decision_step(run)
        except ClaimError as error:
            return decision_undo(run, error)
        report(*decision_progress(run))
    run.refresh_from_db()
    return run


def decision_step(run: Run) -> bool:
    """The next part of the fitting, or the closing of the list, whose run is locked; whether it is closed."""
    if not list_fit_step(run):
        return False
    list_close(run)
    return True


def list_close(run: Run) -> None:
    """Raises ListShortError, NotAllowedError (nobody is on it)."""
    if short := [total for total in payer_totals(run, states=(ClaimState.SUBMITTED,)) if total.short_fen]:
        raise ListShortError(
            detail_zh="；".join(f"{total.payer} 缺 {yuan(total.short_fen)} 元" for total in short),
            detail_en="; ".join(f"{total.payer} lacks {yuan(total.short_fen)} yuan" for total in short),
        )
    digest = list_digest(run)
    if not digest.count:
        raise NotAllowedError(because_zh="名单为空", because_en="nobody is on the list")
    ShareOut.objects.filter(run=run).delete()
    run_move(
        run,
        before=(RunState.SCREENED,),
        to=RunState.DECIDED,
        actor=run.decision_by,
        list_hash=digest.sha256,
        list_count=digest.count,
        list_total_fen=digest.total_fen,
    )


@transaction.atomic
def decision_undo(run: Run, error: ClaimError) -> Run:
    """The list stays open and says why; a decision may be entered again."""
    run = Run.objects.select_for_update().get(pk=run.pk)
    ShareOut.objects.filter(run=run).delete()
    run.decision_by, run.decision_problem = None, error.message()
    run.save(update_fields=["decision_by", "decision_problem"])
    return run


def decision_progress(run: Run) -> tuple[int, int]:
    """(done, in all) of a list being fitted: each claim is weighed, then given its sum; twice where a pool is short."""
    count = submitted_of(run).count()
    done = 0
    for share_out in ShareOut.objects.filter(run=run):
        pending = share_out.pending.count()
        done += pending if share_out.weights is None else 2 * count - pending
    return done, 2 * count * max(ShareOut.objects.filter(run=run).count(), 1)
