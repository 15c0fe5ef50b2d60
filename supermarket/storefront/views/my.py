"""What a signed-in representative or person sees of his own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from supermarket.access import signed_in
from supermarket.dates import today
from supermarket.users.selectors import representations_current


@require_GET
def my(request: HttpRequest) -> HttpResponse:
    representations = representations_current(user=signed_in(request), on=today())
    return render(request, "storefront/my.html", {"representations": representations})
