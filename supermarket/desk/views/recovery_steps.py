"""The steps of a recovery, one route each; what a service refuses is told on the page of the recovery."""

from collections.abc import Callable
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from supermarket.access import signed_in
from supermarket.claims.models import Claim, Recovery, RecoveryObjection, RepaymentSlip
from supermarket.claims.recoveries import repaying, steps
from supermarket.claims.recoveries.opening import recovery_open
from supermarket.desk.acting import step_take
from supermarket.users.models import User


class SumForm(forms.Form):
    """Yuan, to the fen; empty where the store works the sum out."""

    amount = forms.DecimalField(required=False, max_digits=14, decimal_places=2)

    @property
    def amount_fen(self) -> int | None:
        amount: Decimal | None = self.cleaned_data["amount"]
        return None if amount is None else int(amount * 100)


class OpenForm(SumForm):
    ground = forms.ChoiceField(choices=Recovery.Ground.choices)


class SlipForm(SumForm):
    amount = forms.DecimalField(max_digits=14, decimal_places=2)
    received_on = forms.DateField()


class DeferForm(forms.Form):
    until = forms.DateField()


def reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:500]


def invalid(request: HttpRequest) -> None:
    messages.error(request, _("Fill in all fields: sums in yuan with at most two decimals, days as 2023-06-15."))


def step(request: HttpRequest, pk: int, act: Callable[[Recovery, User], object]) -> HttpResponse:
    found = get_object_or_404(Recovery, pk=pk)
    step_take(request, lambda: act(found, signed_in(request)))
    return redirect("desk:recovery", pk=pk)


@require_POST
def open_(request: HttpRequest, pk: int) -> HttpResponse:
    """Of the claim `pk`."""
    claim, form = get_object_or_404(Claim, pk=pk), OpenForm(request.POST)
    if not form.is_valid():
        invalid(request)
        return redirect("desk:claim", pk=pk)
    made: list[Recovery] = []

    def act() -> None:
        ground = Recovery.Ground(form.cleaned_data["ground"])
        made.append(
            recovery_open(
                claim=claim,
                ground=ground,
                actor=signed_in(request),
                text=reason(request),
                amount_fen=form.amount_fen,
            )
        )

    step_take(request, act)
    return redirect("desk:recovery", pk=made[0].pk) if made else redirect("desk:claim", pk=pk)


@require_POST
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, lambda row, user: steps.recovery_notice(recovery=row, actor=user))


@require_POST
def defer(request: HttpRequest, pk: int) -> HttpResponse:
    form = DeferForm(request.POST)
    if not form.is_valid():
        invalid(request)
        return redirect("desk:recovery", pk=pk)
    until = form.cleaned_data["until"]
    return step(
        request,
        pk,
        lambda row, user: steps.recovery_defer(recovery=row, until=until, text=reason(request), actor=user),
    )


@require_POST
def refer(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, lambda row, user: steps.recovery_refer(recovery=row, text=reason(request), actor=user))


@require_POST
def write_off_propose(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, lambda row, user: steps.write_off_propose(recovery=row, text=reason(request), actor=user))


@require_POST
def write_off_approve(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, lambda row, user: steps.write_off_approve(recovery=row, actor=user))


@require_POST
def objection_answer(request: HttpRequest, pk: int, objection: int) -> HttpResponse:
    found, form = get_object_or_404(RecoveryObjection, pk=objection, recovery=pk), SumForm(request.POST)
    if not form.is_valid():
        invalid(request)
        return redirect("desk:recovery", pk=pk)
    upheld = request.POST.get("verdict") in ("upheld", "changed")
    amount_fen = form.amount_fen if request.POST.get("verdict") == "changed" else None
    if request.POST.get("verdict") == "changed" and amount_fen is None:
        invalid(request)
        return redirect("desk:recovery", pk=pk)
    return step(
        request,
        pk,
        lambda _row, user: steps.recovery_objection_decide(
            objection=found, upheld=upheld, answer=reason(request), actor=user, amount_fen=amount_fen
        ),
    )


@require_POST
def slip_enter(request: HttpRequest, pk: int) -> HttpResponse:
    form = SlipForm(request.POST)
    if not form.is_valid() or form.amount_fen is None:
        invalid(request)
        return redirect("desk:recovery", pk=pk)
    amount_fen, received_on = form.amount_fen, form.cleaned_data["received_on"]
    return step(
        request,
        pk,
        lambda row, user: repaying.slip_enter(
            recovery=row,
            amount_fen=amount_fen,
            received_on=received_on,
            document=request.POST.get("document", ""),
            actor=user,
        ),
    )


@require_POST
def slip_confirm(request: HttpRequest, pk: int, slip: int) -> HttpResponse:
    found = get_object_or_404(RepaymentSlip, pk=slip, recovery=pk)
    return step(request, pk, lambda _row, user: repaying.slip_confirm(slip=found, actor=user))


@require_POST
def slip_refuse(request: HttpRequest, pk: int, slip: int) -> HttpResponse:
    found = get_object_or_404(RepaymentSlip, pk=slip, recovery=pk)
    return step(request, pk, lambda _row, user: repaying.slip_refuse(slip=found, actor=user))
