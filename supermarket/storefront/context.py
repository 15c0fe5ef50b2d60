"""What every page shows around its content."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from supermarket.dates import today
from supermarket.notices.selectors import unread_count
from supermarket.storefront.as_of import as_of
from supermarket.users.models import User
from supermarket.users.selectors import beneficiaries_represented


def page(request: HttpRequest) -> dict[str, object]:
    return {
        "as_of": as_of(request),
        "today": today(),
        "demo": settings.SAMPLES,
        "unread": SimpleLazyObject(lambda: unread(request)),
    }


def unread(request: HttpRequest) -> int:
    """Notices that nobody has read yet, of all whom the user acts for."""
    if not isinstance(request.user, User):
        return 0
    return unread_count([one.pk for one in beneficiaries_represented(user=request.user, on=today())])
