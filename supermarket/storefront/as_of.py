"""The day for which the pages' answers hold: named by `?as_of=` on any page and kept for the visit, else today."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from supermarket.dates import FIRST_DAY, LAST_DAY, today


def as_of(request: HttpRequest) -> date:
    kept = request.session.get("as_of")
    return date.fromisoformat(kept) if kept else today()


class AsOfMiddleware:
    """Keeps the day that a page's address names. An empty one means today; a wrong one is said so and ignored."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> None:
        given = request.GET.get("as_of")
        if given is None or (request.resolver_match and request.resolver_match.namespace == "api"):
            return
        if not given.strip():
            request.session.pop("as_of", None)
        elif day := _parse(request, given.strip()):
            request.session["as_of"] = day.isoformat()


def _parse(request: HttpRequest, given: str) -> date | None:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        example = _("“%(given)s” is not a date. Write year-month-day, for example 2023-06-15.")
        messages.error(request, example % {"given": given[:40]})
        return None
    if FIRST_DAY <= day <= LAST_DAY:
        return day
    messages.error(request, _("Choose a day between %(first)s and %(last)s.") % {"first": FIRST_DAY, "last": LAST_DAY})
    return None
