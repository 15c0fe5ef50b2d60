"""Papers at the desk: the evidence sheet of a claim, and how many papers the store saves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from supermarket.access import allow
from supermarket.claims.models import Claim
from supermarket.dates import today
from supermarket.papers.pages import sheet_response
from supermarket.papers.saved import papers_saved
from supermarket.papers.selectors import sheet_of_claim


@require_GET
def sheet(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    found = get_object_or_404(Claim, pk=pk)
    readable = allow(request.user, "desk:claim", {"pk": pk})
    back = reverse("desk:claim", kwargs={"pk": pk}) if readable else reverse("desk:home")
    return sheet_response(request, sheet_of_claim(claim=found), suffix=suffix, back=back)


@require_GET
def papers(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/papers.html", {"saved": papers_saved(on=today())})
