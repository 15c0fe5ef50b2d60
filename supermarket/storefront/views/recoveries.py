"""What the beneficiary has to pay back: why, how the sum comes about, how to pay, and the way to object."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enterprises.models import Beneficiary
from supermarket.access import signed_in
from supermarket.claims.errors import ClaimError
from supermarket.claims.models import Recovery
from supermarket.claims.recoveries.selectors import recoveries_of
from supermarket.claims.recoveries.steps import recovery_object
from supermarket.claims.states import RECOVERY_OPEN, ObjectionState, RecoveryState
from supermarket.dates import today
from supermarket.payouts.selectors import account_of_payer
from supermarket.templatetags.store import say


def told(code: str, recovery: int) -> Recovery:
    """Those that were noticed only: what is being looked into is no notice."""
    beneficiary = get_object_or_404(Beneficiary, code=code)
    return get_object_or_404(recoveries_of(beneficiary).select_related("claim__beneficiary"), pk=recovery)


@require_GET
def recovery(request: HttpRequest, code: str, recovery: int) -> HttpResponse:
    found = told(code, recovery)
    objections = found.objections.order_by("-pk")
    waits = any(objection.state == ObjectionState.OPEN for objection in objections)
    in_term = found.state == RecoveryState.NOTICED and found.due_on is not None and today() <= found.due_on
    context = {
        "recovery": found,
        "code": code,
        "repayments": found.repayments.order_by("pk"),
        "moves": found.moves.exclude(to_state=RecoveryState.OPENED).order_by("pk"),
        "objections": objections,
        "may_object": in_term and not waits,
        "open": found.state in RECOVERY_OPEN,
        "account": account_of_payer(found.shares.get(lead=True).payer),
    }
    return render(request, "storefront/recovery.html", context)


@require_POST
def object_(request: HttpRequest, code: str, recovery: int) -> HttpResponse:
    found = told(code, recovery)
    try:
        recovery_object(recovery=found, text=request.POST.get("text", "")[:4000], actor=signed_in(request))
    except ClaimError as error:
        messages.error(request, say(error.message()))
    else:
        messages.success(request, _("Your objection is received. You will get an answer in writing."))
    return redirect("my-recovery", code=code, recovery=recovery)
