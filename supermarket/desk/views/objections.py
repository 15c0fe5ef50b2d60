"""Objections that wait for an answer. The objector's name is shown to the office that answers, to nobody else."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from supermarket.access import reach_of, signed_in
from supermarket.claims.models import Objection
from supermarket.claims.objections import objection_decide, objector
from supermarket.claims.selectors import objections_open
from supermarket.desk.acting import step_take
from supermarket.desk.views.claims import SumForm


@require_GET
def objections(request: HttpRequest) -> HttpResponse:
    found = objections_open(department=reach_of(signed_in(request)))
    shown = [(objection, *objector(objection)) for objection in found]
    return render(request, "desk/objections.html", {"shown": shown})


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """`verdict`: rejected, upheld (the claim is removed), or changed (it goes on with another sum)."""
    objection = get_object_or_404(Objection, pk=pk)
    verdict, form = request.POST.get("verdict"), SumForm(request.POST)
    changed = verdict == "changed"
    if verdict not in ("rejected", "upheld", "changed") or not form.is_valid() or changed == (form.amount_fen is None):
        messages.error(request, _("Choose an answer; a sum in yuan belongs to a changed sum only."))
        return redirect("desk:objections")
    step_take(
        request,
        lambda: objection_decide(
            objection=objection,
            upheld=verdict != "rejected",
            answer=request.POST.get("reason", "")[:2000],
            actor=signed_in(request),
            amount_fen=form.amount_fen,
        ),
    )
    return redirect("desk:objections")
