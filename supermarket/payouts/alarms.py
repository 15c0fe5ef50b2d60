"""Alarms, and stopping an account until a person has looked."""

from collections.abc import Mapping

from django.utils import timezone

from supermarket.payouts.models import Alarm, PayerAccount
from supermarket.users.models import User


def alarm_raise(
    *, kind: str, key: str, words: Mapping[str, str], account: PayerAccount | None = None, stop: bool = False
) -> None:
    """Record a contradiction once per key; `stop`: nothing leaves the account until it is explained."""
    Alarm.objects.get_or_create(
        key=f"{kind}:{key}"[:120],
        defaults={"kind": kind, "payer_account": account, "words": dict(words), "raised_at": timezone.now()},
    )
    if stop and account is not None:
        account_stop(account, words)


def account_stop(account: PayerAccount, words: Mapping[str, str]) -> None:
    """Keep everything from leaving the account; the first reason stays."""
    PayerAccount.objects.filter(pk=account.pk, stopped__isnull=True).update(
        stopped=dict(words), stopped_at=timezone.now()
    )


def account_resume(*, account: PayerAccount, actor: User) -> None:
    """A person has looked: payments leave again."""
    PayerAccount.objects.filter(pk=account.pk).update(stopped=None, stopped_at=None, resumed_by=actor)


def alarm_resolve(*, alarm: Alarm, actor: User, resolution: str) -> None:
    """Say what it was. An alarm without an explanation stays."""
    if not resolution.strip():
        raise ValueError("say what it was")
    Alarm.objects.filter(pk=alarm.pk, resolved_at=None).update(
        resolved_at=timezone.now(), resolved_by=actor, resolution=resolution[:200]
    )
