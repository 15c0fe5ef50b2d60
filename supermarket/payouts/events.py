"""Applying what the banks said. Facts wait in the inbox until they are applied, once, with all that follows."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from supermarket.payouts import clock, consequences
from supermarket.payouts.alarms import alarm_raise
from supermarket.payouts.consequences import Evidence
from supermarket.payouts.decisions import Decision, decide
from supermarket.payouts.models import Alarm, BankEvent, PayerAccount, PayoutAttempt, SubBatch
from supermarket.payouts.rails.base import FactKind
from supermarket.payouts.states import AttemptState, SubBatchState

CHUNK = 1_000
State = BankEvent.State
FOLLOW: dict[Decision, Callable[[Sequence[Evidence]], None]] = {
    Decision.ACCEPT: consequences.attempts_accept,
    Decision.REJECT: consequences.attempts_reject,
    Decision.SETTLE: consequences.attempts_settle,
    Decision.RETURN: consequences.attempts_return,
}
STATES = {Decision.IGNORE: State.IGNORED, Decision.WAIT: State.WAITING, Decision.ALARM: State.ALARM}


def events_apply() -> int:
    """Apply everything in the inbox that can be applied; how many facts were."""
    applied = 0
    while True:
        taken, done = events_apply_chunk()
        applied += done
        if not done or taken < CHUNK:
            return applied


@transaction.atomic
def events_apply_chunk() -> tuple[int, int]:
    """(facts looked at, facts applied). Attempts are locked in the order of their ids; a second worker takes others."""
    events = list(
        BankEvent.objects.select_for_update(skip_locked=True)
        .filter(state__in=[State.NEW, State.WAITING])
        .order_by("id")[:CHUNK]
    )
    outcome: dict[int, State] = {}
    messages = [event for event in events if event.kind in (FactKind.MESSAGE_REJECTED, FactKind.DUPLICATE)]
    for event in messages:
        outcome[event.pk] = message_event_apply(event)
    about_attempts = [event for event in events if event not in messages]
    for round_of in rounds(about_attempts):
        outcome |= attempt_events_apply(round_of)
    outcomes: dict[State, list[int]] = defaultdict(list)
    for pk, state in outcome.items():
        outcomes[state].append(pk)
    for state, keys in outcomes.items():
        BankEvent.objects.filter(pk__in=keys).update(state=state, applied_at=clock.now())
    waiting = sum(1 for state in outcome.values() if state == State.WAITING)
    return len(events), len(events) - waiting


def rounds(events: Sequence[BankEvent]) -> list[list[BankEvent]]:
    """Facts about one attempt one after the other, in the order in which they came; different attempts together."""
    found: list[list[BankEvent]] = []
    seen: dict[str, int] = defaultdict(int)
    for event in events:
        about = event.end_to_end_id or str(event.pk)
        turn = seen[about]
        seen[about] += 1
        if turn == len(found):
            found.append([])
        found[turn].append(event)
    return found


def attempt_events_apply(events: Sequence[BankEvent]) -> dict[int, State]:
    """At most one event an attempt."""
    attempts = {
        attempt.end_to_end_id: attempt
        for attempt in PayoutAttempt.objects.select_for_update(of=("self",))
        .select_related("payout__payer_account")
        .filter(end_to_end_id__in={event.end_to_end_id for event in events if event.end_to_end_id})
        .order_by("pk")
    }
    outcome: dict[int, State] = {}
    todo: dict[Decision, list[Evidence]] = defaultdict(list)
    for event in events:
        attempt = attempts.get(event.end_to_end_id)
        if attempt is None or event.kind == FactKind.CREDITED:
            outcome[event.pk] = State.UNMATCHED
            event_unmatched_alarm(event)
            continue
        decision = decision_of(event, attempt)
        outcome[event.pk] = STATES.get(decision, State.APPLIED)
        if decision == Decision.ALARM:
            event_alarm(event, attempt)
        elif decision in FOLLOW:
            todo[decision].append(
                Evidence(attempt, event.reference, event.booked_on, event.reason_code, event.reason_text)
            )
    for decision, evidence in todo.items():
        FOLLOW[decision](evidence)
        sub_batches_answered({each.attempt.sub_batch_id for each in evidence})
    return outcome


def decision_of(event: BankEvent, attempt: PayoutAttempt) -> Decision:
    known = {FactKind.DEBITED: attempt.debit_reference, FactKind.RETURNED: attempt.return_reference}
    kind = FactKind(event.kind)
    return decide(
        kind,
        AttemptState(attempt.state),
        same_amount=kind not in known or event.amount_fen == attempt.amount_fen,
        known_reference=known.get(kind, ""),
        reference=event.reference,
    )


def event_alarm(event: BankEvent, attempt: PayoutAttempt) -> None:
    """The bank contradicts us about this instruction: nothing more leaves the account until a person has looked."""
    alarm_raise(
        kind="contradiction",
        key=f"{event.channel_id}:{event.dedupe_key}",
        words={
            "zh": f"银行回执与记录不符：{attempt.end_to_end_id} 本地为“{attempt.state}”，"
            f"银行为“{event.kind}”（{event.amount_fen} 分，{event.reference}）。",
            "en": f"The bank contradicts our record of {attempt.end_to_end_id}: it is {attempt.state} here, "
            f"{event.kind} there ({event.amount_fen} fen, {event.reference}).",
        },
        account=attempt.payout.payer_account,
        stop=True,
    )


def event_unmatched_alarm(event: BankEvent) -> None:
    """A bank that speaks of an instruction which we do not have. Money that merely arrives waits in suspense; other
    holders' accounts are no business of ours."""
    ours = not event.account or PayerAccount.objects.filter(number=event.account).exists()
    if event.kind == FactKind.CREDITED or not ours or lost_by_restoring(event):
        return
    what = event.end_to_end_id or event.reference
    alarm_raise(
        kind="unmatched",
        key=f"{event.channel_id}:{event.dedupe_key}",
        words={
            "zh": f"银行回报了我方没有的指令 {what}（{event.kind}，{event.amount_fen} 分）。",
            "en": f"The bank speaks of an instruction that is not ours: {what} ({event.kind}, {event.amount_fen} fen).",
        },
    )


