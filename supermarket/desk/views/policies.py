"""Policies at the desk: all versions, and one policy with its history and its problems."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from policies.models import Policy, PolicyVersion
from supermarket.access import signed_in
from supermarket.desk.versions import OPEN, STATES, shown_version

PER_PAGE = 50


@require_GET
def policies(request: HttpRequest) -> HttpResponse:
    versions = PolicyVersion.objects.select_related("policy", "made_by", "checked_by").order_by(
        "policy__code", "-number"
    )
    state = request.GET.get("state", "")
    if state in STATES:
        versions = versions.filter(state=state)
    page = Paginator(versions, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "states": STATES, "state": state, "kept": f"state={state}"}
    return render(request, "desk/policies.html", context)


@require_GET
def policy(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Policy, code=code)
    versions = found.versions.select_related("policy", "made_by", "checked_by").prefetch_related("events__actor")
    shown = [shown_version(signed_in(request), version) for version in versions.order_by("-number")]
    has_open = any(one.version.state in OPEN for one in shown)
    return render(request, "desk/policy.html", {"policy": found, "shown": shown, "has_open": has_open})
