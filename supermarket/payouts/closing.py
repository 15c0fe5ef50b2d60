"""The end of a run: what the bank's statement shows whole is reconciled and closed."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from supermarket.claims.models import Run
from supermarket.claims.states import ClaimState, RunState
from supermarket.claims.sweeping import run_close, run_follow
from supermarket.payouts.models import Payout, PayoutAttempt, StatementLine
from supermarket.payouts.rails.base import FactKind
from supermarket.payouts.states import AttemptState, PayoutState


def runs_close() -> int:
    """Runs whose payouts have all reached an end and stand on the bank's statements are reconciled and closed; how
    many. Called at every pass of the work: it looks at runs that are being disbursed only."""
    closed = 0
    for run in Run.objects.filter(state__in=(RunState.RELEASED, RunState.DISBURSING)).order_by("pk"):
        with transaction.atomic():
            locked = Run.objects.select_for_update(skip_locked=True).filter(pk=run.pk).first()
            if locked is None:
                continue
            locked = run_follow(locked)
            if locked.state == RunState.DISBURSING and run_reconciled(locked):
                closed += run_close(locked).state == RunState.CLOSED
    return closed


def run_reconciled(run: Run) -> bool:
    """Whether nothing of the run is on its way, and every debit and every return is on a statement."""
    if run.claims.filter(state__in=(ClaimState.RELEASED, ClaimState.PAYING)).exists():
        return False
    payouts = Payout.objects.filter(claim__run=run)
    if payouts.exclude(state__in=(PayoutState.SETTLED, PayoutState.UNPAID)).exists():
        return False
    booked = PayoutAttempt.objects.filter(
        payout__claim__run=run, state__in=(AttemptState.SETTLED, AttemptState.RETURNED)
    )
    lines = StatementLine.objects.filter(attempt=OuterRef("pk"))
    debit, return_ = (Exists(lines.filter(kind=kind)) for kind in (FactKind.DEBITED, FactKind.RETURNED))
    return not booked.filter(~debit | Q(state=AttemptState.RETURNED) & ~return_).exists()
