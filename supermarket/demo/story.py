"""One automatic run, paid before the reader's eyes: three officials, a notice without days, and a bank."""

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from supermarket.claims.models import Run
from supermarket.claims.runs.approval import approval_carry_out, run_approve
from supermarket.claims.runs.background import run_prepare
from supermarket.claims.runs.deciding import decision_carry_out, run_decide
from supermarket.claims.runs.preparing import run_start
from supermarket.claims.runs.releasing import run_release
from supermarket.claims.states import RunState
from supermarket.dates import today
from supermarket.ledger.errors import yuan
from supermarket.payouts.selectors import run_progress
from supermarket.payouts.states import PayoutState
from supermarket.users.models import User

POLICY = "wuhu-job-retention-refund-2023"
WAIT_SECONDS = 120.0


def run_tell(console: Console) -> None:
    """Start, decide, approve and release the refund of the year, once; then show how the money leaves. A demo that was
    stopped in the middle goes on where it was."""
    maker, head, releaser = (User.objects.get(username=name) for name in ("maker", "head", "releaser"))
    run = Run.objects.filter(policy__code=POLICY, parent=None).exclude(state=RunState.CANCELLED).first()
    if run is None:
        options = {"notice_days": 0, "confirmation_days": 0}
        run = run_start(policy_code=POLICY, period=str(today().year), actor=maker, options=options)
    if run.state in (RunState.DRAFTED, RunState.MATCHED):
        console.print("  run: matching everybody …")
        run = run_prepare(run=run, actor=maker)
    if run.state == RunState.SCREENED:
        run = run_decide(run=run, minutes_number="演示〔2023〕1号", minutes_on=today(), actor=maker)
        run = decision_carry_out(run=run)
        console.print(f"  run: {run.list_count:,} firms, {yuan(run.list_total_fen or 0)} yuan; approved by a second")
    if run.state == RunState.DECIDED:
        run = run_approve(run=run, list_hash=run.list_hash, actor=head)
    if run.state in (RunState.APPROVED, RunState.ON_NOTICE, RunState.CONFIRMING):
        run = approval_carry_out(run=run)
        run = run_release(run=run, payment_order_number="演示拨付1号", actor=releaser)
    money_watch(run)


def money_watch(run: Run) -> None:
    """A bar of payouts that are no longer on their way, until none is or the time is up; the worker goes on."""
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as progress:
        bar = progress.add_task("released by a third, paid or returned", total=run.list_count or 0)
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            now = run_progress(run)
            on_the_way = sum(now.states.get(state, (0, 0))[0] for state in (PayoutState.DUE, PayoutState.PAYING))
            progress.update(bar, completed=now.count - on_the_way)
            if now.count == run.list_count and now.done:
                return
            time.sleep(0.5)
