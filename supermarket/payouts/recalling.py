"""Cancelling a run that was released: what has not left for the bank is recalled."""

from django.db import transaction
from django.db.models import Exists, OuterRef

from supermarket.claims.errors import NotAllowedError
from supermarket.claims.funding import reservations_release
from supermarket.claims.models import Claim, Run
from supermarket.claims.moves import claims_move
from supermarket.claims.runs.releasing import NOT_LEFT, run_cancel, run_has_unreleased
from supermarket.claims.states import ClaimState
from supermarket.payouts import clock
from supermarket.payouts.models import Payout, SubBatch
from supermarket.payouts.services import sub_batch_withdraw
from supermarket.payouts.states import PayoutState, SubBatchState
from supermarket.users.models import User

UNSENT = (PayoutState.DUE, PayoutState.HELD)
GONE = (PayoutState.PAYING, PayoutState.SETTLED, PayoutState.RETURNED)


@transaction.atomic
def run_recall(*, run: Run, actor: User, reason: str) -> Run:
    """Cancel a run: whatever has not left for the bank is withdrawn and its money is free again; what has left goes
    on. A run of which nothing has left is cancelled. Raises NotAllowedError (no reason given, or all has left)."""
    if not reason.strip():
        raise NotAllowedError(because_zh="请填写取消原因", because_en="say why it is cancelled")
    run = Run.objects.select_for_update(no_key=True).get(pk=run.pk)
    recalled = payouts_recall(run, actor, {"zh": f"批次取消：{reason}", "en": f"the run was cancelled: {reason}"})
    return run_cancel(run=run, actor=actor, reason=reason) if not recalled or run_has_unreleased(run) else run


def payouts_recall(run: Run, actor: User, why: dict[str, str]) -> int:
    """Payouts that are due or held are given up, messages that were written and not handed over are withdrawn; how many
    payouts were given up.

    Workers go on meanwhile, and each step waits for those that are in the middle of the one before it: the claims'
    locks for who makes payouts, the payouts' locks for who writes messages. A message that is withdrawn leaves its
    payouts held, so that there is another round. No lock is on a key: they check the keys of what they wrote when they
    commit, and would wait for us while we wait for them.
    """
    claims_lock(run)
    recalled = 0
    while True:
        given_up = payouts_give_up(run, actor, why)
        recalled += given_up
        if not messages_withdraw(run, actor, why) and not given_up:
            return recalled


def claims_lock(run: Run) -> None:
    """No payout is made of these any more; of the others they are made already."""
    list(
        Claim.objects.filter(run=run, state__in=NOT_LEFT)
        .select_for_update(no_key=True)
        .order_by("pk")
        .values_list("pk")
    )


def messages_withdraw(run: Run, actor: User, why: dict[str, str]) -> int:
    """How many were taken back; one that is being handed over at this moment has left."""
    waiting = SubBatch.objects.filter(batch__run=run, state=SubBatchState.INSTRUCTED).order_by("pk")
    return sum(sub_batch_withdraw(sub_batch=sub_batch, actor=actor, reason=why) for sub_batch in waiting)


def payouts_give_up(run: Run, actor: User, why: dict[str, str]) -> int:
    """Payouts of which nothing is out, and the claims of which nothing has left."""
    unsent = Payout.objects.filter(claim__run=run, state__in=UNSENT)
    found = dict(unsent.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk", "claim_id"))
    if not found:
        return 0
    Payout.objects.filter(pk__in=found).update(
        state=PayoutState.UNPAID, moved_at=clock.now(), moved_by=actor, reason=why
    )
    elsewhere = Payout.objects.filter(claim=OuterRef("pk"), state__in=GONE)
    claims = Claim.objects.filter(~Exists(elsewhere), pk__in=set(found.values()), state=ClaimState.PAYING)
    withdrawn = list(claims.values_list("pk", flat=True))
    reservations_release(set(found.values()), key="recalled")
    claims_move(
        Claim.objects.filter(pk__in=withdrawn),
        before=(ClaimState.PAYING,),
        to=ClaimState.WITHDRAWN,
        actor=actor,
        reason=why,
    )
    return len(found)
