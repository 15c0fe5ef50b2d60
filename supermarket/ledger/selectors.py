"""Reading the books."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from policies.models import Policy

from .models import Appropriation, LedgerAccount, Posting


@dataclass(frozen=True)
class Balance:
    """Debits less credits of one account, in fen."""

    account: LedgerAccount
    amount_fen: int


def trial_balance(*, until: datetime | None = None) -> list[Balance]:
    """Every account with its balance, now or as it was entered before `until`. The balances of a sound ledger sum to
    zero."""
    postings = Posting.objects.all() if until is None else Posting.objects.filter(entry__at__lt=until)
    sums = dict(postings.values_list("account").annotate(Sum("amount_fen")).order_by())
    accounts = LedgerAccount.objects.select_related("appropriation").order_by("role", "holder")
    return [Balance(each, sums.get(each.pk, 0)) for each in accounts]


def account_balance_fen(role: str, holder: str) -> int:
    """Debits less credits of one account; 0 if it was never opened."""
    rows = Posting.objects.filter(account__role=role, account__holder=holder)
    total: int | None = rows.aggregate(total=Sum("amount_fen"))["total"]
    return total or 0


def appropriation_find(
    *, payer: str, fiscal_year: int, policy: Policy | None = None, pool: str = ""
) -> Appropriation | None:
    """The appropriation from which `payer` pays for the policy, or for the pool, in that year."""
    return Appropriation.objects.filter(payer=payer, fiscal_year=fiscal_year, policy=policy, pool=pool).first()


def appropriations_in_disorder() -> list[str]:
    """Sums of appropriations that differ from their accounts: a sound ledger has none."""
    sums = {
        (identity, role): total
        for identity, role, total in Posting.objects.filter(account__appropriation__isnull=False)
        .values_list("account__appropriation", "account__role")
        .annotate(Sum("amount_fen"))
        .order_by()
    }
    problems = []
    for row in Appropriation.objects.order_by("pk"):
        books = {role: sums.get((row.pk, role), 0) for role in LedgerAccount.Role.values}
        expected = {
            "granted": (-books["granted"], row.granted_fen),
            "available": (books["available"], row.available_fen),
            "reserved": (books["reserved"] + books["in_transit"], row.reserved_fen),
            "spent": (books["spent"], row.spent_fen),
        }
        problems += [
            f"{row}: {name} is {here} fen in the appropriation and {there} fen in the ledger"
            for name, (there, here) in expected.items()
            if here != there
        ]
    return problems
