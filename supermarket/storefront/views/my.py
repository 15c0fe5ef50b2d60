"""What a signed-in representative or person sees of his own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from enterprises.models import Beneficiary
from policies.definition import Audience
from supermarket.access import signed_in
from supermarket.dates import today
from supermarket.storefront.as_of import as_of
from supermarket.storefront.known import known_by_source
from supermarket.storefront.shelf_page import Subject, shelf_page
from supermarket.users.selectors import beneficiaries_represented


@require_GET
def my(request: HttpRequest) -> HttpResponse:
    """Whom the user acts for; one goes straight to its shelf."""
    beneficiaries = beneficiaries_represented(user=signed_in(request), on=today())
    if len(beneficiaries) == 1:
        return redirect("my-shelf", code=beneficiaries[0].code)
    return render(request, "storefront/my.html", {"beneficiaries": beneficiaries})


@require_http_methods(["GET", "POST"])
def shelf(request: HttpRequest, code: str) -> HttpResponse:
    beneficiary = get_object_or_404(Beneficiary, code=code)
    audience = Audience(beneficiary.kind)
    return shelf_page(request, Subject(audience=audience, beneficiary=beneficiary, owner=signed_in(request)))


@require_GET
def data(request: HttpRequest, code: str) -> HttpResponse:
    """Every fact that departments delivered, with value, source, day and until when it counts."""
    beneficiary = get_object_or_404(Beneficiary, code=code)
    sources = known_by_source(beneficiary, as_of(request))
    return render(request, "storefront/data.html", {"beneficiary": beneficiary, "sources": sources})
