"""Returned payouts (退票): a corrected account takes them up again; what is not corrected by the deadline lapses."""

from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction

from enterprises.accounts import account_frozen, account_pending, account_usable
from supermarket.celery import poke
from supermarket.claims.models import Claim
from supermarket.claims.moves import claims_move
from supermarket.claims.states import ClaimState
from supermarket.dates import today
from supermarket.ledger.services import appropriation_release
from supermarket.notices.texts import NoticeKind
from supermarket.payouts import clock
from supermarket.payouts.models import Payout
from supermarket.payouts.moves import payout_move
from supermarket.payouts.states import PayoutState
from supermarket.payouts.telling import payouts_tell

AT_ONCE = 500
LEFT_AT_LEAST = timedelta(days=15)
MENDED = {"zh": "收款账户已更正，重新拨付", "en": "the account was corrected: instructed again"}
LAPSED = {"zh": "逾期未更正收款账户，视为放弃", "en": "the account was not corrected in time: lapsed"}

# Those with a later account than the one that was refused, and those whose day has passed.
TO_FOLLOW = """
    SELECT payout.id FROM payouts_payout payout JOIN claims_claim claim ON claim.id = payout.claim_id
    WHERE payout.state = 'returned' AND (payout.mend_until < %(day)s OR EXISTS (
        SELECT FROM enterprises_payeeaccount account
        WHERE account.beneficiary_id = claim.beneficiary_id AND account.usable_from <= %(now)s
            AND (account.retired_at IS NULL OR account.retired_at > %(now)s)
            AND account.id > coalesce((claim.account ->> 'payee_account')::bigint, 0)
    )) ORDER BY payout.id LIMIT %(rows)s
"""


def mend_until(day: date) -> date:
    """The yearly deadline (`RETURN_DEADLINE`, a day of the year) for what comes back on a day: the next one that leaves
    15 days at least."""
    month, of_month = settings.RETURN_DEADLINE
    deadline = date(day.year, month, of_month)
    return deadline if deadline >= day + LEFT_AT_LEAST else date(day.year + 1, month, of_month)


def returns_sweep(*, day: date | None = None) -> int:
    """Take up again what was mended, end what was not mended in time; how many payouts moved. Harmless at any time."""
    day = day or today()
    with connection.cursor() as cursor:
        cursor.execute(TO_FOLLOW, {"now": clock.now(), "day": day, "rows": AT_ONCE})
        found = [pk for (pk,) in cursor.fetchall()]
    moved = sum(return_follow(pk, day) for pk in found)
    if moved:
        poke("payouts.work")
    return moved


@transaction.atomic
def return_follow(pk: int, day: date) -> bool:
    """One returned payout, locked."""
    rows = Payout.objects.select_for_update(of=("self",), skip_locked=True)
    payout = rows.select_related("claim__beneficiary").filter(pk=pk, state=PayoutState.RETURNED).first()
    if payout is None:
        return False
    if return_mend(payout):
        return True
    return payout.mend_until is not None and payout.mend_until < day and return_lapse(payout)


def return_mend(payout: Payout) -> bool:
    """An account other than the one that was refused is in use (a change's hold is over): the claim takes it."""
    usable = account_usable(beneficiary=payout.claim.beneficiary)
    refused = (payout.claim.account or {}).get("payee_account")
    if usable is None or usable.pk == refused:
        return False
    Claim.objects.filter(pk=payout.claim_id).update(account=account_frozen(usable))
    payout_move(payout, PayoutState.DUE, None, MENDED)
    return True


def return_lapse(payout: Payout) -> bool:
    """The deadline has passed; a change that was entered in time and is still on hold is waited for."""
    pending = account_pending(beneficiary=payout.claim.beneficiary)
    if pending is not None:
        return False
    row = payout_move(payout, PayoutState.UNPAID, None, LAPSED)
    appropriation_release(holders=[row.holder], key=f"payout:{row.pk}")
    claim_end(payout.claim, LAPSED)
    payouts_tell(NoticeKind.LAPSED, {row.pk: str(row.pk)}, {row.pk: {"day": str(row.mend_until)}})
    return True


def claim_end(claim: Claim, reason: dict[str, str]) -> None:
    """Nothing of the claim is to be paid any more: it lapses, or is paid as far as it was."""
    payouts = claim.payouts.all()
    if payouts.exclude(state__in=[PayoutState.SETTLED, PayoutState.UNPAID]).exists():
        return
    if claim.instalments.filter(released_at=None, dropped_because__isnull=True).exists():
        return
    paid = payouts.filter(state=PayoutState.SETTLED).exists()
    to = ClaimState.PAID if paid else ClaimState.LAPSED
    rows = Claim.objects.filter(pk=claim.pk)
    claims_move(rows, before=(ClaimState.PAYING,), to=to, actor=None, reason=reason)
