"""The one clock that all workers share: the database's. However wrong a machine's own clock is, what it writes down as
a lease or as "not before" means the same to every other worker."""

from datetime import datetime

from django.db import connection


def now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment
