"""Clawback at the desk: what is to come back, how far it has come, and the steps that officials take, some by two."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from supermarket.access import reach_of, signed_in
from supermarket.claims.models import Recovery
from supermarket.claims.recoveries.repaying import REPAYABLE
from supermarket.claims.recoveries.selectors import recoveries_list, recovery_totals, undecided
from supermarket.claims.states import RECOVERY_MOVES, RECOVERY_OPEN, ObjectionState, RecoveryState
from supermarket.dates import today

PER_PAGE = 50


@require_GET
def recoveries(request: HttpRequest) -> HttpResponse:
    """With `claim` in the query: to the claim of that number, on whose page a recovery is opened."""
    number = request.GET.get("claim", "").strip()
    if number:
        if number.isdecimal():
            return redirect("desk:claim", pk=int(number))
        messages.error(request, _("A claim has a number."))
    state = request.GET.get("state", "")
    state = state if state in RecoveryState.values else ""
    department = department_seen(request)
    page = Paginator(recoveries_list(department=department, state=state), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "totals": recovery_totals(department=department),
        "state": state,
        "undecided": undecided(),
        "today": today(),
        "open_states": RECOVERY_OPEN,
        "kept": f"state={state}&" if state else "",
    }
    return render(request, "desk/recoveries.html", context)


def department_seen(request: HttpRequest) -> str | None:
    """Finance pays and is paid back for all departments."""
    user = signed_in(request)
    return None if user.role.startswith("finance") else reach_of(user)


@require_GET
def recovery(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Recovery.objects.select_related("claim__beneficiary", "claim__policy_version", "opened_by")
    found = get_object_or_404(rows.select_related("write_off_proposed_by", "written_off_by"), pk=pk)
    context = {
        "recovery": found,
        "shares": found.shares.order_by("-lead", "payer"),
        "moves": found.moves.select_related("actor").order_by("pk"),
        "repayments": found.repayments.select_related("actor").order_by("pk"),
        "slips": found.slips.select_related("entered_by", "decided_by").order_by("-pk"),
        "objections": found.objections.select_related("decided_by").order_by("-pk"),
        "open_objection": ObjectionState.OPEN,
        "may": {state: state in RECOVERY_MOVES[found.state] for state in RecoveryState.values},
        "repayable": found.state in REPAYABLE,
        "overdue": found.state in RECOVERY_OPEN and found.due_on is not None and found.due_on < today(),
        "today": today(),
    }
    return render(request, "desk/recovery.html", context)
