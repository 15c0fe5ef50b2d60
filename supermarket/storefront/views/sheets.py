"""Evidence sheets of one's own: of a claim, and of what would be claimed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET

from enterprises.models import Beneficiary
from supermarket.claims.models import Claim
from supermarket.papers.pages import sheet_response
from supermarket.papers.selectors import sheet_before_claim, sheet_of_claim
from supermarket.storefront.as_of import as_of


@require_GET
def claim(request: HttpRequest, code: str, claim: int, suffix: str) -> HttpResponse:
    found = get_object_or_404(Claim, pk=claim, beneficiary__code=code)
    back = reverse("my-claim", kwargs={"code": code, "claim": claim})
    return sheet_response(request, sheet_of_claim(claim=found), suffix=suffix, back=back)


@require_GET
def policy(request: HttpRequest, code: str, policy: str, period: str, suffix: str) -> HttpResponse:
    """Before a claim, on the facts of the page's day."""
    beneficiary = get_object_or_404(Beneficiary, code=code)
    sheet = sheet_before_claim(beneficiary=beneficiary, policy=policy, period=period, as_of=as_of(request))
    return sheet_response(request, sheet, suffix=suffix, back=reverse("my-shelf", kwargs={"code": code}))
