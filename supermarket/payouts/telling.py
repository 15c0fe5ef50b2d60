"""What beneficiaries are told of their money, written in the transaction of the move."""

from collections.abc import Mapping
from typing import Any

from supermarket.ledger.errors import yuan
from supermarket.notices.services import NoticeDraft, notices_write
from supermarket.notices.texts import NoticeKind
from supermarket.payouts.models import Payout

COLUMNS = ("pk", "claim", "amount_fen", "claim__beneficiary", "claim__policy_version__definition__title")


def payouts_tell(
    kind: NoticeKind, events: Mapping[int, str], values: Mapping[int, Mapping[str, Any]] | None = None
) -> int:
    """Tell of payouts. `events`: payout -> the event's name, told once; `values`: more words of a payout's text."""
    more = values or {}
    rows = Payout.objects.filter(pk__in=events).values_list(*COLUMNS)
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
