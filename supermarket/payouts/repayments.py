"""Credits on the bank's statement that carry a recovery's reference are repayments of it."""

import re

from django.db import transaction

from supermarket.claims.errors import ClaimError
from supermarket.claims.models import Recovery, Repayment
from supermarket.claims.recoveries.repaying import repayment_take
from supermarket.claims.recoveries.steps import recovery_lock
from supermarket.ledger.models import JournalEntry
from supermarket.payouts import clock
from supermarket.payouts.models import SuspenseItem
from supermarket.payouts.rails.base import FactKind

REFERENCE = re.compile(r"TH(\d{8})\d{2}")
AT_ONCE = 200


def repayments_match() -> int:
    """Take credits out of suspense that name a recovery; how many were. One that is more than is owed, or names a
    recovery that takes nothing any more, stays in suspense for a person."""
    items = SuspenseItem.objects.filter(
        resolved_at=None, amount_fen__gt=0, line__kind=FactKind.CREDITED, line__words__contains="TH"
    )
    found = items.order_by("pk").values_list("pk", "line__words")[:AT_ONCE]
    return sum(credit_match(pk, words) for pk, words in found)


def credit_match(pk: int, words: str) -> bool:
    recovery = recovery_named(words)
    if recovery is None:
        return False
    try:
        with transaction.atomic():
            return credit_take(pk, recovery)
    except ClaimError:
        return False


def recovery_named(words: str) -> Recovery | None:
    """The recovery whose reference stands in the words, check digits and all; None where several do."""
    found = {match.group(): int(match.group(1)) for match in REFERENCE.finditer(words)}
    rows = [row for row in Recovery.objects.filter(pk__in=found.values()) if row.reference in found]
    return rows[0] if len(rows) == 1 else None


def credit_take(pk: int, recovery: Recovery) -> bool:
    """Raises WrongStateError, RepaidTooMuchError."""
    rows = SuspenseItem.objects.select_for_update(of=("self",)).select_related("line", "statement__payer_account")
    item = rows.get(pk=pk)
    if item.resolved_at is not None or item.proposed_by_id is not None:
        return False
    if not recovery.shares.filter(lead=True, payer=item.statement.payer_account.payer).exists():
        return False
    entry = credit_enter(item, recovery)
    SuspenseItem.objects.filter(pk=item.pk).update(
        resolved_at=clock.now(), answer=SuspenseItem.Answer.RECOVERY, resolution=recovery.reference, entry=entry
    )
    return True


def credit_enter(item: SuspenseItem, recovery: Recovery) -> JournalEntry:
    """The locked item's money is a repayment. Raises WrongStateError, RepaidTooMuchError."""
    line = item.line
    made = repayment_take(
        recovery_lock(recovery),
        item.amount_fen,
        source=Repayment.Source.BANK,
        reference=line.reference if line else f"suspense {item.pk}",
        received_on=line.booked_on if line else item.since,
        debit=[("suspense", item.statement.payer_account.number, item.amount_fen)],
        actor=None,
    )
    return made.entry
