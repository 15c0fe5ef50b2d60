"""`ledger check`: do the books agree with themselves, with the payouts, and with the bank's statements?"""

from collections.abc import Iterator

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from supermarket.claims.models import Repayment
from supermarket.claims.recoveries.checks import recoveries_check
from supermarket.ledger.errors import yuan
from supermarket.ledger.models import Reservation
from supermarket.ledger.selectors import account_balance_fen, appropriations_in_disorder, trial_balance
from supermarket.payouts.models import BankStatement, PayerAccount, Payout, PayoutAttempt, StatementLine, SuspenseItem
from supermarket.payouts.rails.base import FactKind
from supermarket.payouts.statements import statements_in_order
from supermarket.payouts.states import AttemptState, PayoutState


def books_check() -> list[str]:
    """Every disagreement in words; an empty list says that all agree to the fen."""
    problems = list(trial_balance_check())
    problems += appropriations_in_disorder()
    problems += payouts_check()
    problems += recoveries_check()
    for account in PayerAccount.objects.order_by("payer", "pk"):
        problems += statements_check(account)
        problems += outstanding_check(account)
        problems += suspense_check(account)
    return problems


def trial_balance_check() -> Iterator[str]:
    total = sum(balance.amount_fen for balance in trial_balance())
    if total:
        yield f"the trial balance is {yuan(total)} yuan instead of 0"


def payouts_check() -> Iterator[str]:
    """A payout's state, its attempts and its reservations say the same."""
    settled = Count("attempts", filter=Q(attempts__state=AttemptState.SETTLED))
    for payout in Payout.objects.annotate(settled=settled).filter(
        Q(state=PayoutState.SETTLED) & ~Q(settled=1) | ~Q(state=PayoutState.SETTLED) & Q(settled__gt=0)
    )[:20]:
        yield f"payout {payout.pk} is {payout.state} with {payout.settled} settled attempts"
    set_off = Repayment.objects.filter(source=Repayment.Source.OFFSET).aggregate(total=Sum("amount_fen"))["total"] or 0
    spent = Reservation.objects.filter(stage=Reservation.Stage.SPENT).aggregate(total=Sum("amount_fen"))["total"] or 0
    paid = Payout.objects.filter(state=PayoutState.SETTLED).aggregate(total=Sum("amount_fen"))["total"] or 0
    if spent != paid + set_off:
        yield f"settled payouts and offsets are {yuan(paid + set_off)} yuan and spent reservations {yuan(spent)}"


def statements_check(account: PayerAccount) -> Iterator[str]:
    """Each statement opens where the one before closed; the ledger's bank account stands at the last closing."""
    previous: BankStatement | None = None
    for statement in statements_in_order(account):
        if statement.gap_fen:
            yield f"{account}: the statement of {statement.day} does not close by {yuan(statement.gap_fen)} yuan"
        if previous is not None and statement.opening_fen != previous.closing_fen:
            yield (
                f"{account}: the statement of {statement.day} opens with {yuan(statement.opening_fen)} yuan, "
                f"the one before closed with {yuan(previous.closing_fen)}"
            )
        previous = statement
    books = account_balance_fen("bank", account.number)
    bank = previous.closing_fen if previous else 0
    if books != bank:
        yield f"{account}: {yuan(books)} yuan in the ledger, {yuan(bank)} on the bank's statement"


def outstanding_check(account: PayerAccount) -> Iterator[str]:
    """What the bank said that it booked and no statement shows yet is what the account `outstanding` holds."""
    attempts = PayoutAttempt.objects.filter(payout__payer_account=account)
    booked = Q(state__in=[AttemptState.SETTLED, AttemptState.RETURNED])
    left = off_statement_fen(attempts.filter(booked), FactKind.DEBITED) - ahead_fen(
        attempts.exclude(booked), FactKind.DEBITED
    )
    returned = Q(state=AttemptState.RETURNED)
    came_back = off_statement_fen(attempts.filter(returned), FactKind.RETURNED) - ahead_fen(
        attempts.exclude(returned), FactKind.RETURNED
    )
    books = account_balance_fen("outstanding", account.number)
    if books != came_back - left:
        yield f"{account}: {yuan(books)} yuan outstanding in the ledger, {yuan(came_back - left)} by the payouts"


def off_statement_fen(attempts: QuerySet[PayoutAttempt], kind: FactKind) -> int:
    """Booked by the bank's word, on no statement yet."""
    line = StatementLine.objects.filter(attempt=OuterRef("pk"), kind=kind)
    rows = attempts.filter(~Exists(line))
    return rows.aggregate(total=Sum("amount_fen"))["total"] or 0


def ahead_fen(attempts: QuerySet[PayoutAttempt], kind: FactKind) -> int:
    """On a statement, and the fact is still in the inbox."""
    line = StatementLine.objects.filter(attempt=OuterRef("pk"), kind=kind)
    rows = attempts.filter(Exists(line))
    return rows.aggregate(total=Sum("amount_fen"))["total"] or 0


def suspense_check(account: PayerAccount) -> Iterator[str]:
    items = SuspenseItem.objects.filter(statement__payer_account=account, resolved_at=None)
    listed = items.aggregate(total=Sum("amount_fen"))["total"] or 0
    books = -account_balance_fen("suspense", account.number)
    if books != listed:
        yield f"{account}: {yuan(books)} yuan in suspense in the ledger, {yuan(listed)} in the list of it"
