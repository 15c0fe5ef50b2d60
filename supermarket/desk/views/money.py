"""The money set aside, and whether the books are sound."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from supermarket.ledger.models import Appropriation
from supermarket.ledger.selectors import appropriations_in_disorder, trial_balance


@require_GET
def money(request: HttpRequest) -> HttpResponse:
    appropriations = Appropriation.objects.select_related("policy").order_by("-fiscal_year", "payer", "pool")
    balances = trial_balance()
    context = {
        "appropriations": appropriations,
        "balances": balances,
        "sum_fen": sum(balance.amount_fen for balance in balances),
        "disorder": appropriations_in_disorder(),
    }
    return render(request, "desk/money.html", context)
