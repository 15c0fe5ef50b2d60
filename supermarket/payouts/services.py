"""What doors, tasks and commands may ask of payouts."""

from django.db import transaction

from supermarket.celery import poke
from supermarket.ledger.services import appropriation_reject, appropriation_release
from supermarket.payouts import clock
from supermarket.payouts.adopting import adoption_confirm, adoption_propose
from supermarket.payouts.alarms import account_resume, account_stop, alarm_resolve
from supermarket.payouts.bringing import statement_bring, statement_confirm, statement_decline
from supermarket.payouts.creation import payout_create_for_claims, payouts_due_sweep
from supermarket.payouts.mending import claim_end
from supermarket.payouts.models import Payout, SubBatch
from supermarket.payouts.moves import payout_move
from supermarket.payouts.states import AttemptState, PayoutState, SubBatchState
from supermarket.payouts.suspense import suspense_approve, suspense_propose, suspense_send_back
from supermarket.payouts.unknowns import unknown_confirm, unknown_say
from supermarket.payouts.work import payouts_work, payouts_work_until_idle
from supermarket.users.models import User

__all__ = [
    "account_resume",
    "account_stop",
    "adoption_confirm",
    "adoption_propose",
    "alarm_resolve",
    "payout_create_for_claims",
    "payout_give_up",
    "payout_hold",
    "payout_release",
    "payouts_due_sweep",
    "payouts_work",
    "payouts_work_until_idle",
    "statement_bring",
    "statement_confirm",
    "statement_decline",
    "sub_batch_withdraw",
    "suspense_approve",
    "suspense_propose",
    "suspense_send_back",
    "unknown_confirm",
    "unknown_say",
]

Words = dict[str, str]


def payout_hold(*, payout: Payout, actor: User, reason: Words) -> Payout:
    """Keep a due payout back. Raises PayoutStateError once it has been instructed."""
    return payout_move(payout, PayoutState.HELD, actor, reason)


def payout_release(*, payout: Payout, actor: User | None, reason: Words) -> Payout:
    """Send a held payout, or a returned one whose account was mended: a new instruction goes out."""
    moved = payout_move(payout, PayoutState.DUE, actor, reason)
    poke("payouts.work")
    return moved


@transaction.atomic
def payout_give_up(*, payout: Payout, actor: User | None, reason: Words) -> Payout:
    """Not to be paid any more (the deadline to mend the account has passed, the claim was withdrawn): the reservation
    is released. Raises PayoutStateError while an instruction is out."""
    moved = payout_move(payout, PayoutState.UNPAID, actor, reason)
    appropriation_release(holders=[moved.holder], key=f"payout:{moved.pk}")
    claim_end(moved.claim, reason)
    return moved


@transaction.atomic
def sub_batch_withdraw(*, sub_batch: SubBatch, actor: User, reason: Words) -> bool:
    """Take back a message that has not left: its payouts are held. False if it has left already."""
    row = (
        SubBatch.objects.select_for_update(skip_locked=True)
        .filter(pk=sub_batch.pk, state=SubBatchState.INSTRUCTED)
        .first()
    )
    if row is None:
        return False
    moved = {"moved_at": clock.now(), "moved_by": actor, "reason": reason}
    SubBatch.objects.filter(pk=row.pk).update(state=SubBatchState.WITHDRAWN, **moved)
    attempts = list(row.attempts.select_related("payout"))
    row.attempts.update(state=AttemptState.REJECTED, **moved)
    appropriation_reject(events={attempt.payout.holder: attempt.end_to_end_id for attempt in attempts})
    Payout.objects.filter(attempts__in=[attempt.pk for attempt in attempts]).update(state=PayoutState.HELD, **moved)
    return True
