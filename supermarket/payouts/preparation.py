"""Sub-batches: ids, amounts and bytes, written down before anything leaves.

One transaction takes up to PREPARE_ROWS due payouts of one account (and of one run), makes their attempts, moves their
reservations into transit with the postings, and freezes the files. Ids are derived, not drawn: from area, claim,
instalment and number of the attempt; from area, batch and sequence.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from enterprises.accounts import account_opened
from policies.models import PolicyVersion
from supermarket.bulk import bigints, rows_copy
from supermarket.claims.models import Run
from supermarket.dates import today
from supermarket.ledger.services import appropriation_instruct_messages, holder_of
from supermarket.payouts import clock
from supermarket.payouts.cutoff import execution_day
from supermarket.payouts.models import PayerAccount, Payout, PayoutBatch, SubBatch
from supermarket.payouts.models.payout import file_seal
from supermarket.payouts.rails.base import Instruction, Party, PaymentFile, PaymentRail
from supermarket.payouts.rails.registry import rail_for
from supermarket.payouts.restored import (
    STRANGE,
    bank_knows,
    claims_of_the_backup,
    restored,
    sequence_last,
    sub_batches_adopt,
)
from supermarket.payouts.states import PayoutState

PREPARE_ROWS = 5_000
DUE = """
    SELECT payout.id, payout.claim_id, payout.instalment, payout.amount_fen, claim.account, claim.policy_version_id,
        (SELECT coalesce(max(number), 0) + 1 FROM payouts_payoutattempt attempt WHERE attempt.payout_id = payout.id)
    FROM payouts_payout payout JOIN claims_claim claim ON claim.id = payout.claim_id
    WHERE payout.state = 'due' AND payout.available_at <= %(now)s AND payout.payer_account_id = %(account)s
        AND claim.run_id IS NOT DISTINCT FROM %(run)s AND payout.id > %(after)s
    ORDER BY payout.id LIMIT %(rows)s FOR UPDATE OF payout SKIP LOCKED
"""
# What was applied for goes before the runs: somebody is waiting at the screen.
GROUPS = """
    SELECT DISTINCT payout.payer_account_id, claim.run_id
    FROM payouts_payout payout
    JOIN claims_claim claim ON claim.id = payout.claim_id
    JOIN payouts_payeraccount account ON account.id = payout.payer_account_id
    LEFT JOIN claims_run run ON run.id = claim.run_id
    WHERE payout.state = 'due' AND payout.available_at <= %(now)s AND account.stopped IS NULL
        AND NOT coalesce(run.paused, false)
    ORDER BY claim.run_id NULLS FIRST, payout.payer_account_id
"""

PAYING = """
    UPDATE payouts_payout SET state = 'paying', moved_at = %(now)s, moved_by_id = NULL, reason = NULL
    WHERE id = ANY(%(payouts)s::bigint[])
"""
SUB_BATCH_COLUMNS = [field.attname for field in SubBatch._meta.concrete_fields if not field.primary_key]
ATTEMPT_COLUMNS = (
    "payout_id", "number", "sub_batch_id", "end_to_end_id", "amount_fen", "account", "state", "reason_code",
    "debit_reference", "return_reference", "moved_at",
)  # fmt: skip


class DueRow(NamedTuple):
    payout_id: int
    claim_id: int
    instalment: int
    amount_fen: int
    payee: str  # the frozen account, JSON as it stands in the claim
    policy_version_id: int
    number: int
    end_to_end_id: str
    holder: str  # whose reservations it draws on


def end_to_end_id_of(claim_id: int, instalment: int, number: int) -> str:
    """The id of the instruction of that number."""
    return f"{settings.INSTALLATION_AREA}-{claim_id}-{instalment}-{number}"


def sub_batches_prepare() -> int:
    """Freeze everything that is due; the number of payouts that went into files."""
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, {"now": clock.now()})
        groups = cursor.fetchall()
    prepared = 0
    for account_id, run_id in groups:
        account = PayerAccount.objects.select_related("channel").get(pk=account_id)
        rail = rail_for(account.channel)
        run = Run.objects.get(pk=run_id) if run_id else None
        PayoutBatch.objects.bulk_create(
            [PayoutBatch(payer_account=account, run=run, day=today())], ignore_conflicts=True
        )
        after = 0
        while rows := prepare_chunk(account, run, rail, after):
            prepared += len(rows)
            after = rows[-1].payout_id
    return prepared


@transaction.atomic
def prepare_chunk(account: PayerAccount, run: Run | None, rail: PaymentRail, after: int) -> list[DueRow]:
    """One transaction's worth, behind payout `after`; what it took up (instructed or held)."""
    now = clock.now()
    batch = batch_lock(account, run)
    rows = due_rows_lock(account, run, now, after)
    texts = remittances({row.policy_version_id for row in rows})
    ready: list[tuple[DueRow, Instruction]] = []
    for row in rows:
        instruction = instruction_of(row, texts[row.policy_version_id])
        problem = instruction if isinstance(instruction, dict) else rail.problem(instruction)
        if problem is not None:
            hold(row, problem, now)
        elif isinstance(instruction, Instruction):
            ready.append((row, instruction))
    known = bank_knows([row.end_to_end_id for row, _ in ready]) if restored() else set()
    if new := [each for each in ready if each[0].end_to_end_id not in known]:
        freeze(batch, new, account, rail, now)
    if there := [each for each in ready if each[0].end_to_end_id in known]:
        adopt(batch, there, account, rail, now)
    return rows


