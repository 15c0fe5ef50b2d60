"""Saying what money in suspense is: one person proposes, another one approves, and an entry moves it."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from supermarket.celery import poke
from supermarket.claims.recoveries.repaying import REPAYABLE
from supermarket.ledger.errors import yuan
from supermarket.ledger.journal import account, journal_post
from supermarket.ledger.models import JournalEntry
from supermarket.payouts.errors import NothingProposedError, SecondPersonError, SuspenseAnswerError
from supermarket.payouts.models import BankEvent, PayoutAttempt, StatementLine, SuspenseItem
from supermarket.payouts.rails.base import FactKind
from supermarket.payouts.repayments import credit_enter, recovery_named
from supermarket.users.models import User

Answer = SuspenseItem.Answer


@transaction.atomic
def suspense_propose(*, item: SuspenseItem, answer: str, target: str, resolution: str, actor: User) -> SuspenseItem:
    """Propose what an open item is; `target` as `SuspenseItem.Answer` says. Nothing moves yet.

    Raises SuspenseAnswerError, NothingProposedError (it is resolved).
    """
    row = item_lock(item)
    row.answer, row.target, row.resolution = answer, target.strip()[:64], resolution.strip()[:200]
    if not row.resolution:
        raise SuspenseAnswerError(because_zh="请写明依据", because_en="say on what grounds")
    if answer not in ENTRIES:
        raise SuspenseAnswerError(because_zh="请选择处理方式", because_en="choose what the money is")
    CHECKS[answer](row)
    row.proposed_by, row.proposed_at = actor, timezone.now()
    row.save(update_fields=["answer", "target", "resolution", "proposed_by", "proposed_at"])
    return row


@transaction.atomic
def suspense_approve(*, item: SuspenseItem, actor: User) -> SuspenseItem:
    """Move the money as another person proposed. Raises SecondPersonError, NothingProposedError, SuspenseAnswerError
    (the proposal does not hold any more)."""
    row = item_lock(item)
    if row.proposed_by_id is None:
        raise NothingProposedError
    if row.proposed_by_id == actor.pk:
        raise SecondPersonError
    CHECKS[row.answer](row)
    entry = ENTRIES[row.answer](row)
    items = [row, *([pair_of(row)] if row.answer == Answer.PAIR else [])]
    for each in items:
        each.entry, each.resolved_at, each.resolved_by = entry, timezone.now(), actor
        each.proposed_by, each.answer, each.resolution = row.proposed_by, row.answer, row.resolution
        each.save()
    return row


@transaction.atomic
def suspense_send_back(*, item: SuspenseItem, actor: User) -> SuspenseItem:
    """Drop the proposal: whoever made it, or somebody who does not agree. The item stays in suspense."""
    row = item_lock(item)
    if row.proposed_by_id is None:
        raise NothingProposedError
    row.answer, row.target, row.resolution, row.proposed_by, row.proposed_at = "", "", "", None, None
    row.save(update_fields=["answer", "target", "resolution", "proposed_by", "proposed_at"])
    return row


def item_lock(item: SuspenseItem) -> SuspenseItem:
    rows = SuspenseItem.objects.select_for_update(of=("self",)).select_related("statement__payer_account", "line")
    row = rows.get(pk=item.pk)
    if row.resolved_at is not None:
        raise NothingProposedError
    return row


def payment_check(row: SuspenseItem) -> None:
    attempt = attempt_of(row)
    if row.line is None or row.line.kind not in (FactKind.DEBITED, FactKind.RETURNED):
        raise SuspenseAnswerError(
            because_zh="只有付款或退票可以对应支付指令", because_en="only a debit or a return can be an instruction's"
        )
    if attempt.amount_fen != abs(row.amount_fen):
        raise SuspenseAnswerError(because_zh="金额与指令不符", because_en="the instruction has another amount")
    if StatementLine.objects.filter(attempt=attempt, kind=row.line.kind).exists():
        raise SuspenseAnswerError(
            because_zh="该指令在对账单上已有记录", because_en="the instruction has its line on a statement already"
        )


def attempt_of(row: SuspenseItem) -> PayoutAttempt:
    found = PayoutAttempt.objects.filter(
        end_to_end_id=row.target, payout__payer_account=row.statement.payer_account
    ).first()
    if found is None:
        raise SuspenseAnswerError(
            because_zh=f"该账户没有指令 {row.target}", because_en=f"this account has no instruction {row.target}"
        )
    return found


def payment_enter(row: SuspenseItem) -> JournalEntry:
    """The line becomes the attempt's, and the bank's word about it is read again as a word about the attempt."""
    attempt, line = attempt_of(row), row.line
    assert line is not None, "payment_check has looked"
    StatementLine.objects.filter(pk=line.pk).update(attempt=attempt)
    BankEvent.objects.filter(
        state=BankEvent.State.UNMATCHED,
        kind=line.kind,
        reference=line.reference,
        account=row.statement.payer_account.number,
    ).update(end_to_end_id=attempt.end_to_end_id, state=BankEvent.State.NEW)
    poke("payouts.work")
    return entry_post(row, "outstanding", row.statement.payer_account.number)


def recovery_check(row: SuspenseItem) -> None:
    if row.amount_fen <= 0:
        raise SuspenseAnswerError(because_zh="这不是收到的款项", because_en="no money came in")
    recovery = recovery_named(row.target)
    if recovery is None or not recovery.shares.filter(lead=True, payer=row.statement.payer_account.payer).exists():
        raise SuspenseAnswerError(
            because_zh=f"本账户没有编号为 {row.target} 的追回",
            because_en=f"no recovery {row.target} is owed to this account",
        )
    if recovery.state not in REPAYABLE or row.amount_fen > recovery.left_fen:
        raise SuspenseAnswerError(
            because_zh=f"超过待退还的 {yuan(recovery.left_fen)} 元，或不在退还中",
            because_en=f"more than the {yuan(recovery.left_fen)} yuan that are left, or nothing is due",
        )


def recovery_enter(row: SuspenseItem) -> JournalEntry:
    recovery = recovery_named(row.target)
    assert recovery is not None, "recovery_check has looked"
    return credit_enter(row, recovery)


def funding_check(row: SuspenseItem) -> None:
    if not row.target:
        raise SuspenseAnswerError(because_zh="请填写文号", because_en="name the document")


def pair_of(row: SuspenseItem) -> SuspenseItem:
    number = int(row.target) if row.target.isascii() and row.target.isdigit() else 0
    found = (
        SuspenseItem.objects.select_for_update()
        .filter(
            pk=number,
            resolved_at=None,
            amount_fen=-row.amount_fen,
            statement__payer_account=row.statement.payer_account,
        )
        .first()
    )
    if found is None:
        raise SuspenseAnswerError(
            because_zh=f"没有同一账户、金额相反的未决挂账 {row.target}",
            because_en=f"no open item {row.target} of this account cancels it",
        )
    return found


def pair_check(row: SuspenseItem) -> None:
    pair_of(row)


def pair_enter(row: SuspenseItem) -> JournalEntry:
    number = row.statement.payer_account.number
    return journal_post(
        key=f"suspense:{row.pk}",
        kind="suspense_resolved",
        postings=[(account("suspense", number), row.amount_fen), (account("suspense", number), -row.amount_fen)],
        reference={"suspense": row.pk, "pair": int(row.target), "resolution": row.resolution},
    )


def entry_post(row: SuspenseItem, role: str, holder: str) -> JournalEntry:
    number = row.statement.payer_account.number
    return journal_post(
        key=f"suspense:{row.pk}",
        kind="suspense_resolved",
        postings=[(account("suspense", number), row.amount_fen), (account(role, holder), -row.amount_fen)],
        reference={"suspense": row.pk, "answer": row.answer, "target": row.target, "resolution": row.resolution},
    )


CHECKS: dict[str, Callable[[SuspenseItem], None]] = {
    Answer.PAYMENT: payment_check,
    Answer.RECOVERY: recovery_check,
    Answer.FUNDING: funding_check,
    Answer.PAIR: pair_check,
}
ENTRIES: dict[str, Callable[[SuspenseItem], JournalEntry]] = {
    Answer.PAYMENT: payment_enter,
    Answer.RECOVERY: recovery_enter,
    Answer.FUNDING: lambda row: entry_post(row, "funding", row.statement.payer_account.number),
    Answer.PAIR: pair_enter,
}
