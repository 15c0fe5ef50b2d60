"""Claims that an official decides: what waits, one claim with its evidence, and the three answers."""

from collections.abc import Callable
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from policies.definition import Pay
from supermarket.access import reach_of, signed_in
from supermarket.claims.models import Claim, Recovery
from supermarket.claims.reviewing import claim_refuse, claim_return, claim_review_approve
from supermarket.claims.selectors import claim_timeline, claims_in_review
from supermarket.claims.states import CLAIM_RELEASED
from supermarket.desk.acting import step_take
from supermarket.users.models import User

PER_PAGE = 50


class SumForm(forms.Form):
    """Yuan, to the fen; empty where the rule works the sum out."""

    amount = forms.DecimalField(required=False, min_value=Decimal("0.01"), max_digits=14, decimal_places=2)

    @property
    def amount_fen(self) -> int | None:
        amount = self.cleaned_data["amount"]
        return None if amount is None else int(amount * 100)


@require_GET
def claims(request: HttpRequest) -> HttpResponse:
    found = claims_in_review(department=reach_of(signed_in(request)))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/claims.html", {"page": page, "kept": ""})


@require_GET
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Claim.objects.select_related("beneficiary", "policy", "policy_version")
    found = get_object_or_404(rows, pk=pk)
    context = {
        "claim": found,
        "evidence": found.evidence.order_by("-number").first(),
        "steps": claim_timeline(found),
        "recoverable": found.state in CLAIM_RELEASED,
        "grounds": Recovery.Ground.choices,
        "recoveries": found.recoveries.order_by("pk"),
        "enters_sum": found.policy_version.parsed.pay is Pay.AFTER_DECISION,
    }
    return render(request, "desk/claim.html", context)


def answer(request: HttpRequest, pk: int, act: Callable[[Claim, User, str], object]) -> HttpResponse:
    found = get_object_or_404(Claim, pk=pk)
    step_take(request, lambda: act(found, signed_in(request), request.POST.get("reason", "")[:1000]))
    return redirect("desk:claim", pk=pk)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    form = SumForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter the sum in yuan, with at most two decimals."))
        return redirect("desk:claim", pk=pk)
    return answer(
        request, pk, lambda row, user, why: claim_review_approve(claim=row, actor=user, amount_fen=form.amount_fen)
    )


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    return answer(request, pk, lambda row, user, why: claim_return(claim=row, actor=user, text=why))


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    return answer(request, pk, lambda row, user, why: claim_refuse(claim=row, actor=user, text=why))
