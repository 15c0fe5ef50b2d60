"""A database that was restored from a backup: the bank may have carried out instructions that we know nothing of.

Nothing leaves until everything that the bank ever put out has been collected again and a person has looked. Ids are
derived and not drawn, so that whatever is instructed anew gets the id that it had: what the bank knows already is
taken as sent, and what the bank said of it is applied; it does not leave a second time. Claims that were made after
the backup are lost, and their numbers come again for others: numbering goes on behind all that the bank has spoken of.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from supermarket.claims.models import Claim
from supermarket.payouts import clock
from supermarket.payouts.alarms import account_stop, alarm_raise
from supermarket.payouts.audit import anchor_ahead
from supermarket.payouts.intake import messages_collect_again, messages_read
from supermarket.payouts.models import (
    Alarm,
    AuditBlock,
    BankEvent,
    Channel,
    PayerAccount,
    PayoutAttempt,
    PayoutBatch,
    SubBatch,
)
from supermarket.payouts.rails.base import BankUnreachableError
from supermarket.payouts.states import AttemptState, SubBatchState

KIND = "restored"
UNTIL = "until"  # in the alarm's words: the moment of the last seal of the backup
STRANGE = {
    "zh": "银行已有同号指令，但无法确定是否为本笔。请与银行核对。",
    "en": "The bank knows an instruction of this number, and it may be another one's. Compare with the bank.",
}
KNOWN = {"zh": "银行已有这些指令，未再次发送", "en": "The bank knows these instructions already: not sent again."}


def restored() -> bool:
    """Was this database ever restored from a backup that was older than its anchors?"""
    return Alarm.objects.filter(kind=KIND).exists()


def restored_stop() -> None:
    """Stop everything if the database is older than its anchor, and collect again what the banks put out. Tried at
    every pass until all banks were reached; the alarm says that they were."""
    ahead = anchor_ahead()
    if ahead is None or Alarm.objects.filter(kind=KIND, key__endswith=ahead["digest"]).exists():
        return
    words = {
        "zh": f"数据库早于 {ahead['day']} 的封存记录（区块 {ahead['number']}），疑为恢复自备份。"
        "请先与银行核对再恢复拨付。",
        "en": f"The database is older than its anchor of {ahead['day']} (block {ahead['number']}), as after restoring "
        "a backup. Compare with the bank before payments leave again.",
    }
    last = AuditBlock.objects.latest("number").sealed_at
    for account in PayerAccount.objects.all():
        account_stop(account, words)
    try:
        for channel in Channel.objects.exclude(accounts=None):
            messages_collect_again(channel)
    except BankUnreachableError:
        return
    messages_read()
    claims_number_on()
    instructed_adopt()
    alarm_raise(kind=KIND, key=ahead["digest"], words={**words, UNTIL: last.isoformat()})


def claims_number_on() -> None:
    """The next claim gets a number above those of which a bank has spoken."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT setval(pg_get_serial_sequence('claims_claim', 'id'), greatest(
                nextval(pg_get_serial_sequence('claims_claim', 'id')),
                (SELECT max(split_part(end_to_end_id, '-', 2)::bigint) + 1 FROM payouts_bankevent
                    WHERE end_to_end_id ~ %s)))
            """,
            [f"^{settings.INSTALLATION_AREA}-[0-9]{{1,18}}-[0-9]+-[0-9]+$"],
        )


def claims_of_the_backup(claims: Collection[int]) -> set[int]:
    """Those of the claims that are surely older than the backup: of a younger one that has the number of a lost one it
    cannot be told which of the two the bank means."""
    alarm = Alarm.objects.filter(kind=KIND).latest("raised_at")
    older = Claim.objects.filter(pk__in=claims, created_at__lte=datetime.fromisoformat(alarm.words[UNTIL]))
    return set(older.values_list("pk", flat=True))


def bank_knows(end_to_end_ids: Collection[str]) -> set[str]:
    """Those of the ids that a bank has spoken of."""
    found = BankEvent.objects.filter(end_to_end_id__in=end_to_end_ids)
    return set(found.values_list("end_to_end_id", flat=True))


@transaction.atomic
def instructed_adopt() -> None:
    """Messages that were written and not sent when the backup was made, and that the bank has."""
    waiting = PayoutAttempt.objects.filter(state=AttemptState.INSTRUCTED)
    known = bank_knows(waiting.values_list("end_to_end_id", flat=True))
    sub_batches = SubBatch.objects.select_for_update().filter(state=SubBatchState.INSTRUCTED)
    keys = set(waiting.filter(end_to_end_id__in=known).values_list("sub_batch", flat=True))
    sub_batches_adopt(list(sub_batches.filter(pk__in=keys).values_list("pk", flat=True)))


@transaction.atomic
def sub_batches_adopt(keys: Sequence[int]) -> None:
    """Take messages as sent without sending them, and let what the bank said of their instructions be applied."""
    rows, attempts = SubBatch.objects.filter(pk__in=keys), PayoutAttempt.objects.filter(sub_batch__in=keys)
    for state in (SubBatchState.SENDING, SubBatchState.ANSWERED):
        rows.update(state=state, moved_at=clock.now(), moved_by=None, reason=KNOWN)
    for step in (AttemptState.SENDING, AttemptState.UNKNOWN):
        attempts.update(state=step, moved_at=clock.now(), moved_by=None, reason=KNOWN)
    BankEvent.objects.filter(
        end_to_end_id__in=attempts.values("end_to_end_id"), state__in=[BankEvent.State.UNMATCHED, BankEvent.State.ALARM]
    ).update(state=BankEvent.State.NEW)


def sequence_last(batch: PayoutBatch) -> int:
    """The highest number of the batch's messages: here, and after a restore at the bank too."""
    highest: int = batch.sub_batches.aggregate(highest=Max("sequence"))["highest"] or 0
    if not restored():
        return highest
    start = batch.message_id("")
    there = BankEvent.objects.filter(message_reference__startswith=start).values_list("message_reference", flat=True)
    return max([highest, *(int(each.removeprefix(start)) for each in set(there))])
