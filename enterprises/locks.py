"""One process a piece of work. The database keeps the lock, and it goes with the connection: none is left behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def alone(name: str, key: int, *, wait: bool = False) -> Iterator[bool]:
    """Whether nobody else does this work (`name`: its kind, `key`: whose) meanwhile. `wait`: until that is so."""
    lock = "pg_advisory_lock" if wait else "pg_try_advisory_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtext(%s), %s)", [name, key])
        mine = wait or bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), %s)", [name, key])
