"""The bank's statement against our books, account by account and day by day.

The account `bank` follows the statement and nothing else, so that its balance is the bank's to the fen; what the
statement shows and we cannot explain stands in `suspense`, line by line, until somebody says what it is.

Days may come in any order: a day that comes late takes its place between its neighbours, and what had to be assumed
about the gap is settled by it.
"""

from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from supermarket.ledger.journal import account, journal_post
from supermarket.payouts.alarms import alarm_raise
from supermarket.payouts.models import (
    Alarm,
    BankMessage,
    BankStatement,
    PayerAccount,
    PayoutAttempt,
    StatementLine,
    SuspenseItem,
)
from supermarket.payouts.rails.base import BankFact, FactKind, Statement


@transaction.atomic
def statement_import(statement: Statement, message: BankMessage) -> BankStatement | None:
    """Take in one day of one account: lines, matches and postings. None for an account that is none of ours, or a day
    that is in already."""
    payer_account = PayerAccount.objects.select_for_update().filter(number=statement.account).first()
    if payer_account is None:
        return None
    lines = [(line, signed(line)) for line in statement.bookings]
    movement = sum(amount for _, amount in lines)
    row, made = BankStatement.objects.get_or_create(
        payer_account=payer_account,
        number=statement.number,
        day=statement.day,
        defaults={
            "message": message,
            "opening_fen": statement.opening_fen,
            "closing_fen": statement.closing_fen,
            "gap_fen": statement.closing_fen - statement.opening_fen - movement,
            "imported_at": timezone.now(),
        },
    )
    if not made:
        return None
    matched, unmatched = lines_import(row, lines)
    statement_post(row, matched, unmatched)
    return row


def signed(line: BankFact) -> int:
    return -line.amount_fen if line.kind == FactKind.DEBITED else line.amount_fen


def lines_import(
    row: BankStatement, lines: Sequence[tuple[BankFact, int]]
) -> tuple[list[StatementLine], list[StatementLine]]:
    """Store the lines; those that are an attempt's debit or return, and the others."""
    attempts = {
        attempt.end_to_end_id: attempt
        for attempt in PayoutAttempt.objects.filter(end_to_end_id__in={line.end_to_end_id for line, _ in lines})
    }
    taken = set(
        StatementLine.objects.filter(attempt__in=[attempt.pk for attempt in attempts.values()]).values_list(
            "attempt", "kind"
        )
    )
    drafts = []
    for position, (line, amount_fen) in enumerate(lines, 1):
        attempt = attempts.get(line.end_to_end_id)
        fits = (
            attempt is not None
            and line.kind in (FactKind.DEBITED, FactKind.RETURNED)
            and line.amount_fen == attempt.amount_fen
            and (attempt.pk, line.kind) not in taken
        )
        if attempt is not None and fits:
            taken.add((attempt.pk, line.kind))
        drafts.append(
            StatementLine(
                statement=row,
                payer_account=row.payer_account,
                position=position,
                reference=line.reference,
                kind=line.kind,
                end_to_end_id=line.end_to_end_id,
                amount_fen=amount_fen,
                booked_on=line.booked_on or row.day,
                words=line.reason_text,
                attempt=attempt if fits else None,
            )
        )
    made = StatementLine.objects.bulk_create(drafts, batch_size=2_000)
    return [line for line in made if line.attempt_id], [line for line in made if not line.attempt_id]


def statement_post(row: BankStatement, matched: Sequence[StatementLine], unmatched: Sequence[StatementLine]) -> None:
    """One entry a statement: the bank's side follows the closing balance, whatever the lines leave unexplained."""
    number = row.payer_account.number
    suspense = [
        SuspenseItem(
            kind=SuspenseItem.Kind.UNMATCHED, statement=row, line=line, amount_fen=line.amount_fen, since=line.booked_on
        )
        for line in unmatched
    ]
    if row.gap_fen:
        suspense.append(SuspenseItem(kind=SuspenseItem.Kind.GAP, statement=row, amount_fen=row.gap_fen, since=row.day))
        statement_alarm(row, "gap", row.gap_fen)
    previous, following = neighbours(row)
    jumps, settled = jumps_of(row, previous, following)
    for jump in jumps:
        statement_alarm(jump.statement, "jump", jump.amount_fen)
    suspense += jumps
    legs: Counter[str] = Counter()
    if previous is None:  # what lay on the account before our books begin
        legs["funding"] -= row.opening_fen - (following.opening_fen if following else 0)
    legs["outstanding"] -= sum(line.amount_fen for line in matched)
    legs["suspense"] -= sum(item.amount_fen for item in suspense) - sum(item.amount_fen for item in settled)
    legs["bank"] = -sum(legs.values())
    SuspenseItem.objects.bulk_create(suspense)
    entry = journal_post(
        key=f"statement:{number}:{row.number}:{row.day}",
        kind="statement",
        postings=[(account(role, number), fen) for role, fen in sorted(legs.items()) if fen],
        reference={"statement": row.pk},
    )
    SuspenseItem.objects.filter(pk__in=[item.pk for item in settled]).update(
        resolved_at=timezone.now(), entry=entry, resolution=f"{row.day}"
    )
    Alarm.objects.filter(
        kind="statement-jump", key__in=[f"statement-jump:{item.statement_id}" for item in settled], resolved_at=None
    ).update(resolved_at=timezone.now(), resolution=f"{row.day}")


def statements_in_order(payer_account: PayerAccount) -> list[BankStatement]:
    """By day, and within a day by number."""
    return sorted(payer_account.statements.all(), key=lambda each: (each.day, len(each.number), each.number, each.pk))


def neighbours(row: BankStatement) -> tuple[BankStatement | None, BankStatement | None]:
    """The statements before and after this one, of those that are in."""
    known = statements_in_order(row.payer_account)
    place = known.index(row)
    return (known[place - 1] if place else None), (known[place + 1] if place + 1 < len(known) else None)


def jumps_of(
    row: BankStatement, previous: BankStatement | None, following: BankStatement | None
) -> tuple[list[SuspenseItem], list[SuspenseItem]]:
    """(new, settled): jumps from one statement to the next that this one brings, and that it takes away."""
    new: list[SuspenseItem] = []
    if previous is not None and row.opening_fen != previous.closing_fen:
        new.append(jump_item(row, row.opening_fen - previous.closing_fen))
    if following is None:
        return new, []
    assumed = following.suspense.filter(kind=SuspenseItem.Kind.JUMP)
    settled = list(assumed.filter(resolved_at=None))
    said = sum(item.amount_fen for item in assumed) - sum(item.amount_fen for item in settled)
    if left_fen := following.opening_fen - row.closing_fen - said:
        new.append(jump_item(following, left_fen))
    return new, settled


def jump_item(row: BankStatement, amount_fen: int) -> SuspenseItem:
    return SuspenseItem(kind=SuspenseItem.Kind.JUMP, statement=row, amount_fen=amount_fen, since=row.day)


def statement_alarm(row: BankStatement, kind: str, amount_fen: int) -> None:
    alarm_raise(
        kind=f"statement-{kind}",
        key=str(row.pk),
        account=row.payer_account,
        words={
            "zh": f"{row.day} 对账单无法轧平：{row.payer_account.number} 差额 {amount_fen} 分。",
            "en": f"The statement of {row.day} for {row.payer_account.number} does not close: {amount_fen} fen.",
        },
    )
