"""Reads about notices."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from enterprises.models import Beneficiary
from supermarket.notices.models import Notice, NoticeAddress
from supermarket.notices.texts import text_of, title_of
from supermarket.users.models import User


@dataclass(frozen=True)
class InboxLine:
    """One notice in words ({zh, en}); `about` says what it leads to."""

    pk: int
    kind: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    about: str
    at: datetime
    unread: bool
    beneficiary: Beneficiary


def inbox(beneficiaries: Collection[int]) -> QuerySet[Notice]:
    """The newest first, of all whom somebody acts for."""
    return Notice.objects.filter(beneficiary__in=beneficiaries).select_related("beneficiary").order_by("-pk")


def inbox_line(notice: Notice) -> InboxLine:
    title, text = title_of(notice.kind), text_of(notice.kind, notice.values)
    return InboxLine(
        pk=notice.pk,
        kind=notice.kind,
        title=title,
        text=text,
        about=notice.about,
        at=notice.created_at,
        unread=notice.read_at is None,
        beneficiary=notice.beneficiary,
    )


def unread_count(beneficiaries: Collection[int]) -> int:
    return Notice.objects.filter(beneficiary__in=beneficiaries, read_at=None).count()


def address_of(user: User, channel: str = "email") -> str:
    """Where the user wants to be told; empty where he does not."""
    row = NoticeAddress.objects.filter(user=user, channel=channel, until=None).first()
    return "" if row is None else row.address
