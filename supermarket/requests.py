"""How a page was asked for."""

from django.http import HttpRequest


def by_htmx(request: HttpRequest) -> bool:
    """htmx asks for a fragment to swap in; without it (no script, a bookmark) the whole page is due."""
    return request.headers.get("HX-Request") == "true"
