"""Handing over. The bank is called between two transactions, never inside one: the first says that we are about to, the
second what came of it. Dying in between leaves the outcome unknown, and an unknown outcome is looked up.

The same bytes go out a second time only after the bank was asked, said nothing of them, and declares that it recognises
a message that it has.
"""

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from supermarket.payouts import clock
from supermarket.payouts.events import sub_batch_reject
from supermarket.payouts.models import Channel, SubBatch
from supermarket.payouts.rails.base import Answer, Outcome
from supermarket.payouts.rails.registry import rail_for
from supermarket.payouts.states import AttemptState, SubBatchState
from supermarket.users.models import User

BACKOFF_SECONDS_MAX = 300
LOST = {
    "zh": "发送进程中断，不知银行是否收到",
    "en": "The worker did not come back while it handed over: whether the bank has it is not known.",
}


def sub_batch_take(
    state: SubBatchState,
    *,
    only: int | None = None,
    shut: Collection[int] = (),
    actor: User | None = None,
    reason: dict[str, str] | None = None,
) -> SubBatch | None:
    """Claim one sub-batch in `state` (or that one) for handing over; what was applied for goes before the runs.

    Nothing leaves a stopped account, nor for a paused run, nor by a `shut` channel. `actor`, `reason`: who had it sent
    again, and why. Committed when this returns.
    """
    now = clock.now()
    rows = (
        SubBatch.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(Q(batch__run=None) | Q(batch__run__paused=False))
        .filter(state=state, available_at__lte=now, batch__payer_account__stopped__isnull=True)
        .exclude(batch__payer_account__channel__in=shut)
        .order_by(F("batch__run").asc(nulls_first=True), "pk")
        .select_related("batch__payer_account__channel")
    )
    if only is not None:
        rows = rows.filter(pk=only)
    with transaction.atomic():
        sub_batch = rows.first()
        if sub_batch is None:
            return None
        SubBatch.objects.filter(pk=sub_batch.pk).update(
            state=SubBatchState.SENDING,
            moved_at=now,
            moved_by=actor,
            reason=reason,
            sends=F("sends") + 1,
            first_sent_at=sub_batch.first_sent_at or now,
            available_at=now + timedelta(seconds=settings.PAYOUT_LEASE_SECONDS),
        )
        sub_batch.attempts.filter(state=AttemptState.INSTRUCTED).update(
            state=AttemptState.SENDING, moved_at=now, moved_by=None
        )
        sub_batch.sends += 1
        return sub_batch


def sub_batches_send(*, limit: int) -> int:
    """Hand over what is ready, `limit` messages at most; how many went out."""
    shut = [channel.pk for channel in Channel.objects.all() if not rail_for(channel).ready()]
    for sent in range(limit):
        sub_batch = sub_batch_take(SubBatchState.INSTRUCTED, shut=shut)
        if sub_batch is None:
            return sent
        sub_batch_hand_over(sub_batch)
    return limit


def sub_batches_repeat(channel: Channel) -> int:
    """Hand over again, the same bytes, what is unknown although the bank was asked; how many got an answer.

    Only where the bank declares that it recognises a message that it has; else a person decides.
    """
    capabilities = rail_for(channel).capabilities
    unknown = SubBatch.objects.filter(
        state=SubBatchState.UNKNOWN, available_at__lte=clock.now(), batch__payer_account__channel=channel
    )
    answered = 0
    for key, first_sent_at in unknown.order_by("pk").values_list("pk", "first_sent_at"):
        if first_sent_at is None or not capabilities.dedupes(clock.now() - first_sent_at):
            continue
        sub_batch = sub_batch_take(SubBatchState.UNKNOWN, only=key)
        if sub_batch is not None:
            answered += sub_batch_hand_over(sub_batch).outcome != Outcome.UNKNOWN
    return answered


def sub_batch_hand_over(sub_batch: SubBatch) -> Answer:
    rail = rail_for(sub_batch.batch.payer_account.channel)
    answer = rail.submit(sub_batch.message_id, sub_batch.file_bytes, again=sub_batch.sends > 1)
    answer_record(sub_batch, answer)
    return answer


@transaction.atomic
def answer_record(sub_batch: SubBatch, answer: Answer) -> None:
    """Write down what came of hand-over number `sends`; a later one, or evidence that came first, is left alone."""
    row = (
        SubBatch.objects.select_for_update()
        .filter(pk=sub_batch.pk, state=SubBatchState.SENDING, sends=sub_batch.sends)
        .first()
    )
    if row is None:
        return
    if answer.outcome == Outcome.REJECTED:
        sub_batch_reject(row, answer.reason_code, answer.reason_text)
    elif answer.outcome == Outcome.ANSWERED:
        SubBatch.objects.filter(pk=row.pk).update(
            state=SubBatchState.ANSWERED, moved_at=clock.now(), moved_by=None, available_at=clock.now()
        )
    else:
        said = answer.reason_text or answer.reason_code
        sub_batch_unknown(row, {"zh": f"银行没有给出结果：{said}", "en": f"The bank gave no outcome: {said}"})


def sub_batch_unknown(row: SubBatch, reason: dict[str, str]) -> None:
    now = clock.now()
    pause = timedelta(seconds=min(BACKOFF_SECONDS_MAX, settings.PAYOUT_LOOK_UP_SECONDS * 2 ** (row.sends - 1)))
    SubBatch.objects.filter(pk=row.pk).update(
        state=SubBatchState.UNKNOWN, moved_at=now, moved_by=None, reason=reason, available_at=now + pause
    )
    row.attempts.filter(state=AttemptState.SENDING).update(
        state=AttemptState.UNKNOWN, moved_at=now, moved_by=None, reason=reason
    )


def leases_expire() -> int:
    """A hand-over whose worker is gone has an unknown outcome; how many there were."""
    expired = 0
    while True:
        with transaction.atomic():
            row = (
                SubBatch.objects.select_for_update(skip_locked=True)
                .filter(state=SubBatchState.SENDING, available_at__lte=clock.now())
                .first()
            )
            if row is None:
                return expired
            sub_batch_unknown(row, LOST)
        expired += 1
