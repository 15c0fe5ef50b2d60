"""Payee accounts: entering, changing, lifting a hold, and which one is in use.

How long a changed account is held is the caller's to say (`usable_from`): working days are no matter of this package.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from .errors import AccountRefusedError
from .models import Beneficiary, PayeeAccount
from .secrets import decrypt, encrypt
from .selectors import registered_name

PURPOSE = "payee account"
NUMBER = re.compile(r"[0-9A-Z]{5,34}")
BANK_CODE = re.compile(r"\d{12}")
ACCOUNTS_AT_ONCE = 2_000


@dataclass(frozen=True)
class AccountDraft:
    """An account as it was typed in: `bank_code` is the 12-digit CNAPS number of the branch."""

    holder_name: str
    number: str
    bank_code: str
    bank_name: str


def name_normal(name: str) -> str:
    """Names that only differ in width, spaces or the form of brackets are the same name."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def draft_check(draft: AccountDraft, beneficiary: Beneficiary) -> AccountDraft:
    """The draft with spaces taken out of its numbers; raises AccountRefusedError with every problem."""
    number = "".join(draft.number.split()).replace("-", "").upper()
    bank_code = "".join(draft.bank_code.split())
    problems = {}
    if not NUMBER.fullmatch(number):
        problems["number"] = ("账号应为 5 至 34 位数字或字母", "the number has 5 to 34 digits or letters")
    if not BANK_CODE.fullmatch(bank_code):
        problems["bank_code"] = ("开户行行号应为 12 位数字", "the bank code has 12 digits")
    if not draft.bank_name.strip():
        problems["bank_name"] = ("请填写开户行名称", "the bank's name is missing")
    if name_normal(draft.holder_name) != name_normal(registered_name(beneficiary=beneficiary)):
        problems["holder_name"] = (
            "户名与登记名称不一致，只能拨付到本单位（本人）账户",
            "the holder is not the registered name: money goes to the beneficiary's own account only",
        )
    if problems:
        raise AccountRefusedError(problems)
    return AccountDraft(draft.holder_name.strip(), number, bank_code, draft.bank_name.strip())


@transaction.atomic
def account_add(
    *,
    beneficiary: Beneficiary,
    draft: AccountDraft,
    source: PayeeAccount.Source,
    actor: AbstractBaseUser | None,
    usable_from: datetime,
) -> PayeeAccount:
    """Enter an account, in use from `usable_from` on; an earlier change still on hold is retired by it. Raises
    AccountRefusedError."""
    account = account_made(beneficiary, draft, source, None if actor is None else actor.pk, usable_from)
    Beneficiary.objects.select_for_update(no_key=True).get(pk=beneficiary.pk)
    now = timezone.now()
    PayeeAccount.objects.filter(beneficiary=beneficiary, retired_at=None, usable_from__gt=now).update(retired_at=now)
    account.save()
    return account


def account_made(
    beneficiary: Beneficiary,
    draft: AccountDraft,
    source: PayeeAccount.Source,
    made_by: int | None,
    usable_from: datetime,
) -> PayeeAccount:
    """The row of a draft, not saved. Raises AccountRefusedError."""
    draft = draft_check(draft, beneficiary)
    person = beneficiary.kind == Beneficiary.Kind.PERSON
    return PayeeAccount(
        beneficiary=beneficiary,
        holder_name=beneficiary.name if person else draft.holder_name,
        holder_encrypted=encrypt(draft.holder_name, purpose=PURPOSE) if person else "",
        number_encrypted=encrypt(draft.number, purpose=PURPOSE),
        number_masked=number_mask(draft.number),
        bank_code=draft.bank_code,
        bank_name=draft.bank_name,
        source=source,
        verified_at=timezone.now(),
        usable_from=usable_from,
        made_by_id=made_by,
    )


def accounts_add_first(
    *, drafts: Iterable[tuple[Beneficiary, AccountDraft]], source: PayeeAccount.Source, usable_from: datetime
) -> Iterator[int]:
    """Enter the accounts that an office hands over for many at once; who has one on file keeps that. Gives after each
    part, which is one transaction, how many were looked at. Raises AccountRefusedError."""
    rows = iter(drafts)
    while part := list(islice(rows, ACCOUNTS_AT_ONCE)):
        with transaction.atomic():
            owners = Beneficiary.objects.select_for_update(no_key=True).order_by("pk")
            list(owners.filter(pk__in=[beneficiary.pk for beneficiary, _ in part]).values_list("pk"))
            known = PayeeAccount.objects.filter(beneficiary__in=[beneficiary for beneficiary, _ in part])
            served = set(known.values_list("beneficiary_id", flat=True))
            PayeeAccount.objects.bulk_create(
                account_made(beneficiary, draft, source, None, usable_from)
                for beneficiary, draft in part
                if beneficiary.pk not in served
            )
        yield len(part)


def number_mask(number: str) -> str:
    """6222021307012345 -> ************2345."""
    return "*" * (len(number) - 4) + number[-4:]


def account_usable(*, beneficiary: Beneficiary, at: datetime | None = None) -> PayeeAccount | None:
    """The account that money goes to at a moment (default now): the last one whose time has come."""
    at = at or timezone.now()
    return (
        PayeeAccount.objects.filter(beneficiary=beneficiary, usable_from__lte=at)
        .exclude(retired_at__lte=at)
        .order_by("usable_from", "pk")
        .last()
    )


def account_pending(*, beneficiary: Beneficiary) -> PayeeAccount | None:
    """The changed account that is still on hold."""
    return PayeeAccount.objects.filter(beneficiary=beneficiary, usable_from__gt=timezone.now(), retired_at=None).last()


def account_hold_lift(*, account: PayeeAccount, actor: AbstractBaseUser) -> PayeeAccount:
    """A second official has verified the change: in use at once. Raises AccountRefusedError."""
    if account.made_by_id == actor.pk:
        raise AccountRefusedError({"hold": ("须由另一名工作人员解除保护期", "somebody else has to lift the hold")})
    changed = PayeeAccount.objects.filter(pk=account.pk, retired_at=None, usable_from__gt=timezone.now()).update(
        usable_from=timezone.now(), hold_lifted_by_id=actor.pk
    )
    if not changed:
        raise AccountRefusedError({"hold": ("该账户不在保护期内", "the account is not on hold")})
    account.refresh_from_db()
    return account


def account_retire(*, account: PayeeAccount) -> None:
    """Not to be used any more (the bank says it is closed)."""
    PayeeAccount.objects.filter(pk=account.pk, retired_at=None).update(retired_at=timezone.now())


def account_frozen(account: PayeeAccount) -> dict[str, Any]:
    """The copy that a claim keeps; the number (and a person's name) stays encrypted in it."""
    frozen = {
        "payee_account": account.pk,
        "holder_name": account.holder_name,
        "number_encrypted": account.number_encrypted,
        "number_masked": account.number_masked,
        "bank_code": account.bank_code,
        "bank_name": account.bank_name,
        "source": account.source,
    }
    return {**frozen, "holder_encrypted": account.holder_encrypted} if account.holder_encrypted else frozen


def account_opened(frozen: Mapping[str, str]) -> tuple[str, str]:
    """Holder's name and number of a frozen copy, for the instruction to the bank. Raises SecretUnreadableError."""
    holder = frozen.get("holder_encrypted")
    name = frozen["holder_name"] if holder is None else decrypt(holder, purpose=PURPOSE)
    return name, decrypt(frozen["number_encrypted"], purpose=PURPOSE)
