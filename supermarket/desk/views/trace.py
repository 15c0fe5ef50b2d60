"""The auditor's way back from a payout: instructions, what the bank said, statement lines, claim, decision decided
again, facts with the rows that they came from, and the clause of the policy."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from supermarket.claims.replaying import claim_replay
from supermarket.claims.selectors import claim_timeline
from supermarket.papers.selectors import sheet_of_claim
from supermarket.payouts.models import BankEvent, Payout, PayoutAttempt, StatementLine


@require_GET
def trace(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Payout.objects.select_related(
        "claim__beneficiary", "claim__policy", "claim__policy_version", "claim__run", "payer_account"
    )
    payout = get_object_or_404(rows, pk=pk)
    sheet = sheet_of_claim(claim=payout.claim)
    context = {
        "payout": payout,
        "attempts": [(attempt, bank_said(attempt), lines_of(attempt)) for attempt in attempts_of(payout)],
        "steps": claim_timeline(payout.claim),
        "replay": list(claim_replay(payout.claim)),
        "sheet": sheet,
        "deliveries": {each.pk: each for each in sheet.deliveries} if sheet else {},
        "definition": payout.claim.policy_version.parsed,
        "run": payout.claim.run,
    }
    return render(request, "desk/trace.html", context)


def attempts_of(payout: Payout) -> QuerySet[PayoutAttempt]:
    rows = payout.attempts.select_related("sub_batch").prefetch_related("moves__actor")
    return rows.order_by("number")


def bank_said(attempt: PayoutAttempt) -> QuerySet[BankEvent]:
    rows = BankEvent.objects.filter(end_to_end_id=attempt.end_to_end_id)
    return rows.select_related("message").order_by("pk")


def lines_of(attempt: PayoutAttempt) -> QuerySet[StatementLine]:
    return attempt.lines.select_related("statement").order_by("pk")
