"""Look a beneficiary up, and its shelf; or a shelf for facts that a visitor types about nobody in particular."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from enterprises.models import Beneficiary
from policies.definition import Audience
from supermarket.lookup import search as search_for
from supermarket.papers.saved import papers_on_shelf
from supermarket.policy_filter import versions_on_shelf
from supermarket.storefront.as_of import as_of
from supermarket.storefront.display import display_of, samples
from supermarket.storefront.shelf_page import Subject, shelf_page


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    display = display_of(versions_on_shelf(on=as_of(request)))
    context = {"display": display, "papers": papers_on_shelf(on=as_of(request)), "samples": samples()}
    return render(request, "storefront/home.html", context)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """One hit without a remark goes straight to its shelf."""
    result = search_for(request.GET.get("q", ""))
    if result.only and not result.remarks:
        return redirect("shelf", code=result.only.code)
    status = 200 if result.found or not result.query else 404
    return render(request, "storefront/search.html", {"search": result}, status=status)


@require_http_methods(["GET", "POST"])
def shelf(request: HttpRequest, code: str) -> HttpResponse:
    """What is public about a beneficiary, and what the visitor types."""
    beneficiary = get_object_or_404(Beneficiary, code=code)
    return shelf_page(request, Subject(audience=Audience(beneficiary.kind), beneficiary=beneficiary))


@require_http_methods(["GET", "POST"])
def calculator(request: HttpRequest, audience: str) -> HttpResponse:
    if audience not in list(Audience):
        raise Http404
    return shelf_page(request, Subject(audience=Audience(audience)))
