"""The steps of a run, one route each: decided, approved, released, and what may stop it."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from supermarket.access import signed_in
from supermarket.claims.models import Run
from supermarket.claims.runs import approval, deciding, notice, releasing
from supermarket.desk.acting import step_take
from supermarket.payouts.recalling import run_recall
from supermarket.users.models import User


def take(request: HttpRequest, pk: int, act: Callable[[Run, User], object]) -> HttpResponse:
    run = get_object_or_404(Run, pk=pk)
    step_take(request, lambda: act(run, signed_in(request)))
    return redirect("desk:run", pk=pk)


class MinutesForm(forms.Form):
    minutes_number = forms.CharField(max_length=60)
    minutes_on = forms.DateField()
    minutes_file = forms.FileField(required=False)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    form = MinutesForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Enter number and date of the minutes."))
        return redirect("desk:run", pk=pk)
    minutes = form.cleaned_data
    file: UploadedFile | None = minutes["minutes_file"]

    def act(run: Run, user: User) -> object:
        return deciding.run_decide(
            run=run,
            minutes_number=minutes["minutes_number"],
            minutes_on=minutes["minutes_on"],
            minutes_file=file,
            actor=user,
        )

    return take(request, pk, act)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approves the list that the page showed, by its hash."""
    seen = request.POST.get("list_hash", "")
    return take(request, pk, lambda run, user: approval.run_approve(run=run, list_hash=seen, actor=user))


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    order = request.POST.get("payment_order_number", "")[:60]
    return take(request, pk, lambda run, user: releasing.run_release(run=run, payment_order_number=order, actor=user))


@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    return take(request, pk, lambda run, user: releasing.run_pause(run=run, actor=user))


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    return take(request, pk, lambda run, user: releasing.run_resume(run=run, actor=user))


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")[:300]
    return take(request, pk, lambda run, user: run_recall(run=run, actor=user, reason=reason))


@require_POST
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    return take(request, pk, lambda run, user: notice.run_remind(run=run))


@require_POST
def supplement(request: HttpRequest, pk: int) -> HttpResponse:
    return take(request, pk, lambda run, user: releasing.run_supplement(parent=run, actor=user))
