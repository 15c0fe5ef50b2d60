"""What a signed-in representative or person sees of his own."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enterprises.errors import EnterprisesError
from enterprises.models import Beneficiary, FactDispute
from enterprises.services import dispute_raise
from policies.definition import Audience
from supermarket.access import signed_in
from supermarket.dates import today
from supermarket.disputes import dispute_lines
from supermarket.storefront.as_of import as_of
from supermarket.storefront.known import known_by_source
from supermarket.storefront.shelf_page import Subject, shelf_page
from supermarket.users.selectors import beneficiaries_represented

STATEMENT_LENGTH = 500


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
    raised = dispute_lines(FactDispute.objects.filter(beneficiary=beneficiary).order_by("-pk"))
    open_codes = {line.fact for line in raised if line.state == FactDispute.State.OPEN}
    context = {"beneficiary": beneficiary, "sources": sources, "disputes": raised, "disputed": open_codes}
    return render(request, "storefront/data.html", context)


@require_POST
def dispute(request: HttpRequest, code: str) -> HttpResponse:
    """Say that one value is wrong; the department that states it answers."""
    beneficiary = get_object_or_404(Beneficiary, code=code)
    try:
        raised = dispute_raise(
            beneficiary=beneficiary,
            fact=request.POST.get("fact", ""),
            statement=request.POST.get("statement", "")[:STATEMENT_LENGTH],
            actor=signed_in(request),
            reference=as_of(request),
        )
        messages.success(request, _("The department answers by %(day)s.") % {"day": raised.due_on})
    except EnterprisesError as error:
        messages.error(request, str(error))
    return redirect("my-data", code=code)
