"""What the web server runs. A process that has loaded it has routes, templates and the compiled catalogue ready."""

import os
from wsgiref.util import setup_testing_defaults

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supermarket.settings")
application = get_wsgi_application()


def ask(path: str) -> None:
    """One GET of our own. Where it fails (a database that is down), it says so in the log, as any request does."""
    from django.conf import settings

    environ = {"PATH_INFO": path, "HTTP_HOST": settings.ALLOWED_HOSTS[0].lstrip(".*") or "localhost"}
    setup_testing_defaults(environ)
    application(environ, lambda status, headers, error=None: lambda data: None).close()


for audience in ("enterprise", "person"):
    ask(f"/calculator/{audience}/")
connections.close_all()  # each thread that serves opens its own
