"""The day that an instruction is dated for. A bank carries out on the day what it has by its cut-off (截止时间). What
is written later, or on a day off, is dated the next working day by the table of holidays, and goes out all the same."""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from supermarket.claims.calendar import working_days
from supermarket.dates import today


def execution_day(cutoff: time, now: datetime) -> date:
    """`now`: the moment of writing. Where the store's day stands still (AS_OF), it stands in the morning."""
    day = today()
    late = settings.AS_OF is None and timezone.localtime(now).time() >= cutoff
    return next(working_days(day + timedelta(days=late)))
