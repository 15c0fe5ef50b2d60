"""What beneficiaries are told of their money, written in the transaction of the move."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef

from supermarket.bulk import among
from supermarket.ledger.errors import yuan
from supermarket.notices.services import NoticeDraft, notices_write
from supermarket.notices.texts import NoticeKind
from supermarket.payouts.models import Payout
from supermarket.users.models import Representation

GOOD_NEWS = (NoticeKind.ON_ITS_WAY, NoticeKind.PAID)
COLUMNS = ("pk", "claim", "amount_fen", "claim__beneficiary", "claim__policy_version__definition__title")


def payouts_tell(
    kind: NoticeKind, events: Mapping[int, str], values: Mapping[int, Mapping[str, Any]] | None = None
) -> int:
    """Tell of payouts. `events`: payout -> the event's name, told once; `values`: more words of a payout's text. That
    money is on its way, or there, is told where somebody signs in for the beneficiary: a run tells 100,000 at once."""
    more = values or {}
    found = Payout.objects.filter(pk__in=among(events))
    if kind in GOOD_NEWS:
        found = found.filter(
            Exists(Representation.objects.filter(beneficiary=OuterRef("claim__beneficiary"), until=None))
        )
    rows = found.values_list(*COLUMNS)
    return notices_write(
        [
            NoticeDraft(
                beneficiary,
                kind,
                f"{kind}:{events[payout]}",
                {"policy": title, "amount": yuan(amount_fen), **more.get(payout, {})},
                about=f"claim:{claim}",
            )
            for payout, claim, amount_fen, beneficiary, title in rows
        ]
    )
