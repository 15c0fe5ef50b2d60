"""The ways to the banks: who pays by which, whether they work, and messages whose outcome nobody knows."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from supermarket.access import signed_in
from supermarket.desk.acting import step_take
from supermarket.payouts import services
from supermarket.payouts.cutoff import execution_day
from supermarket.payouts.models import Channel, Heartbeat, SubBatch
from supermarket.payouts.rails.registry import rail_for
from supermarket.payouts.unknowns import unknowns

ALIVE = timedelta(minutes=5)


@require_GET
def channels(request: HttpRequest) -> HttpResponse:
    rows = []
    for channel in Channel.objects.prefetch_related("accounts").order_by("code"):
        rail = rail_for(channel)
        last = channel.messages.order_by("-pk").first()
        dated = execution_day(rail.capabilities.cutoff, timezone.now())
        rows.append({"channel": channel, "can": rail.capabilities, "ready": rail.ready(), "last": last, "dated": dated})
    context = {
        "rows": rows,
        "unknowns": unknowns(),
        "words": SubBatch.Word.choices,
        "workers": Heartbeat.objects.order_by("-at")[:20],
        "alive_since": timezone.now() - ALIVE,
    }
    return render(request, "desk/channels.html", context)


@require_POST
def say_word(request: HttpRequest, pk: int) -> HttpResponse:
    """What the bank said of a message of unknown outcome."""
    found = get_object_or_404(SubBatch, pk=pk)
    word, reason = request.POST.get("word", ""), request.POST.get("reason", "")
    step_take(
        request,
        lambda: services.unknown_say(sub_batch=found, word=word, reason=reason, actor=signed_in(request)),
        _("Noted. Another person has to confirm it."),
    )
    return redirect("desk:channels")


@require_POST
def confirm_word(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(SubBatch, pk=pk)
    step_take(request, lambda: services.unknown_confirm(sub_batch=found, actor=signed_in(request)))
    return redirect("desk:channels")
