"""Matches of everybody at the desk: what the last one found, who came in and who dropped out, and a new one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from enterprises.models import Beneficiary
from policies.definition import Audience
from supermarket.access import signed_in
from supermarket.dates import today
from supermarket.matching.changes import match_latest, policy_change, set_before
from supermarket.matching.models import MatchRun, MatchSet
from supermarket.matching.services import match_start
from supermarket.requests import by_htmx

PER_PAGE = 50


def audience_of(given: str | None) -> Audience:
    return Audience.PERSON if given == Audience.PERSON else Audience.ENTERPRISE


@require_GET
def matching(request: HttpRequest) -> HttpResponse:
    """The last finished match of an audience, and how far the one is that is being carried out; to htmx only that."""
    audience = audience_of(request.GET.get("audience"))
    going = MatchRun.objects.filter(audience=audience, finished_at=None).first()
    context: dict[str, object] = {"audience": audience, "going": going}
    if by_htmx(request):
        live = render(request, "desk/parts/matching_live.html", context)
        if going is None:
            live["HX-Refresh"] = "true"  # it is finished
        return live
    run = match_latest(audience)
    changed = "changed" in request.GET
    found = MatchSet.objects.filter(run=run).select_related("version").defer("eligible_bits", "unknown_bits")
    if changed:
        found = found.filter(Q(gained=None) | Q(gained__gt=0) | Q(lost__gt=0))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    kept = f"audience={audience}" + ("&changed" if changed else "")
    context |= {"run": run, "page": page, "changed": changed, "kept": kept, "audiences": list(Audience)}
    return render(request, "desk/matching.html", context)


@require_GET
def matched(request: HttpRequest, pk: int) -> HttpResponse:
    """Who came in and who dropped out under one policy since the match before."""
    found = get_object_or_404(MatchSet.objects.select_related("run", "population", "version__policy"), pk=pk)
    change = policy_change(found, set_before(found))
    out = "out" in request.GET
    ids = change.dropped_out if out else change.came_in
    page = Paginator(ids.tolist(), PER_PAGE).get_page(request.GET.get("page"))
    rows = Beneficiary.objects.in_bulk(page.object_list)
    people = [rows[pk] for pk in page.object_list]
    unknown = set(change.now_unknown.tolist()) if out else set()
    context = {"set": found, "change": change, "out": out, "page": page, "people": people, "unknown": unknown}
    return render(request, "desk/matched.html", {**context, "kept": "out" if out else ""})


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    audience = audience_of(request.POST.get("audience"))
    match_start(audience=audience.value, as_of=today(), actor=signed_in(request))
    messages.success(request, _("The match is started. It is carried out in the background."))
    response = redirect("desk:matching")
    response["Location"] += f"?audience={audience}"
    return response
