"""What a browser may load for our pages: our own files, and nothing written into a page by somebody else."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

OWN = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
# The API's documents start their viewer by a script in the page, and draw with styles and data images.
INLINE = "script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src blob:"
DOCUMENTS = f"{OWN}; {INLINE}"
DOCUMENT_ROUTES = {"api:docs", "api:redoc"}


class ContentSecurityMiddleware:
    """A name with a script in it is escaped; should that ever fail, the browser does not run it either."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        route = request.resolver_match.view_name if request.resolver_match else ""
        response["Content-Security-Policy"] = DOCUMENTS if route in DOCUMENT_ROUTES else OWN
        return response
