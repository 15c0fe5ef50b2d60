"""Statements that a person brings, where a bank's own way is broken or missing: another person confirms them before
they are read, for what stands on a statement settles payments."""

import hashlib

from django.db import IntegrityError, transaction
from django.utils import timezone

from enterprises.secrets import encrypt
from supermarket.celery import poke
from supermarket.payouts.errors import NothingProposedError, SecondPersonError, StatementRefusedError
from supermarket.payouts.models import BankMessage, PayerAccount
from supermarket.payouts.rails.base import Statement, UnreadableMessageError
from supermarket.payouts.rails.registry import rail_for
from supermarket.users.models import User


def statement_bring(*, account: PayerAccount, data: bytes, actor: User) -> BankMessage:
    """Keep a statement of the account for a second person to confirm. Raises StatementRefusedError: not readable, not a
    statement, of another account, or here already."""
    statement = statement_of(account, data)
    if account.statements.filter(number=statement.number, day=statement.day).exists():
        raise StatementRefusedError(
            because_zh=f"{statement.day} 的对账单已经入账", because_en=f"the statement of {statement.day} is in already"
        )
    try:
        with transaction.atomic():
            return BankMessage.objects.create(
                channel=account.channel,
                number=0,
                sha256=hashlib.sha256(data).hexdigest(),
                body_encrypted=encrypt(data.decode("latin-1"), purpose="bank message"),
                received_at=timezone.now(),
                state=BankMessage.State.BROUGHT,
                brought_by=actor,
            )
    except IntegrityError:
        raise StatementRefusedError(
            because_zh="同一文件已经收到过", because_en="the very same file has come in before"
        ) from None


def statement_of(account: PayerAccount, data: bytes) -> Statement:
    try:
        statement = rail_for(account.channel).parse(data).statement
    except UnreadableMessageError as error:
        raise StatementRefusedError(because_zh=f"文件无法读取（{error}）", because_en=f"unreadable: {error}") from None
    if statement is None:
        raise StatementRefusedError(because_zh="文件不是对账单", because_en="it is another kind of message")
    if statement.account != account.number:
        raise StatementRefusedError(
            because_zh=f"对账单属于账户 {statement.account}", because_en=f"it is of account {statement.account}"
        )
    return statement


@transaction.atomic
def statement_confirm(*, message: BankMessage, actor: User) -> None:
    """Let a brought statement be read. Raises NothingProposedError, SecondPersonError."""
    row = brought_lock(message)
    if row.brought_by_id == actor.pk:
        raise SecondPersonError
    row.state, row.confirmed_by = BankMessage.State.NEW, actor
    row.save(update_fields=["state", "confirmed_by"])
    poke("payouts.work")


@transaction.atomic
def statement_decline(*, message: BankMessage, actor: User) -> None:
    """Put a brought statement aside; it is kept, and never read. Whoever brought it may do so too."""
    row = brought_lock(message)
    row.state, row.confirmed_by = BankMessage.State.DECLINED, actor
    row.save(update_fields=["state", "confirmed_by"])


def brought_lock(message: BankMessage) -> BankMessage:
    row = BankMessage.objects.select_for_update().filter(pk=message.pk, state=BankMessage.State.BROUGHT).first()
    if row is None:
        raise NothingProposedError
    return row
