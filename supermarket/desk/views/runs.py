"""Runs at the desk: the list, one run with its money and its people, and a new one."""

import csv
from collections.abc import Iterator

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from policies.definition import Audience, DeliveryMode
from supermarket.access import signed_in
from supermarket.celery import poke
from supermarket.claims.errors import ClaimError
from supermarket.claims.models import Claim, Run
from supermarket.claims.runs.listing import list_lines
from supermarket.claims.runs.preparing import run_start
from supermarket.claims.states import ClaimState
from supermarket.dates import today
from supermarket.desk.run_page import run_page
from supermarket.matching.catalogue import store_catalogue
from supermarket.matching.periods import ONCE
from supermarket.reports.text import neutral
from supermarket.requests import by_htmx
from supermarket.templatetags.store import say

PER_PAGE = 50


class RunForm(forms.Form):
    """A no-application policy and one of its open periods, as one choice."""

    offer = forms.ChoiceField(label=gettext_lazy("Policy and period"))
    notice_days = forms.IntegerField(
        label=gettext_lazy("Days of public notice (demo only)"), min_value=0, required=False
    )
    confirmation_days = forms.IntegerField(
        label=gettext_lazy("Days to confirm (demo only)"), min_value=0, required=False
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not settings.SAMPLES:
            del self.fields["notice_days"], self.fields["confirmation_days"]
        field = self.fields["offer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(run_offers())


def run_offers() -> Iterator[tuple[str, str]]:
    catalogue = store_catalogue()
    for audience in Audience:
        for offer in catalogue.offers(today(), audience):
            definition = offer.version.parsed
            if definition.delivery is DeliveryMode.NO_APPLICATION:
                for period in offer.periods_open:
                    when = "" if period == ONCE else f" · {period}"
                    yield f"{definition.code} {period}", f"{say(definition.title)}{when}"


@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    found = Run.objects.select_related("policy", "policy_version", "made_by").order_by("-id")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/runs.html", {"page": page, "kept": ""})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Opens the run; matching and screening go on in the background."""
    form = RunForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        code, period = given.pop("offer").split(" ")
        options = {name: days for name, days in given.items() if days is not None}
        try:
            run = run_start(policy_code=code, period=period, actor=signed_in(request), options=options)
        except ClaimError as error:
            form.add_error("offer", say(error.message()))
        else:
            poke("runs.prepare")
            messages.success(request, _("The run is open. It is matched and screened in the background."))
            return redirect("desk:run", pk=run.pk)
    return render(request, "desk/run_new.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """To htmx only what moves by itself."""
    found = get_object_or_404(Run.objects.select_related("policy", "policy_version", "made_by", "approved_by"), pk=pk)
    page = run_page(signed_in(request), found)
    if by_htmx(request) and request.GET.get("part") == "reports":
        return render(request, "desk/parts/run_reports.html", {"run": found, "page": page})
    if by_htmx(request):
        live = render(request, "desk/parts/run_live.html", {"run": found, "page": page})
        if request.GET.get("seen") != f"{found.state}{'-deciding' * found.deciding}":
            live["HX-Refresh"] = "true"  # other steps are possible now
        return live
    claims = Claim.objects.filter(run=found).select_related("beneficiary").order_by("id")
    state = request.GET.get("state", "")
    if state in ClaimState:
        claims = claims.filter(state=state)
    listed = Paginator(claims, PER_PAGE).get_page(request.GET.get("page"))
    states = Claim.objects.filter(run=found).values_list("state").annotate(Count("pk")).order_by("state")
    context = {"run": found, "page": page, "listed": listed, "states": states, "state": state, "kept": f"state={state}"}
    return render(request, "desk/run.html", context)


class Lines:
    """A file that gives back each line that is written to it."""

    def write(self, line: str) -> str:
        return line


@require_GET
def export(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The list as CSV, line by line: it may be long."""
    found = get_object_or_404(Run, pk=pk)
    writer = csv.writer(Lines())
    header = [_("claim"), _("code"), _("name"), _("occasion"), _("state"), _("amount (fen)")]

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(header)
        for line in list_lines(found):
            yield writer.writerow(neutral(cell) if isinstance(cell, str) else cell for cell in line)

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="run-{found.pk}.csv"'
    return response
