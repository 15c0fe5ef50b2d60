"""What payers owe each other, month by month, and its settlement by two persons."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from supermarket.access import signed_in
from supermarket.desk.acting import step_take
from supermarket.desk.views.appropriations import FEN_PER_YUAN, problems_tell
from supermarket.ledger.asking import request_refuse
from supermarket.ledger.dues import due_months, due_settle_ask, due_settle_confirm
from supermarket.ledger.models import AskedState, DueSettlement


class SettlementForm(forms.Form):
    key = forms.CharField(max_length=64)
    payer = forms.CharField(max_length=20)
    lead = forms.CharField(max_length=20)
    month = forms.RegexField(r"^\d{4}-\d{2}$")
    amount = forms.DecimalField(label=gettext_lazy("Amount (yuan)"), max_digits=15, decimal_places=2, min_value=0)
    document = forms.CharField(label=gettext_lazy("Document it rests on"), max_length=200)


@require_GET
def dues(request: HttpRequest) -> HttpResponse:
    months = list(due_months())
    settlements = DueSettlement.objects.select_related("made_by", "decided_by").order_by("-pk")
    context = {
        "months": months,
        "open_fen": sum(due.open_fen for due in months),
        "asked": settlements.filter(state=AskedState.ASKED),
        "decided": settlements.exclude(state=AskedState.ASKED)[:50],
    }
    return render(request, "desk/dues.html", context)


@require_POST
def settle(request: HttpRequest) -> HttpResponse:
    form = SettlementForm(request.POST)
    if not form.is_valid():
        problems_tell(request, form)
        return redirect("desk:dues")
    given = dict(form.cleaned_data)
    amount_fen = int(given.pop("amount") * FEN_PER_YUAN)
    step_take(
        request,
        lambda: due_settle_ask(**given, amount_fen=amount_fen, actor=signed_in(request)),
        _("Asked for. It takes effect once the releaser of finance has confirmed it."),
    )
    return redirect("desk:dues")


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(DueSettlement, pk=pk)
    step_take(request, lambda: due_settle_confirm(settlement=found, actor=signed_in(request)))
    return redirect("desk:dues")


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    found, answer = get_object_or_404(DueSettlement, pk=pk), request.POST.get("answer", "")
    step_take(request, lambda: request_refuse(request=found, actor=signed_in(request), answer=answer))
    return redirect("desk:dues")
