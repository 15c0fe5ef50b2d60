"""Reserving, releasing and spending appropriations. Every change of a sum has its postings in the same transaction.

The stages of a reservation, and what each move enters (debit / credit):

    reserve    (new)      -> reserved     reserved   / available
    release    reserved   -> released     available  / reserved
    instruct   reserved   -> in_transit   in_transit / reserved
    reject     in_transit -> reserved     reserved   / in_transit
    spend      in_transit -> spent        spent      / in_transit
    unspend    spent      -> reserved     reserved   / spent        (the bank gave it back)
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import BigIntegerField, ExpressionWrapper, F

from .errors import (
    AmountNotPositiveError,
    AppropriationClosedError,
    AppropriationExhaustedError,
    KeyReusedError,
    ReservationNotFoundError,
    yuan,
)
from .journal import EntryDraft, Leg, accounts_of, journal_post_many
from .models import Appropriation, Reservation

__all__ = [
    "ReservationDraft",
    "appropriation_instruct",
    "appropriation_instruct_messages",
    "appropriation_reject",
    "appropriation_release",
    "appropriation_reserve",
    "appropriation_spend",
    "appropriation_unspend",
    "holder_of",
]


@dataclass(frozen=True)
class ReservationDraft:
    """`amount_fen` of one payer's appropriation for one holder. A claim with several payers has several."""

    holder: str
    appropriation_id: int
    amount_fen: int


def holder_of(claim_id: int, instalment: int = 1) -> str:
    """The name under which one instalment of a claim holds its reservations."""
    return f"claim:{claim_id}:{instalment}"


# Entries get their ids beforehand, so that postings find them without a join: the planner takes what one part of a
# statement hands to the next for a few rows, and would look through all of them for each.
RESERVE = """
    WITH drafts AS MATERIALIZED (
        SELECT * FROM json_to_recordset(%(drafts)s)
            AS draft (holder text, appropriation_id bigint, amount_fen bigint)
    ), holders AS MATERIALIZED (
        SELECT holder, nextval('ledger_journalentry_id_seq') AS entry_id FROM drafts GROUP BY holder
    ), reserved AS (
        INSERT INTO ledger_reservation (holder, appropriation_id, amount_fen, stage)
        SELECT holder, appropriation_id, amount_fen, 'reserved' FROM drafts
    ), entries AS (
        INSERT INTO ledger_journalentry (id, key, kind, reference)
        SELECT entry_id, 'reserved:' || holder || ':' || %(key)s, 'reserved', jsonb_build_object('holder', holder)
        FROM holders
    )
    INSERT INTO ledger_posting (entry_id, account_id, amount_fen)
    SELECT entry_id, account.id, CASE account.role WHEN 'reserved' THEN amount_fen ELSE -amount_fen END
    FROM drafts JOIN holders USING (holder)
    JOIN ledger_ledgeraccount account USING (appropriation_id) WHERE account.role IN ('reserved', 'available')
"""


@transaction.atomic
def appropriation_reserve(*, reservations: Sequence[ReservationDraft], key: str) -> None:
    """Reserve all, on every appropriation, or none.

    Idempotent by (holder, key): a holder that has it already is passed over. One conditional UPDATE an appropriation,
    in the order of their ids. Raises AmountNotPositiveError, AppropriationExhaustedError, AppropriationClosedError,
    KeyReusedError.
    """
    for draft in reservations:
        if draft.amount_fen <= 0:
            raise AmountNotPositiveError(wanted=yuan(draft.amount_fen))
    done = holders_entered("reserved", {draft.holder: key for draft in reservations})
    todo = [draft for draft in reservations if draft.holder not in done]
    reservations_compare([draft for draft in reservations if draft.holder in done])
    totals: Counter[int] = Counter()
    for draft in todo:
        totals[draft.appropriation_id] += draft.amount_fen
    for identity in sorted(totals):
        appropriation_take(identity, totals[identity])
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, {"drafts": json.dumps([asdict(draft) for draft in todo]), "key": key})


def appropriation_take(identity: int, wanted_fen: int) -> None:
    """The one conditional update that holds the appropriation under any number of concurrent takers."""
    # Without the wrapper a difference of big integers counts as a 32-bit one: more than 21.47 m yuan would find no row.
    free = ExpressionWrapper(F("granted_fen") - F("reserved_fen") - F("spent_fen"), output_field=BigIntegerField())
    rows = Appropriation.objects.alias(free=free).filter(pk=identity, state=Appropriation.State.OPEN)
    if rows.filter(free__gte=wanted_fen).update(reserved_fen=F("reserved_fen") + wanted_fen):
        return
    appropriation = Appropriation.objects.get(pk=identity)
    if appropriation.state != Appropriation.State.OPEN:
        raise AppropriationClosedError(appropriation=str(appropriation))
    raise AppropriationExhaustedError(
        appropriation=str(appropriation), available=yuan(appropriation.available_fen), wanted=yuan(wanted_fen)
    )


def reservations_compare(drafts: Sequence[ReservationDraft]) -> None:
    """A repeated call must say what the first one said."""
    standing = {
        (row.holder, row.appropriation_id): row.amount_fen
        for row in Reservation.objects.filter(holder__in={draft.holder for draft in drafts}).order_by("pk")
    }
    for draft in drafts:
        if standing.get((draft.holder, draft.appropriation_id)) != draft.amount_fen:
            raise KeyReusedError(key=draft.holder)


def appropriation_release(*, holders: Iterable[str], key: str) -> None:
    """Give back what these holders have reserved and will not draw."""
    reservations_move(dict.fromkeys(holders, key), before="reserved", after="released", reserved=-1)


def appropriation_instruct(*, events: Mapping[str, str]) -> None:
    """The instruction of each holder is written. `events`: holder -> the event's name (the end-to-end id)."""
    reservations_move(events, before="reserved", after="in_transit")


