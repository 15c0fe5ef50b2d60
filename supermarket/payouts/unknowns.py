"""Messages of unknown outcome at a bank that cannot be asked: a person telephones, another one confirms his word."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from supermarket.payouts.errors import NothingProposedError, SecondPersonError
from supermarket.payouts.models import SubBatch
from supermarket.payouts.rails.base import Outcome
from supermarket.payouts.sending import sub_batch_hand_over, sub_batch_take
from supermarket.payouts.states import SubBatchState
from supermarket.users.models import User


def unknowns() -> QuerySet[SubBatch]:
    """Messages whose outcome nobody knows, oldest first."""
    rows = SubBatch.objects.filter(state=SubBatchState.UNKNOWN)
    return rows.select_related("batch__payer_account__channel", "word_by").order_by("first_sent_at", "pk")


@transaction.atomic
def unknown_say(*, sub_batch: SubBatch, word: str, reason: str, actor: User) -> None:
    """What the bank said of the message (a `SubBatch.Word`), and who said it there. Nothing happens yet.

    Raises NothingProposedError: its outcome is known by now, or nothing was said.
    """
    row = unknown_lock(sub_batch)
    if word not in SubBatch.Word.values or not reason.strip():
        raise NothingProposedError
    row.word, row.word_reason, row.word_by = word, reason.strip()[:200], actor
    row.save(update_fields=["word", "word_reason", "word_by"])


def unknown_confirm(*, sub_batch: SubBatch, actor: User) -> Outcome | None:
    """Confirm another person's word: a message that arrived waits for what the bank does with it; one that never did
    goes out again, the same bytes under the same name. The outcome of that, or None.

    Raises NothingProposedError, SecondPersonError.
    """
    with transaction.atomic():
        row = unknown_lock(sub_batch)
        if row.word_by_id is None:
            raise NothingProposedError
        if row.word_by_id == actor.pk:
            raise SecondPersonError
        row.word_by, word, row.available_at = None, row.word, timezone.now()
        row.save(update_fields=["word_by", "available_at"])
        reason = {"zh": f"两人确认：{row.word_reason}", "en": f"Confirmed by two: {row.word_reason}"}
        if word == SubBatch.Word.ARRIVED:
            SubBatch.objects.filter(pk=row.pk).update(
                state=SubBatchState.ANSWERED, moved_at=timezone.now(), moved_by=actor, reason=reason
            )
            return None
    taken = sub_batch_take(SubBatchState.UNKNOWN, only=row.pk, actor=actor, reason=reason)
    return sub_batch_hand_over(taken).outcome if taken else None


def unknown_lock(sub_batch: SubBatch) -> SubBatch:
    rows = SubBatch.objects.select_for_update().filter(pk=sub_batch.pk, state=SubBatchState.UNKNOWN)
    row = rows.first()
    if row is None:
        raise NothingProposedError
    return row
