"""Appropriations at the desk: the maker of finance asks for a movement, the releaser confirms it or says no."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from enterprises.vocabulary import reference_table
from policies.models import Policy
from supermarket.access import signed_in
from supermarket.claims.year_end import request_confirm
from supermarket.desk.acting import DONE, step_take
from supermarket.ledger.appropriations import appropriation_open
from supermarket.ledger.asking import movement_ask, request_refuse
from supermarket.ledger.models import Appropriation, AppropriationMovement, AskedState, MovementRequest
from supermarket.templatetags.store import say

Kind = AppropriationMovement.Kind
KINDS = [(kind.value, kind.label) for kind in (Kind.RAISED, Kind.CUT, Kind.CARRIED_OVER, Kind.CLOSED)]
FEN_PER_YUAN = 100


class MovementForm(forms.Form):
    """`key` marks one form: sent twice, it is one request."""

    key = forms.CharField(max_length=64)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount (yuan)"), max_digits=15, decimal_places=2, min_value=0, required=False
    )
    document = forms.CharField(label=gettext_lazy("Document it rests on"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("What is asked for"), choices=KINDS)
    reserved_to = forms.ChoiceField(
        label=gettext_lazy("Reserved claims go"), choices=MovementRequest.ReservedTo.choices, required=False
    )

    @property
    def amount_fen(self) -> int:
        return int((self.cleaned_data["amount"] or 0) * FEN_PER_YUAN)


class GrantForm(forms.Form):
    """A new appropriation: whose money, for which year, and for what: a policy's code, or the name of a pool."""

    key = forms.CharField(max_length=64)
    payer = forms.ChoiceField(label=gettext_lazy("Payer"))
    fiscal_year = forms.IntegerField(label=gettext_lazy("Year"), min_value=2015, max_value=2049)
    purpose = forms.SlugField(label=gettext_lazy("Policy or pool"), max_length=80)
    amount = forms.DecimalField(label=gettext_lazy("Amount (yuan)"), max_digits=15, decimal_places=2, min_value=0)
    document = forms.CharField(label=gettext_lazy("Document it rests on"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["payer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, say(names)) for code, names in reference_table("divisions")["codes"].items()]


@require_GET
def appropriation(request: HttpRequest, pk: int) -> HttpResponse:
    """What made it what it is, and what is asked for."""
    found = get_object_or_404(Appropriation.objects.select_related("policy"), pk=pk)
    context = {
        "appropriation": found,
        "movements": found.movements.select_related("actor", "confirmed_by").order_by("-pk"),
        "asked": found.requests.filter(state=AskedState.ASKED).select_related("made_by").order_by("pk"),
        "refused": found.requests.filter(state=AskedState.REFUSED).select_related("made_by", "decided_by"),
        "kinds": KINDS,
        "ways": MovementRequest.ReservedTo.choices,
    }
    return render(request, "desk/appropriation.html", context)


def take(request: HttpRequest, to: int, act: Callable[[], object], done: str | Promise = DONE) -> HttpResponse:
    step_take(request, act, done)
    return redirect("desk:appropriation", pk=to)


def problems_tell(request: HttpRequest, form: forms.Form) -> None:
    for name, errors in form.errors.items():
        label = form.fields[name].label or name if name in form.fields else ""
        messages.error(request, f"{label}: {' '.join(map(str, errors))}")


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    found, form = get_object_or_404(Appropriation, pk=pk), MovementForm(request.POST)
    if not form.is_valid():
        problems_tell(request, form)
        return redirect("desk:appropriation", pk=pk)
    given = form.cleaned_data
    return take(
        request,
        pk,
        lambda: movement_ask(
            appropriation=found,
            kind=Kind(given["kind"]),
            amount_fen=form.amount_fen,
            document=given["document"],
            reserved_to=given["reserved_to"],
            actor=signed_in(request),
            key=given["key"],
        ),
        _("Asked for. It takes effect once the releaser of finance has confirmed it."),
    )


@require_POST
def new(request: HttpRequest) -> HttpResponse:
    form = GrantForm(request.POST)
    if not form.is_valid():
        problems_tell(request, form)
        return redirect("desk:money")
    given = form.cleaned_data
    policy = Policy.objects.filter(code=given["purpose"]).first()
    found = appropriation_open(
        payer=given["payer"],
        fiscal_year=given["fiscal_year"],
        policy=policy,
        pool="" if policy else given["purpose"],
    )
    return take(
        request,
        found.pk,
        lambda: movement_ask(
            appropriation=found,
            kind=Kind.GRANTED,
            amount_fen=int(given["amount"] * FEN_PER_YUAN),
            document=given["document"],
            actor=signed_in(request),
            key=given["key"],
        ),
        _("Asked for. It takes effect once the releaser of finance has confirmed it."),
    )


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(MovementRequest.objects.select_related("appropriation__policy", "made_by"), pk=pk)
    return take(
        request,
        found.appropriation_id,
        lambda: request_confirm(request=found, actor=signed_in(request)),
    )


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(MovementRequest, pk=pk)
    return take(
        request,
        found.appropriation_id,
        lambda: request_refuse(request=found, actor=signed_in(request), answer=request.POST.get("answer", "")),
    )
