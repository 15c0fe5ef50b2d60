"""The first page of an official: what waits for him."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from supermarket.access import signed_in
from supermarket.desk.agenda import agenda


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/home.html", {"agenda": agenda(signed_in(request))})
