"""应享未享: who was entitled and has not been paid, why, and by when the right ends.

What the payouts know (returned, held, a payer without an account) is added above: `supermarket.reports.unpaid`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, F, Min, Q, QuerySet, Sum, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from supermarket.claims.models import Claim
from supermarket.claims.states import CLAIM_ENDS, ClaimState


class Why(TextChoices):
    NO_MONEY = "no_money", _("the money set aside is used up")
    NO_ACCOUNT = "no_account", _("no account to pay to")
    NOT_CONFIRMED = "not_confirmed", _("not confirmed yet")
    OBJECTED = "objected", _("objected to, not answered yet")
    RETURNED = "returned", _("the bank gave it back, the account must be mended")
    HELD = "held", _("held back by an official or for a wrong instruction")
    NO_PAYER_ACCOUNT = "no_payer_account", _("released, but the payer has no account here")
    LAPSED = "lapsed", _("lapsed")
    DATA_MISSING = "data_missing", _("data are missing")


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


def entitled_unpaid(
    *, department: str | None = None, rows: QuerySet[Any] | None = None, until: str = "confirm_until"
) -> list[Unpaid]:
    """Claims that should have been paid and are not, by reason and policy; sums are those decided. `rows`: the claims
    with `why` (default: `claims_unpaid`); `until`: their column of the day on which the right ends."""
    rows = claims_unpaid() if rows is None else rows
    if department is not None:
        rows = rows.filter(policy__department=department)
    groups = (
        rows.order_by()
        .values("why", code=F("policy__code"), owner=F("policy__department"))
        .annotate(count=Count("pk"), fen=Sum("amount_fen"), soonest=Min(until))
        .order_by("why", "code")
    )
    return [
        Unpaid(Why(row["why"]), row["code"], row["owner"], row["count"], row["fen"] or 0, row["soonest"])
        for row in groups
    ]


def claims_unpaid(*first: When) -> QuerySet[Any]:
    """The claims themselves, with `why`. `first`: reasons that are looked at before those of the claim itself."""
    awaiting = Q(state=ClaimState.AWAITING_CONFIRMATION)
    why = Case(
        *first,
        When(Q(waits_for_money=True) & ~Q(state__in=CLAIM_ENDS), then=Value(Why.NO_MONEY.value)),
        When(awaiting & Q(run=None), then=Value(Why.NO_ACCOUNT.value)),
        When(awaiting, then=Value(Why.NOT_CONFIRMED.value)),
        When(state=ClaimState.OBJECTED, then=Value(Why.OBJECTED.value)),
        When(state=ClaimState.LAPSED, then=Value(Why.LAPSED.value)),
        When(state=ClaimState.REFUSED, reason__zh__startswith=MISSING_DATA, then=Value(Why.DATA_MISSING.value)),
        output_field=CharField(),
    )
    return Claim.objects.annotate(why=why).filter(why__isnull=False)
