"""Claims of one's own: apply with one click, and watch the money on its way."""

from typing import Protocol

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from enterprises.accounts import account_usable
from enterprises.models import Beneficiary
from supermarket.access import signed_in
from supermarket.claims.applying import claim_apply
from supermarket.claims.confirming import claim_confirm, claim_waive
from supermarket.claims.errors import ClaimError
from supermarket.claims.models import Claim
from supermarket.claims.recoveries.selectors import recoveries_of
from supermarket.claims.reviewing import claim_resubmit, claim_withdraw
from supermarket.claims.selectors import given_up_of
from supermarket.ledger.errors import LedgerError
from supermarket.payouts.selectors import returned_of
from supermarket.requests import by_htmx
from supermarket.storefront.timeline import timeline
from supermarket.templatetags.store import say
from supermarket.users.models import User


@require_POST
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """The verdict comes in the place of the button: the claim on its way, or why not."""
    beneficiary = get_object_or_404(Beneficiary, code=code)
    policy, period = request.POST.get("policy", ""), request.POST.get("period", "")
    try:
        claim = claim_apply(
            beneficiary=beneficiary,
            policy_code=policy,
            period=period,
            actor=signed_in(request),
            commitment_accepted="commitment" in request.POST,
            idempotency_key=request.POST.get("idempotency_key", "")[:64],
        )
    except (ClaimError, LedgerError) as error:
        if by_htmx(request):
            context = {"problem": error.message(), "code": code, "policy": policy, "period": period}
            return render(request, "storefront/parts/apply.html", {**context, "periods": [period]})
        messages.error(request, say(error.message()))
        return redirect("my-shelf", code=code)
    if by_htmx(request):
        return render(request, "storefront/parts/timeline.html", {"timeline": timeline(claim), "code": code})
    return redirect("my-claim", code=code, claim=claim.pk)


@require_GET
def claims(request: HttpRequest, code: str) -> HttpResponse:
    beneficiary = get_object_or_404(Beneficiary, code=code)
    found = Claim.objects.filter(beneficiary=beneficiary).select_related("policy_version").order_by("-id")
    return render(request, "storefront/claims.html", {"beneficiary": beneficiary, "claims": found})


@require_GET
def claim(request: HttpRequest, code: str, claim: int) -> HttpResponse:
    """To htmx only the timeline, which asks again as long as something may change."""
    found = get_object_or_404(
        Claim.objects.select_related("policy_version", "beneficiary"), pk=claim, beneficiary__code=code
    )
    template = "storefront/parts/timeline.html" if by_htmx(request) else "storefront/claim.html"
    return render(
        request,
        template,
        {
            "claim": found,
            "timeline": timeline(found),
            "code": code,
            "decided": found.evidence.exists(),
            "account": account_usable(beneficiary=found.beneficiary),
            "given_up": given_up_of(found),
            "returned": returned_of(found),
            "recoveries": recoveries_of(found.beneficiary).filter(claim=found),
        },
    )


@require_POST
def confirm(request: HttpRequest, code: str, claim: int) -> HttpResponse:
    return answer(request, code, claim, claim_confirm)


@require_POST
def waive(request: HttpRequest, code: str, claim: int) -> HttpResponse:
    return answer(request, code, claim, claim_waive)


@require_POST
def resubmit(request: HttpRequest, code: str, claim: int) -> HttpResponse:
    return answer(request, code, claim, claim_resubmit)


@require_POST
def withdraw(request: HttpRequest, code: str, claim: int) -> HttpResponse:
    return answer(request, code, claim, claim_withdraw)


class Answer(Protocol):
    def __call__(self, *, claim: Claim, actor: User) -> Claim: ...


def answer(request: HttpRequest, code: str, claim: int, act: Answer) -> HttpResponse:
    """One step that is the beneficiary's own."""
    found = get_object_or_404(Claim.objects.select_related("beneficiary"), pk=claim, beneficiary__code=code)
    try:
        act(claim=found, actor=signed_in(request))
    except (ClaimError, LedgerError) as error:
        messages.error(request, say(error.message()))
    return redirect("my-claim", code=code, claim=claim)
