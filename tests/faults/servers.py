"""What the store stands on, taken away: the database crashes, the broker forgets everything."""

import os
import signal
import time

import redis
from django.conf import settings
from django.db import connection
from django.db.utils import InterfaceError, OperationalError

from supermarket.embedded import wanted
from supermarket.embedded.postgres import data_directory

BROKER = settings.REDIS_URL.rsplit("/", 1)[0] + "/7"  # a part of the server that nobody else uses
AWAY = (OperationalError, InterfaceError)


def database_crash() -> None:
    """PostgreSQL ends at once, as by a crash, and comes back after recovery; on a server that is not ours to kill,
    every connection is cut."""
    if wanted():
        postmaster = int((data_directory() / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(postmaster, signal.SIGQUIT)
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    database_await()


def recovery_shorten() -> None:
    """What was written before the run is not what a crash in it has to go through."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def database_await(seconds: float = 60.0) -> None:
    """Wait until this process can work with the database again."""
    end = time.monotonic() + seconds
    while True:
        connection.close()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return
        except AWAY:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def broker_empty() -> None:
    """FLUSHALL; on a server that others may use, FLUSHDB of our part."""
    broker = redis.Redis.from_url(BROKER)
    broker.flushall() if wanted() else broker.flushdb()
    broker.close()