def batch_lock(account: PayerAccount, run: Run | None) -> PayoutBatch:
    """A batch of the day that no other worker is filling: its messages are numbered without a gap, and nobody waits."""
    rows = PayoutBatch.objects.filter(payer_account=account, run=run, day=today()).order_by("number")
    while (batch := rows.select_for_update(skip_locked=True).first()) is None:
        number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
        new = PayoutBatch(payer_account=account, run=run, day=today(), number=number)
        PayoutBatch.objects.bulk_create([new], ignore_conflicts=True)
    return batch


def adopt(
    batch: PayoutBatch,
    there: Sequence[tuple[DueRow, Instruction]],
    account: PayerAccount,
    rail: PaymentRail,
    now: datetime,
) -> None:
    """After a restore, rows of whose instructions the bank has spoken: written as sent, or held where it may have meant
    another's."""
    ours = claims_of_the_backup([row.claim_id for row, _ in there])
    for row, _ in there:
        if row.claim_id not in ours:
            hold(row, STRANGE, now)
    if sent := [each for each in there if each[0].claim_id in ours]:
        sub_batches_adopt(freeze(batch, sent, account, rail, now))


def due_rows_lock(account: PayerAccount, run: Run | None, now: datetime, after: int) -> list[DueRow]:
    values: dict[str, Any] = {
        "now": now,
        "account": account.pk,
        "run": run.pk if run else None,
        "after": after,
        "rows": PREPARE_ROWS,
    }
    with connection.cursor() as cursor:
        cursor.execute(DUE, values)
        return [
            DueRow._make((*row, end_to_end_id_of(row[1], row[2], row[-1]), holder_of(row[1], row[2])))
            for row in cursor.fetchall()
        ]


def remittances(versions: set[int]) -> dict[int, str]:
    """What the beneficiary reads on the account's statement: the policy's title."""
    titles = PolicyVersion.objects.filter(pk__in=versions).values_list("pk", "definition__title__zh")
    return {pk: f"惠企政策 {title or ''}".strip() for pk, title in titles}


def instruction_of(row: DueRow, remittance: str) -> Instruction | dict[str, str]:
    """The instruction, or why there can be none."""
    try:
        account = json.loads(row.payee)
        holder, number = account_opened(account)
        creditor = Party(holder, number, account["bank_code"])
    except (ValueError, KeyError):  # SecretUnreadableError, or no secret at all
        return {"zh": "收款账户无法读取。", "en": "The payee account cannot be read."}
    return Instruction(row.end_to_end_id, row.amount_fen, creditor, remittance)


def hold(row: DueRow, problem: Mapping[str, str], now: datetime) -> None:
    """One bad row waits for a person; the others go."""
    Payout.objects.filter(pk=row.payout_id).update(state=PayoutState.HELD, moved_at=now, moved_by=None, reason=problem)


def freeze(
    batch: PayoutBatch,
    ready: Sequence[tuple[DueRow, Instruction]],
    account: PayerAccount,
    rail: PaymentRail,
    now: datetime,
) -> list[int]:
    """Write files, attempts, moves and postings of rows that are locked and sound; the keys of the sub-batches."""
    debtor = Party(account.name, account.number, account.bank_code)
    size = min(rail.capabilities.max_rows, settings.PAYOUT_FILE_ROWS)
    parts = [ready[start : start + size] for start in range(0, len(ready), size)]
    before = sequence_last(batch)
    drafts = [
        sub_batch_draft(batch, sequence, [instruction for _, instruction in part], debtor, rail, now)
        for sequence, part in enumerate(parts, before + 1)
    ]
    sub_batches_insert(drafts)
    made = list(batch.sub_batches.filter(sequence__gt=before).order_by("sequence").values_list("pk", flat=True))
    rows = [(row, sub_batch) for sub_batch, part in zip(made, parts, strict=True) for row, _ in part]
    attempts_insert(rows, now)
    with connection.cursor() as cursor:
        cursor.execute(PAYING, {"payouts": bigints(row.payout_id for row, _ in rows), "now": now})
    appropriation_instruct_messages(
        messages={row.holder: draft.message_id for draft, part in zip(drafts, parts, strict=True) for row, _ in part},
        references={each.message_id: {"instructions": each.count, "file_sha256": each.sha256} for each in drafts},
    )
    return made


def sub_batch_draft(
    batch: PayoutBatch,
    sequence: int,
    instructions: Sequence[Instruction],
    debtor: Party,
    rail: PaymentRail,
    now: datetime,
) -> SubBatch:
    message_id, day = batch.message_id(sequence), execution_day(rail.capabilities.cutoff, now)
    total_fen = sum(instruction.amount_fen for instruction in instructions)
    data = rail.render(
        PaymentFile(message_id, timezone.localtime(now), day, debtor, len(instructions), total_fen, instructions)
    )
    return SubBatch(
        batch=batch,
        sequence=sequence,
        message_id=message_id,
        file_encrypted=file_seal(data),
        sha256=hashlib.sha256(data).hexdigest(),
        count=len(instructions),
        total_fen=total_fen,
        execution_day=day,
        created_at=now,
        moved_at=now,
        available_at=now,
    )


def sub_batches_insert(drafts: Iterable[SubBatch]) -> None:
    """By COPY: files of megabytes as parameters of a statement would be searched for placeholders."""
    rows = ([getattr(draft, column) for column in SUB_BATCH_COLUMNS] for draft in drafts)
    rows_copy("payouts_subbatch", SUB_BATCH_COLUMNS, rows)


def attempts_insert(rows: Sequence[tuple[DueRow, int]], now: datetime) -> None:
    """The attempts of (row, sub-batch) in one statement; the account goes in as it was sent."""
    fixed = ("instructed", "", "", "", now)
    rows_copy(
        "payouts_payoutattempt",
        ATTEMPT_COLUMNS,
        (
            (row.payout_id, row.number, sub_batch, row.end_to_end_id, row.amount_fen, row.payee, *fixed)
            for row, sub_batch in rows
        ),
    )
