"""Account by account and day by day: what the bank says, what the books say, which days are missing, and how old the
money is that nobody has explained."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise, takewhile
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from supermarket.claims.calendar import working_days
from supermarket.ledger.selectors import account_balance_fen
from supermarket.payouts.models import BankMessage, BankStatement, PayerAccount, StatementLine, SuspenseItem
from supermarket.payouts.statements import statements_in_order

DAY = timedelta(days=1)
AGES_DAYS = (7, 30, 90)  # bands: up to a week, a month, a quarter, and older


@dataclass(frozen=True)
class StatementDay:
    """One statement in sums: opening - debits + credits = closing, or `gap_fen` says by how much not. `jump_fen`: by
    how much it opens otherwise than the one before closed."""

    statement: BankStatement
    debits_fen: int
    credits_fen: int
    lines: int
    unmatched: int
    jump_fen: int

    @property
    def closes(self) -> bool:
        return not (self.statement.gap_fen or self.jump_fen)


@dataclass(frozen=True)
class AccountStanding:
    """An account today: the bank's last word, the books', and what is between them."""

    account: PayerAccount
    last: BankStatement | None
    books_fen: int
    outstanding_fen: int
    suspense_fen: int
    missing: Sequence[date]

    @property
    def agrees(self) -> bool:
        return self.books_fen == (self.last.closing_fen if self.last else 0)


@dataclass(frozen=True)
class AgeBand:
    """Open suspense of an age: `until_days` is None for whatever is older than the last band."""

    until_days: int | None
    count: int
    debits_fen: int
    credits_fen: int


def account_days(account: PayerAccount) -> list[StatementDay]:
    """Every statement of an account, the newest first."""
    sums: dict[int, Mapping[str, Any]] = {
        row["statement"]: row
        for row in StatementLine.objects.filter(statement__payer_account=account)
        .values("statement")
        .annotate(
            debits=Sum("amount_fen", filter=Q(amount_fen__lt=0)),
            credits=Sum("amount_fen", filter=Q(amount_fen__gt=0)),
            lines=Count("pk"),
            unmatched=Count("pk", filter=Q(attempt=None)),
        )
        .order_by()
    }
    found, before = [], None
    for statement in statements_in_order(account):
        row = sums.get(statement.pk, {})
        jump_fen = statement.opening_fen - before.closing_fen if before else 0
        found.append(
            StatementDay(
                statement,
                -(row.get("debits") or 0),
                row.get("credits") or 0,
                row.get("lines", 0),
                row.get("unmatched", 0),
                jump_fen,
            )
        )
        before = statement
    return found[::-1]


def days_missing(account: PayerAccount, today: date) -> list[date]:
    """Working days from the first statement up to yesterday of which there is no statement."""
    known = set(account.statements.values_list("day", flat=True))
    if not known:
        return []
    days = takewhile(lambda day: day < today, working_days(min(known)))
    return [day for day in days if day not in known]


def accounts_standing(today: date) -> Iterator[AccountStanding]:
    for account in PayerAccount.objects.select_related("channel").order_by("payer", "pk"):
        statements = statements_in_order(account)
        yield AccountStanding(
            account,
            statements[-1] if statements else None,
            account_balance_fen("bank", account.number),
            account_balance_fen("outstanding", account.number),
            -account_balance_fen("suspense", account.number),
            days_missing(account, today),
        )


def suspense_ages(items: QuerySet[SuspenseItem], today: date) -> list[AgeBand]:
    """Open items by age bands, money that left and money that came apart."""
    bands = []
    for youngest, oldest in pairwise((None, *AGES_DAYS, None)):
        within = items
        if oldest is not None:
            within = within.filter(since__gte=today - oldest * DAY)
        if youngest is not None:
            within = within.filter(since__lt=today - youngest * DAY)
        sums = within.aggregate(
            count=Count("pk"),
            debits=Sum("amount_fen", filter=Q(amount_fen__lt=0)),
            credits=Sum("amount_fen", filter=Q(amount_fen__gt=0)),
        )
        bands.append(AgeBand(oldest, sums["count"], -(sums["debits"] or 0), sums["credits"] or 0))
    return bands


def statements_brought() -> QuerySet[BankMessage]:
    """Statements that a person brought and nobody has confirmed yet."""
    rows = BankMessage.objects.filter(state=BankMessage.State.BROUGHT)
    return rows.select_related("channel", "brought_by").order_by("received_at")
