"""The store's day. Policies are dated locally; the demo stands still on a day on which its samples are in force."""

from datetime import date

from django.conf import settings
from django.utils import timezone

# Days that a question may be asked for.
FIRST_DAY, LAST_DAY = date(2015, 1, 1), date(2049, 12, 31)


def today() -> date:
    """AS_OF if it is set, else the day in Asia/Shanghai."""
    as_of: date | None = settings.AS_OF
    return as_of or timezone.localdate()