def lost_by_restoring(event: BankEvent) -> bool:
    """An id as ours are made, in a database that was restored: the instruction is made again when its claim is due."""
    made_here = event.end_to_end_id.startswith(f"{settings.INSTALLATION_AREA}-")
    return made_here and Alarm.objects.filter(kind="restored").exists()


def message_event_apply(event: BankEvent) -> State:
    """A whole message was refused, or an earlier copy of it had arrived."""
    sub_batch = SubBatch.objects.select_for_update().filter(message_id=event.message_reference).first()
    if sub_batch is None:
        return State.UNMATCHED
    if event.kind == FactKind.DUPLICATE:
        sub_batches_answered({sub_batch.pk})
        return State.APPLIED
    sub_batch_reject(sub_batch, event.reason_code, event.reason_text)
    return State.APPLIED


def sub_batches_answered(keys: set[int]) -> None:
    """The bank speaks of these messages or of what is in them: it has them, and they need not go out again."""
    SubBatch.objects.filter(pk__in=keys, state=SubBatchState.UNKNOWN).update(
        state=SubBatchState.ANSWERED, moved_at=clock.now(), moved_by=None, reason=None
    )


def sub_batch_reject(sub_batch: SubBatch, code: str, text: str) -> None:
    """The bank takes nothing of the message: every instruction of it that is still open is rejected."""
    SubBatch.objects.filter(pk=sub_batch.pk, state__in=[SubBatchState.SENDING, SubBatchState.UNKNOWN]).update(
        state=SubBatchState.REJECTED, moved_at=clock.now(), moved_by=None
    )
    attempts = (
        sub_batch.attempts.select_for_update(of=("self",))
        .select_related("payout__payer_account")
        .filter(Q(state=AttemptState.SENDING) | Q(state=AttemptState.UNKNOWN) | Q(state=AttemptState.ACCEPTED))
        .order_by("pk")
    )
    found = [Evidence(attempt, reason_code=code, reason_text=text) for attempt in attempts]
    if found:
        consequences.attempts_reject(found)
