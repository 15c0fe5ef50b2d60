"""应享未享: who was entitled and has not been paid, why, and by when the right ends."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Count, F, Min, Q, QuerySet, Sum, Value, When

from supermarket.claims.models import Claim
from supermarket.claims.states import CLAIM_ENDS, ClaimState


class Why(StrEnum):
    NO_MONEY = "no_money"
    NO_ACCOUNT = "no_account"
    NOT_CONFIRMED = "not_confirmed"
    OBJECTED = "objected"
    LAPSED = "lapsed"
    DATA_MISSING = "data_missing"


MISSING_DATA = "暂时无法判定"  # how the reason of FactsMissingError begins


@dataclass(frozen=True)
class Unpaid:
    """`soonest`: the first day on which one of the rights ends, where that is known."""

    why: Why
    policy: str
    department: str
    count: int
    amount_fen: int
    soonest: date | None


def entitled_unpaid(*, department: str | None = None) -> list[Unpaid]:
    """Claims that should have been paid and are not, by reason and policy; sums are those decided."""
    rows = claims_unpaid()
    if department is not None:
        rows = rows.filter(policy__department=department)
    groups = (
        rows.values("why", code=F("policy__code"), owner=F("policy__department"))
        .annotate(count=Count("pk"), fen=Sum("amount_fen"), soonest=Min("confirm_until"))
        .order_by("why", "code")
    )
    return [
        Unpaid(Why(row["why"]), row["code"], row["owner"], row["count"], row["fen"] or 0, row["soonest"])
        for row in groups
    ]


def claims_unpaid() -> QuerySet[Any]:
    """The claims themselves, with `why`."""
    awaiting = Q(state=ClaimState.AWAITING_CONFIRMATION)
    why = Case(
        When(Q(waits_for_money=True) & ~Q(state__in=CLAIM_ENDS), then=Value(Why.NO_MONEY.value)),
        When(awaiting & Q(run=None), then=Value(Why.NO_ACCOUNT.value)),
        When(awaiting, then=Value(Why.NOT_CONFIRMED.value)),
        When(state=ClaimState.OBJECTED, then=Value(Why.OBJECTED.value)),
        When(state=ClaimState.LAPSED, then=Value(Why.LAPSED.value)),
        When(state=ClaimState.REFUSED, reason__zh__startswith=MISSING_DATA, then=Value(Why.DATA_MISSING.value)),
        output_field=CharField(),
    )
    return Claim.objects.annotate(why=why).filter(why__isnull=False)
