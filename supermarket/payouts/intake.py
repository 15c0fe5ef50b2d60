"""The inbox: what a bank put out is kept as it came, then read, then applied. Each step survives the next one's death.

Messages are read in the bank's order, up to the first number that has not reached us: statements build on each other.
"""

import hashlib
import json
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from enterprises.secrets import encrypt
from supermarket.payouts.alarms import alarm_raise
from supermarket.payouts.models import BankMessage, Channel
from supermarket.payouts.rails.base import BankFact, BankUnreachableError, FactKind, UnreadableMessageError
from supermarket.payouts.rails.registry import rail_for
from supermarket.payouts.statements import statement_import

BOOKINGS = (FactKind.DEBITED, FactKind.RETURNED, FactKind.CREDITED)


def messages_collect(channel: Channel) -> int:
    """Fetch what the bank put out; how many messages were new. A bank that cannot be reached says nothing today."""
    new = 0
    newest = channel.cursor
    try:
        for number, message in enumerate(rail_for(channel).collect(channel.cursor)):
            new += message_keep(channel, message.number, message.data)
            newest = message.number if number == 0 else max(newest, message.number)
    except BankUnreachableError:
        return new
    if newest != channel.cursor:
        Channel.objects.filter(pk=channel.pk).update(cursor=newest)
    return new


def messages_collect_again(channel: Channel) -> int:
    """Everything that the bank ever put out, from the first number that may be lost here; how many messages were new.
    Raises BankUnreachableError."""
    new = 0
    for message in rail_for(channel).collect_again(channel.cursor):
        new += message_keep(channel, message.number, message.data)
        if message.number > channel.cursor:
            channel.cursor = message.number
            channel.save(update_fields=["cursor"])
    return new


def message_keep(channel: Channel, number: int, data: bytes) -> int:
    """Keep the bytes once; 1 if they are new."""
    digest = hashlib.sha256(data).hexdigest()
    if BankMessage.objects.filter(channel=channel, sha256=digest).exists():
        return 0
    body = encrypt(data.decode("latin-1"), purpose="bank message")
    made = BankMessage.objects.bulk_create(
        [BankMessage(channel=channel, number=number, sha256=digest, body_encrypted=body, received_at=timezone.now())],
        ignore_conflicts=True,
    )
    return len(made)


def messages_read() -> int:
    """Turn kept messages into facts; how many were read. One that cannot be read is for a person; the rest goes on."""
    count = 0
    while message_read_next():
        count += 1
    return count


@transaction.atomic
def message_read_next() -> bool:
    message = (
        BankMessage.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("channel")
        .filter(state=BankMessage.State.NEW, number__lte=F("channel__cursor"))
        .order_by("number", "pk")
        .first()
    )
    if message is None:
        return False
    try:
        reading = rail_for(message.channel).parse(message.data)
    except UnreadableMessageError as error:
        message_unreadable(message, str(error))
        return True
    facts_keep(message, reading.facts)
    if reading.statement is not None:
        statement_import(reading.statement, message)
    BankMessage.objects.filter(pk=message.pk).update(state=BankMessage.State.READ)
    return True


def message_unreadable(message: BankMessage, problem: str) -> None:
    BankMessage.objects.filter(pk=message.pk).update(state=BankMessage.State.UNREADABLE, problem=problem[:300])
    alarm_raise(
        kind="unreadable-message",
        key=str(message.pk),
        words={
            "zh": f"银行报文 {message.number} 无法读取：{problem}",
            "en": f"The bank's message {message.number} cannot be read: {problem}",
        },
    )


def facts_keep(message: BankMessage, facts: Sequence[BankFact]) -> None:
    """Put facts into the inbox in one statement; those that another message brought already are left out."""
    rows = [
        {
            "dedupe_key": dedupe_key(fact),
            "kind": fact.kind,
            "message_reference": fact.message_id[:35],
            "end_to_end_id": fact.end_to_end_id[:35],
            "reference": fact.reference[:35],
            "account": fact.account[:34],
            "amount_fen": fact.amount_fen,
            "booked_on": fact.booked_on and fact.booked_on.isoformat(),
            "reason_code": fact.reason_code[:10],
            "reason_text": fact.reason_text[:200],
        }
        for fact in facts
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO payouts_bankevent (channel_id, message_id, received_at, state, dedupe_key, kind,
                message_reference, end_to_end_id, reference, account, amount_fen, booked_on, reason_code, reason_text)
            SELECT %s, %s, %s, 'new', fact.* FROM json_to_recordset(%s) AS fact (dedupe_key text, kind text,
                message_reference text, end_to_end_id text, reference text, account text, amount_fen bigint,
                booked_on date, reason_code text, reason_text text)
            ON CONFLICT DO NOTHING
            """,
            [message.channel_id, message.pk, message.received_at, json.dumps(rows)],
        )


def dedupe_key(fact: BankFact) -> str:
    """One booking is one fact, whichever message tells of it (told with another amount, it is another fact, and an
    alarm); a status is one fact per instruction and reason."""
    if fact.kind in BOOKINGS:
        return f"{fact.account}:{fact.reference}:{fact.kind}:{fact.amount_fen}"[:200]
    return f"{fact.message_id}:{fact.end_to_end_id}:{fact.kind}:{fact.reason_code}"[:200]