# Whole messages at once: the entries are few, and written by `journal_post_many`.
INSTRUCT = """
    WITH wanted AS MATERIALIZED (SELECT holder, message FROM json_each_text(%(messages)s) AS wanted (holder, message)),
    moved AS (
        UPDATE ledger_reservation AS reservation SET stage = 'in_transit' FROM wanted
        WHERE reservation.holder = wanted.holder AND reservation.stage = 'reserved'
        RETURNING reservation.holder, message, appropriation_id, amount_fen
    )
    SELECT message, appropriation_id, sum(amount_fen)::bigint, array_agg(holder) FROM moved GROUP BY 1, 2 ORDER BY 1, 2
"""


@transaction.atomic
def appropriation_instruct_messages(
    *, messages: Mapping[str, str], references: Mapping[str, Mapping[str, Any]]
) -> None:
    """The instructions of many holders are written in messages: one entry a message, however many are in it.

    `messages`: holder -> id of the message, `references`: message -> what its entry keeps to find the instructions by.
    Raises ReservationNotFoundError, and changes nothing, if a holder has nothing reserved, as after a first call.
    """
    with connection.cursor() as cursor:
        cursor.execute(INSTRUCT, {"messages": json.dumps(dict(messages))})
        moved = cursor.fetchall()
    refuse_missing("reserved", messages.keys() - {holder for *_, holders in moved for holder in holders})
    accounts = accounts_of({identity for _, identity, *_ in moved}, ("in_transit", "reserved"))
    legs: dict[str, list[Leg]] = defaultdict(list)
    for message, identity, amount_fen, _ in moved:
        legs[message] += [
            (accounts[identity, "in_transit"].pk, amount_fen),
            (accounts[identity, "reserved"].pk, -amount_fen),
        ]
    journal_post_many([EntryDraft(f"in_transit:{each}", "in_transit", legs[each], references[each]) for each in legs])


def appropriation_reject(*, events: Mapping[str, str]) -> None:
    """The bank refused the instruction: the money is reserved again."""
    reservations_move(events, before="in_transit", after="reserved", kind="rejected")


def appropriation_spend(*, events: Mapping[str, str]) -> None:
    """The bank has paid."""
    reservations_move(events, before="in_transit", after="spent", reserved=-1, spent=+1)


def appropriation_unspend(*, events: Mapping[str, str]) -> None:
    """The bank paid and gave it back (退票): the money is reserved again."""
    reservations_move(events, before="spent", after="reserved", kind="returned", reserved=+1, spent=-1)


def holders_entered(kind: str, events: Mapping[str, str]) -> set[str]:
    """Those of the holders for whom this event stands in the journal already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT holder FROM json_each_text(%s) AS wanted (holder, event)"
            " JOIN ledger_journalentry entry ON entry.key = %s || ':' || holder || ':' || event",
            [json.dumps(dict(events)), kind],
        )
        return {holder for (holder,) in cursor.fetchall()}


def refuse_missing(stage: str, holders: Set[str]) -> None:
    if holders:
        raise ReservationNotFoundError(stage=stage, holders=", ".join(sorted(holders)[:20]))


MOVE = """
    WITH wanted AS MATERIALIZED (
        SELECT holder, %(kind)s || ':' || holder || ':' || event AS key,
            nextval('ledger_journalentry_id_seq') AS entry_id
        FROM json_each_text(%(events)s) AS wanted (holder, event)
    ), moved AS (
        UPDATE ledger_reservation AS reservation SET stage = %(after)s FROM wanted
        WHERE reservation.holder = wanted.holder AND reservation.stage = %(before)s
        RETURNING reservation.holder, appropriation_id, amount_fen, key, entry_id
    ), entries AS (
        INSERT INTO ledger_journalentry (id, key, kind, reference)
        SELECT DISTINCT entry_id, key, %(kind)s, jsonb_build_object('holder', holder) FROM moved
    ), posted AS (
        INSERT INTO ledger_posting (entry_id, account_id, amount_fen)
        SELECT entry_id, account.id, CASE account.role WHEN %(debit)s THEN amount_fen ELSE -amount_fen END
        FROM moved JOIN ledger_ledgeraccount account USING (appropriation_id)
        WHERE account.role IN (%(debit)s, %(credit)s)
    )
    SELECT appropriation_id, array_agg(holder), sum(amount_fen)::bigint FROM moved GROUP BY appropriation_id ORDER BY 1
"""


@transaction.atomic
def reservations_move(
    events: Mapping[str, str], *, before: str, after: str, kind: str = "", reserved: int = 0, spent: int = 0
) -> None:
    """Move all reservations of these holders, with one entry a holder, in one statement.

    `reserved` and `spent` are the signs with which the appropriations' sums change. Idempotent by event. Raises
    ReservationNotFoundError, and changes nothing, if one of the holders has nothing in stage `before`.
    """
    kind = kind or after
    done = holders_entered(kind, events)
    todo = {holder: event for holder, event in events.items() if holder not in done}
    if not todo:
        return
    debit, credit = ("available" if stage == "released" else stage for stage in (after, before))
    values = {"kind": kind, "before": before, "after": after, "debit": debit, "credit": credit}
    with connection.cursor() as cursor:
        cursor.execute(MOVE, {**values, "events": json.dumps(todo)})
        moved = cursor.fetchall()
    refuse_missing(before, todo.keys() - {holder for _, holders, _ in moved for holder in holders})
    if reserved or spent:
        for identity, _, amount in moved:
            Appropriation.objects.filter(pk=identity).update(
                reserved_fen=F("reserved_fen") + reserved * amount, spent_fen=F("spent_fen") + spent * amount
            )
