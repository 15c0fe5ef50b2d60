"""Matching and screening of runs that were opened at the desk: minutes of work, out of the request."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from supermarket.claims.models import Run
from supermarket.claims.runs.preparing import run_match
from supermarket.claims.runs.screening import run_screen
from supermarket.claims.states import RunState


def runs_prepare() -> int:
    """Match and screen what was opened, and go on where a crash left off; how many runs are ready to be decided."""
    ready = 0
    for run in Run.objects.filter(state__in=(RunState.DRAFTED, RunState.MATCHED), paused=False).order_by("pk"):
        with alone(run) as mine:
            if not mine:
                continue  # another worker is at it
            run.refresh_from_db()
            if run.state == RunState.DRAFTED:
                run = run_match(run=run, actor=None)
            if run.state == RunState.MATCHED:
                run_screen(run=run, actor=None)
                ready += 1
    return ready


@contextmanager
def alone(run: Run) -> Iterator[bool]:
    """Whether nobody else prepares the run meanwhile. The lock goes with the connection if the worker dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('claims.run'), %s)", [run.pk])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('claims.run'), %s)", [run.pk])
