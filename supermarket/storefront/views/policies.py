"""The catalogue: policies in force, and one policy as it stands on a day."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from policies.errors import PolicyError
from policies.selectors import version_get
from supermarket.policy_filter import PolicyFilter, versions_on_shelf
from supermarket.storefront.as_of import as_of
from supermarket.storefront.wording import wording_of

PER_PAGE = 30


@require_GET
def policies(request: HttpRequest) -> HttpResponse:
    found = PolicyFilter(request.GET, queryset=versions_on_shelf(on=as_of(request)))
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    return render(request, "storefront/policies.html", {"filter": found, "page": page, "kept": kept.urlencode()})


@require_GET
def policy(request: HttpRequest, code: str) -> HttpResponse:
    try:
        version = version_get(code=code, on=as_of(request))
    except PolicyError as error:
        raise Http404 from error
    context = {"version": version, "policy": version.parsed, "wording": wording_of(version, as_of(request))}
    return render(request, "storefront/policy.html", context)
