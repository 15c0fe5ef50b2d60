"""One process a delivery: the database keeps the lock, and it goes with the connection: a killed load blocks nobody."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from enterprises.models import Delivery

from .formats import refuse

LOCK = "hashtext('enterprises.delivery'), %s"
HELD = """
SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND objid = %s
               AND classid = (hashtext('enterprises.delivery')::bigint & 4294967295)::oid)
"""


def is_worked_on(delivery: Delivery) -> bool:
    """Whether some process is loading it at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [delivery.pk])
        held: bool = cursor.fetchone()[0]
    return held


@contextmanager
def alone(delivery: Delivery) -> Iterator[None]:
    """Nobody else loads it meanwhile; refuses with `being_loaded` where somebody does."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock({LOCK})", [delivery.pk])
        if not cursor.fetchone()[0]:
            raise refuse("being_loaded")
        try:
            yield
        finally:
            cursor.execute(f"SELECT pg_advisory_unlock({LOCK})", [delivery.pk])
