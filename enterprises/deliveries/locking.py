"""One process a delivery."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from enterprises import locks
from enterprises.models import Delivery

from .formats import refuse

LOCK = "enterprises.delivery"
HELD = """
SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND objid = %s
               AND classid = (hashtext(%s)::bigint & 4294967295)::oid)
"""


def is_worked_on(delivery: Delivery) -> bool:
    """Whether some process is loading it at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [delivery.pk, LOCK])
        held: bool = cursor.fetchone()[0]
    return held


@contextmanager
def alone(delivery: Delivery) -> Iterator[None]:
    """Nobody else loads it meanwhile; refuses with `being_loaded` where somebody does."""
    with locks.alone(LOCK, delivery.pk) as mine:
        if not mine:
            raise refuse("being_loaded")
        yield
