"""What every page shows around its content."""

from django.conf import settings
from django.http import HttpRequest

from supermarket.dates import today
from supermarket.storefront.as_of import as_of


def page(request: HttpRequest) -> dict[str, object]:
    return {
        "as_of": as_of(request),
        "today": today(),
        "demo": settings.SAMPLES,
    }
