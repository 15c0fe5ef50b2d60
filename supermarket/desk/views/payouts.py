"""Payouts at the desk: where the money stands, what waits for a person, and what a person may do about it."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from supermarket.access import signed_in
from supermarket.desk.acting import DONE, step_take
from supermarket.payouts import services
from supermarket.payouts.adopting import bank_words
from supermarket.payouts.models import Alarm, Payout, PayoutAttempt
from supermarket.payouts.rails.registry import rail_for
from supermarket.payouts.selectors import alarms_open, payouts_with_a_person, progress_of
from supermarket.payouts.states import AttemptState, PayoutState
from supermarket.users.models import User

PER_PAGE = 50
Words = dict[str, str]


@require_GET
def payouts(request: HttpRequest) -> HttpResponse:
    page = Paginator(payouts_with_a_person(), PER_PAGE).get_page(request.GET.get("page"))
    totals = progress_of(Payout.objects.all()).states
    states = [(state, *totals[state]) for state in PayoutState if state in totals]
    unknown = PayoutAttempt.objects.filter(state=AttemptState.UNKNOWN).count()
    context = {"page": page, "states": states, "unknown": unknown, "alarms": alarms_open(), "kept": ""}
    return render(request, "desk/payouts.html", context)


@require_GET
def payout(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Payout.objects.select_related("claim__beneficiary", "claim__policy_version", "payer_account__channel")
    found = get_object_or_404(rows, pk=pk)
    attempts = found.attempts.select_related("sub_batch").prefetch_related("moves").order_by("number")
    words = bank_words(found)
    adoption = found.adoptions.filter(confirmed_at=None).select_related("proposed_by").first() if words else None
    context = {
        "payout": found,
        "attempts": attempts,
        "cutoff": rail_for(found.payer_account.channel).capabilities.cutoff,
        "words": words,
        "adoption": adoption,
    }
    return render(request, "desk/payout.html", context)


def act(request: HttpRequest, pk: int, do: Callable[[Payout, User, Words], object]) -> HttpResponse:
    """One step by a person, with his reason as he wrote it."""
    found = get_object_or_404(Payout, pk=pk)
    reason = request.POST.get("reason", "").strip()[:300]
    if not reason:
        messages.error(request, _("Give a reason."))
        return redirect("desk:payout", pk=pk)
    step_take(request, lambda: do(found, signed_in(request), {"zh": reason, "en": reason}))
    return redirect("desk:payout", pk=pk)


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, pk, lambda row, user, why: services.payout_release(payout=row, actor=user, reason=why))


@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, pk, lambda row, user, why: services.payout_hold(payout=row, actor=user, reason=why))


@require_POST
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    return act(request, pk, lambda row, user, why: services.payout_give_up(payout=row, actor=user, reason=why))


@require_POST
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """After a restore: the instruction that the bank has is this payout's."""
    found, reason = get_object_or_404(Payout, pk=pk), request.POST.get("reason", "")
    step_take(
        request,
        lambda: services.adoption_propose(payout=found, reason=reason, actor=signed_in(request)),
        _("Noted. Another person has to confirm it."),
    )
    return redirect("desk:payout", pk=pk)


@require_POST
def adopt_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Payout, pk=pk)
    step_take(request, lambda: services.adoption_confirm(payout=found, actor=signed_in(request)))
    return redirect("desk:payout", pk=pk)


@require_POST
def alarm_resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what it was; the account pays again once its last alarm is explained."""
    alarm = get_object_or_404(Alarm, pk=pk)
    resolution = request.POST.get("reason", "").strip()
    if not resolution:
        messages.error(request, _("Say what it was."))
        return redirect("desk:payouts")
    user = signed_in(request)
    services.alarm_resolve(alarm=alarm, actor=user, resolution=resolution)
    account = alarm.payer_account
    if account is not None and not alarms_open().filter(payer_account=account).exists():
        services.account_resume(account=account, actor=user)
    messages.success(request, DONE)
    return redirect("desk:payouts")
