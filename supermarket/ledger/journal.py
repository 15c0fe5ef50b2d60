"""Journal entries: written once per key, balanced, never changed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from supermarket.bulk import rows_copy

from .errors import KeyReusedError
from .models import Appropriation, JournalEntry, LedgerAccount

Leg = tuple[int, int]  # account id, fen (debit positive)


@dataclass(frozen=True)
class EntryDraft:
    """An entry to be written. `key` names the event and is unique; `legs` sum to zero."""

    key: str
    kind: str
    legs: Sequence[Leg]
    reference: Mapping[str, Any] = field(default_factory=dict)


def account(role: str, holder: str, *, appropriation: Appropriation | None = None) -> LedgerAccount:
    """The account, opened when it is first needed."""
    found, _ = LedgerAccount.objects.get_or_create(role=role, holder=holder, defaults={"appropriation": appropriation})
    return found


def accounts_of(appropriations: Iterable[int], roles: Iterable[str]) -> dict[tuple[int | None, str], LedgerAccount]:
    """(appropriation, role) -> account."""
    rows = LedgerAccount.objects.filter(appropriation__in=appropriations, role__in=roles)
    return {(each.appropriation_id, each.role): each for each in rows}


def journal_post(
    *, key: str, kind: str, postings: Sequence[tuple[LedgerAccount, int]], reference: Mapping[str, Any] | None = None
) -> JournalEntry:
    """Enter one event, once. The same key with the same legs is the entry that stands; else KeyReusedError."""
    legs = [(ledger_account.pk, fen) for ledger_account, fen in postings]
    (identity,) = journal_post_many([EntryDraft(key, kind, legs, reference or {})])
    return JournalEntry.objects.get(pk=identity)


@transaction.atomic
def journal_post_many(drafts: Sequence[EntryDraft]) -> list[int]:
    """Enter many events in two statements; ids in the order of the drafts. Each is idempotent by its key."""
    if not drafts:
        return []
    keys = [draft.key for draft in drafts]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger_journalentry (key, kind, reference)
            SELECT * FROM json_to_recordset(%s) AS draft (key text, kind text, reference jsonb)
            ON CONFLICT (key) DO NOTHING RETURNING key, id
            """,
            [json.dumps([{"key": each.key, "kind": each.kind, "reference": dict(each.reference)} for each in drafts])],
        )
        written: dict[str, int] = dict(cursor.fetchall())
        legs = [(written[draft.key], *leg) for draft in drafts if draft.key in written for leg in draft.legs]
        postings_insert(legs)
    return [written[key] for key in keys] if len(written) == len(keys) else entries_standing(drafts, written)


def postings_insert(legs: Iterable[tuple[int, int, int]]) -> None:
    """Write legs (entry id, account id, fen) in one statement, so that the trigger sees whole entries."""
    rows_copy("ledger_posting", ("entry_id", "account_id", "amount_fen"), legs)


def entries_standing(drafts: Sequence[EntryDraft], written: Mapping[str, int]) -> list[int]:
    """The ids where some keys were there before us; raises KeyReusedError if one of those says something else."""
    before = [draft for draft in drafts if draft.key not in written]
    standing = {
        entry.key: entry
        for entry in JournalEntry.objects.filter(key__in=[draft.key for draft in before]).prefetch_related("postings")
    }
    for draft in before:
        entry = standing[draft.key]
        legs = sorted((posting.account_id, posting.amount_fen) for posting in entry.postings.all())
        if entry.kind != draft.kind or legs != sorted(draft.legs):
            raise KeyReusedError(key=draft.key)
    return [written.get(draft.key) or standing[draft.key].pk for draft in drafts]
