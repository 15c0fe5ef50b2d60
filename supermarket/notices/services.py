"""Writing notices (in the transaction of the move that they tell of), reading them, and where they go outside."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from supermarket.bulk import bigints
from supermarket.celery import poke
from supermarket.notices.channels import CHANNELS
from supermarket.notices.models import Notice, NoticeAddress, NoticeDelivery
from supermarket.notices.texts import NoticeKind
from supermarket.users.models import User

# Whoever takes over an account changes the address first: what warns goes to earlier ones too, for so long.
WARNED_AFTERWARDS = timedelta(days=30)
WARNINGS = (NoticeKind.ACCOUNT_CHANGED, NoticeKind.ADDRESS_CHANGED)
WRITE = """
    INSERT INTO notices_notice (beneficiary_id, kind, key, "values", about, created_at)
    SELECT beneficiary_id, kind, key, "values", about, %s FROM json_to_recordset(%s)
        AS draft (beneficiary_id bigint, kind text, key text, "values" jsonb, about text)
    ON CONFLICT (key) DO NOTHING RETURNING id
"""
# To the addresses of everybody who acts for the beneficiary; a warning also to those of the last weeks.
ADDRESS = """
    INSERT INTO notices_noticedelivery (notice_id, channel, address, state, tries, available_at, problem)
    SELECT DISTINCT notice.id, address.channel, address.address, 'waiting', 0, %(now)s::timestamptz, ''
    FROM notices_notice notice
    JOIN users_representation represents ON represents.beneficiary_id = notice.beneficiary_id
    JOIN notices_noticeaddress address ON address.user_id = represents.user_id
    WHERE notice.id = ANY(%(notices)s::bigint[]) AND CASE WHEN notice.kind = ANY(%(warnings)s)
        THEN coalesce(address.until, %(now)s) >= %(since)s AND coalesce(represents.until, %(day)s) >= %(since)s::date
        ELSE address.until IS NULL AND coalesce(represents.until, %(day)s) >= %(day)s END
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class NoticeDraft:
    """A notice to be written; see `models.Notice`."""

    beneficiary_id: int
    kind: NoticeKind
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""


@transaction.atomic
def notices_write(drafts: Sequence[NoticeDraft]) -> int:
    """Write any number in two statements, with their ways outside; how many were new (each `key` is told once)."""
    if not drafts:
        return 0
    now = timezone.now()
    rows = json.dumps([vars(draft) for draft in drafts], ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [now, rows])
        written = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            ADDRESS,
            {
                "now": now,
                "notices": bigints(written),
                "warnings": [str(kind) for kind in WARNINGS],
                "since": now - WARNED_AFTERWARDS,
                "day": timezone.localdate(now),
            },
        )
        if cursor.rowcount:
            poke("notices.deliver")
    return len(written)


def notices_read(*, beneficiaries: Collection[int], actor: User, notice: int | None = None) -> int:
    """One notice of these beneficiaries (or all) is read; how many were unread before."""
    rows = Notice.objects.filter(beneficiary__in=beneficiaries, read_at=None)
    if notice is not None:
        rows = rows.filter(pk=notice)
    return rows.update(read_at=timezone.now(), read_by=actor)


@transaction.atomic
def address_set(*, user: User, channel: str, address: str) -> None:
    """The user wants to be told there (empty: nowhere any more). The address before is told that it is not used any
    more. Raises django's ValidationError for what is no address."""
    if address:
        CHANNELS[channel].check(address)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    current = NoticeAddress.objects.filter(user=user, channel=channel, until=None).first()
    if current is not None and current.address == address:
        return
    now = timezone.now()
    if current is not None:
        NoticeAddress.objects.filter(pk=current.pk).update(until=now)
        address_leave(user, current)
    if address:
        NoticeAddress.objects.create(user=user, channel=channel, address=address, since=now)


def address_leave(user: User, address: NoticeAddress) -> None:
    """Tell the old address, of one beneficiary whom the user acts for: the letter names none."""
    represented = user.representations.filter(until=None).order_by("pk").first()
    if represented is None:
        return
    notice = Notice.objects.create(
        beneficiary_id=represented.beneficiary_id,
        kind=NoticeKind.ADDRESS_CHANGED,
        key=f"address:{address.pk}",
        created_at=timezone.now(),
    )
    NoticeDelivery.objects.create(
        notice=notice, channel=address.channel, address=address.address, available_at=notice.created_at
    )
    poke("notices.deliver")
