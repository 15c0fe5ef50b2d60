"""What every page shows around its content."""

from django.conf import settings
from django.http import HttpRequest

from supermarket.access import BENEFICIARIES, OFFICIALS, role_of
from supermarket.dates import today
from supermarket.storefront.as_of import as_of


def page(request: HttpRequest) -> dict[str, object]:
    role = role_of(request.user)
    return {
        "as_of": as_of(request),
        "today": today(),
        "demo": settings.SAMPLES,
        "is_official": role in OFFICIALS,
        "is_beneficiary": role in BENEFICIARIES,
    }
