"""应享未享 with what the payouts know: every reason for which somebody entitled has not been paid."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import override

from supermarket.claims.states import ClaimState
from supermarket.claims.unpaid import Unpaid, Why, claims_unpaid, entitled_unpaid
from supermarket.payouts.models import Payout
from supermarket.payouts.selectors import claims_without_payer_account
from supermarket.payouts.states import PayoutState
from supermarket.reports.sheets import Sheets
from supermarket.reports.text import day, money, say


def unpaid_claims(*, department: str | None = None) -> QuerySet[Any]:
    """Claims with `why` and `until`, the day on which the right ends where one is set."""
    payouts = Payout.objects.filter(claim=OuterRef("pk"))
    returned = payouts.filter(state=PayoutState.RETURNED)
    rows = claims_unpaid(
        When(Exists(returned), then=Value(Why.RETURNED.value)),
        When(Exists(payouts.filter(state=PayoutState.HELD)), then=Value(Why.HELD.value)),
        When(pk__in=claims_without_payer_account().values("pk"), then=Value(Why.NO_PAYER_ACCOUNT.value)),
    ).annotate(until=Coalesce(Subquery(returned.values("mend_until")[:1]), "confirm_until"))
    return rows if department is None else rows.filter(policy__department=department)


def unpaid_totals(*, department: str | None = None) -> list[Unpaid]:
    """By reason and policy."""
    return entitled_unpaid(rows=unpaid_claims(department=department), until="until")


def unpaid_lines(*, department: str | None = None) -> Iterator[list[str]]:
    """One row a claim, streamed: persons by masked names and without their codes."""
    rows = unpaid_claims(department=department).order_by("policy__code", "pk")
    found = rows.values_list(
        "pk", "policy__code", "policy__department", "beneficiary__name", "beneficiary__kind", "beneficiary__code",
        "period", "amount_fen", "why", "state", "until", "reason",
    )  # fmt: skip
    for pk, policy, owner, name, kind, code, period, fen, why, state, until, reason in found.iterator(chunk_size=2_000):
        yield [
            str(pk), policy, owner, name, code if kind == "enterprise" else "", period, money(fen),
            str(Why(why).label), str(ClaimState(state).label), day(until), say(reason),
        ]  # fmt: skip


def unpaid_file(*, path: Path, language: str, department: str | None = None) -> None:
    """A workbook: totals by reason and policy, and the claims."""
    with override(language):
        sheets = Sheets()
        totals = (
            [
                str(each.why.label),
                each.policy,
                each.department,
                str(each.count),
                money(each.amount_fen),
                day(each.soonest),
            ]
            for each in unpaid_totals(department=department)
        )
        head = [_("Reason"), _("Policy"), _("Department"), _("Number"), _("Amount"), _("First right ends on")]
        sheets.table(sheets.sheet(_("Totals"), (40, 36, 30, 10, 18, 18)), head, totals, money=(3, 4))
        head = [
            _("Claim"), _("Policy"), _("Department"), _("Beneficiary"), _("Code"), _("Period"), _("Amount"),
            _("Why not paid"), _("State"), _("Right ends on"), _("Reason"),
        ]  # fmt: skip
        sheet = sheets.sheet(_("Claims"), (10, 36, 30, 36, 24, 10, 16, 40, 18, 14, 60))
        sheets.table(sheet, head, unpaid_lines(department=department), money=(6,))
        sheets.save(path)
