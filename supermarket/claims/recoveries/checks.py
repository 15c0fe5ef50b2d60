"""Do the books agree with the recoveries? Part of `ledger check`."""

from collections.abc import Iterator

from django.db.models import F, Q, Sum

from supermarket.claims.models import Recovery, RecoveryShare
from supermarket.claims.states import RecoveryState
from supermarket.ledger.errors import yuan
from supermarket.ledger.selectors import account_balance_fen

OWED = (RecoveryState.NOTICED, RecoveryState.REPAYING, RecoveryState.REFERRED, RecoveryState.RECOVERED)


def recoveries_check() -> Iterator[str]:
    """A recovery is the sum of its shares and of its repayments; the account `recoverable` holds what is still owed."""
    repaid = {
        recovery: total or 0
        for recovery, total in Recovery.objects.annotate(total=Sum("repayments__amount_fen")).values_list("pk", "total")
    }
    shares = Recovery.objects.annotate(amount=Sum("shares__amount_fen"), back=Sum("shares__repaid_fen"))
    odd = shares.filter(~Q(amount=F("amount_fen")) | ~Q(back=F("repaid_fen")) | Q(amount=None))
    for pk in odd.values_list("pk", flat=True):
        yield f"recovery {pk}: its shares are not its sums"
    for pk, fen in Recovery.objects.order_by("pk").values_list("pk", "repaid_fen"):
        if fen != repaid[pk]:
            yield f"recovery {pk}: {yuan(fen)} yuan repaid, repayments of {yuan(repaid[pk])}"
    owed = Sum(F("amount_fen") - F("repaid_fen"), filter=Q(recovery__state__in=OWED))
    for payer, fen in RecoveryShare.objects.values_list("payer").annotate(owed=owed).order_by("payer"):
        books = account_balance_fen("recoverable", payer)
        if books != (fen or 0):
            yield f"{payer}: {yuan(books)} yuan recoverable in the ledger, {yuan(fen or 0)} by the recoveries"
        if account_balance_fen("recovered", payer) != -books:
            yield f"{payer}: recoverable and recovered are not each other's other side"
