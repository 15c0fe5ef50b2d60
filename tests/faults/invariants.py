"""What must hold after any run, whatever went wrong. The witness is the bank's oracle, which the product never asks."""

import time
from collections import Counter
from collections.abc import Callable

from django.db.models import QuerySet, Sum

from supermarket.claims.models import Claim
from supermarket.claims.states import CLAIM_RELEASED
from supermarket.ledger.models import Appropriation
from supermarket.payouts.checks import books_check
from supermarket.payouts.models import BankEvent, BankMessage, PayerAccount, Payout, PayoutAttempt, SuspenseItem
from supermarket.payouts.states import PayoutState
from tests.payouts.bank import Bank


def violations(bank: Bank, payers: tuple[str, ...]) -> list[str]:
    """Every promise that is broken, in words."""
    return [
        *paid_twice(bank),
        *states_differ(bank),
        *left_behind(),
        *books_check(),
        *sums_differ(bank, payers),
        *appropriations_exceeded(bank),
    ]


def money_kept(bank: Bank) -> Counter[str]:
    """claim-instalment -> how often its money is with the beneficiary, by the bank's oracle."""
    kept: Counter[str] = Counter()
    for payment in bank.payments():
        if payment["booked_at"] and not payment["returned_at"]:
            kept[payment["end_to_end_id"].rsplit("-", 1)[0].split("-", 1)[1]] += 1
    return kept


def paid_twice(bank: Bank) -> list[str]:
    booked = Counter(end_to_end_id for end_to_end_id, _ in bank.booked())
    problems = [f"instruction {key} was booked {times} times" for key, times in booked.items() if times > 1]
    return problems + [f"claim {key} was paid {times} times" for key, times in money_kept(bank).items() if times > 1]


def states_differ(bank: Bank) -> list[str]:
    kept = money_kept(bank)
    problems = []
    for payout in Payout.objects.all():
        paid = bool(kept[f"{payout.claim_id}-{payout.instalment}"])
        if paid != (payout.state == PayoutState.SETTLED):
            problems.append(
                f"payout {payout.pk} is {payout.state}, and the bank {'paid' if paid else 'did not pay'} it"
            )
    return problems


def left_behind() -> list[str]:
    """Every claim has its payout, every payout has ended somewhere where somebody sees it."""
    problems = [f"{claim} has no payout" for claim in released().filter(payouts=None)]
    unexplained = Payout.objects.exclude(state__in=[PayoutState.SETTLED]).filter(reason=None)
    problems += [f"payout {payout.pk} is {payout.state}, and nobody knows why" for payout in unexplained]
    on_the_way = Payout.objects.filter(state__in=[PayoutState.DUE, PayoutState.PAYING])
    problems += [f"payout {payout.pk} is still {payout.state}" for payout in on_the_way]
    waiting = BankEvent.objects.filter(state__in=["new", "waiting", "alarm"])
    problems += [f"fact {event.kind} about {event.end_to_end_id} is {event.state}" for event in waiting]
    live = PayoutAttempt.objects.filter(state__in=["instructed", "sending", "accepted", "unknown"])
    problems += [
        f"attempt {attempt} is {attempt.state}, its message {attempt.sub_batch.state} after {attempt.sub_batch.sends}"
        for attempt in live.select_related("sub_batch")
    ]
    stopped = PayerAccount.objects.filter(stopped__isnull=False)
    problems += [f"{account} is stopped: {account.stopped['en']}" for account in stopped]
    unread = BankMessage.objects.exclude(state=BankMessage.State.READ)
    return problems + [f"message {message.number} is {message.state} {message.problem}" for message in unread]


def sums_differ(bank: Bank, payers: tuple[str, ...]) -> list[str]:
    from tests.payouts.factory import payer_account

    problems = []
    for payer in payers:
        statement = payer_account(payer).statements.order_by("-pk").first()
        at_bank = bank.balance_fen(f"P{payer}")
        if statement is None or statement.closing_fen != at_bank:
            problems.append(
                f"{payer}: the bank has {at_bank} fen, the last statement {statement and statement.closing_fen}"
            )
    open_items = SuspenseItem.objects.filter(resolved_at=None).count()
    return problems + ([f"{open_items} items are in suspense"] if open_items else [])


def appropriations_exceeded(bank: Bank) -> list[str]:
    settled = Payout.objects.filter(state=PayoutState.SETTLED).aggregate(total=Sum("amount_fen"))["total"] or 0
    spent = Appropriation.objects.aggregate(total=Sum("spent_fen"))["total"] or 0
    problems = [] if settled == spent else [f"{settled} fen settled, {spent} fen of the appropriations spent"]
    kept = sum(payment["amount"] for payment in bank.payments() if payment["booked_at"] and not payment["returned_at"])
    problems += [] if kept == spent else [f"{kept} fen are with beneficiaries by the bank's oracle, {spent} spent here"]
    return problems + [f"{row} is exceeded" for row in Appropriation.objects.all() if row.available_fen < 0]


def payouts_at_rest() -> bool:
    """Nothing is on its way any more."""
    moving = Payout.objects.filter(state__in=[PayoutState.DUE, PayoutState.PAYING]).exists()
    return Payout.objects.exists() and not moving and not released().filter(payouts=None).exists()


def released() -> QuerySet[Claim]:
    """Claims whose money was approved and released."""
    return Claim.objects.filter(state__in=CLAIM_RELEASED)


def inbox_empty() -> bool:
    """Everything that the bank said is read and applied."""
    unread = BankMessage.objects.filter(state=BankMessage.State.NEW).exists()
    return payouts_at_rest() and not unread and not BankEvent.objects.filter(state=BankEvent.State.NEW).exists()


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{condition.__name__} did not come about in {seconds} s")
        time.sleep(0.05)
