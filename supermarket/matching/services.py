"""What may be done with matches."""

from datetime import date, timedelta
from typing import get_args

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from enterprises.definitions import Audience
from supermarket.celery import poke
from supermarket.matching.changes import match_latest
from supermarket.matching.errors import MatchBusyError, MatchGoneError
from supermarket.matching.models import MatchPopulation, MatchRun, MatchSet
from supermarket.matching.working import Progress, alone, match_carry_out
from supermarket.users.models import User

KEPT_DAYS, KEPT_RUNS = 60, 2


@transaction.atomic
def match_start(*, audience: Audience, as_of: date, actor: User | None = None) -> MatchRun:
    """Open a match of everybody of an audience; `match_work` or the sweeper carries it out. One of that day that was
    interrupted is taken up, one of another day given up."""
    unfinished = MatchRun.objects.filter(audience=audience, finished_at=None)
    unfinished.exclude(as_of=as_of).delete()
    run, _ = unfinished.get_or_create(
        audience=audience,
        finished_at=None,
        defaults={"as_of": as_of, "started_at": timezone.now(), "started_by": actor},
    )
    poke("matching.work")
    return run


def match_work(*, run: MatchRun, progress: Progress | None = None) -> MatchRun:
    """Match everybody against every policy on the shelf of the run's day, on what was known when it was started; who is
    eligible and unknown is kept for every policy. Goes on where it stopped. Raises MatchBusyError, MatchGoneError."""
    with alone(run):
        try:
            match_carry_out(run, progress)
        except MatchGoneError:
            done = MatchRun.objects.filter(pk=run.pk).first()
            if done is None:
                raise
            return done  # another process has just finished it
        matches_prune(run.audience)
    run.refresh_from_db()
    return run


def match_run(*, audience: Audience, as_of: date, progress: Progress | None = None) -> MatchRun:
    """Start a match, or take up the one that was interrupted, and carry it out."""
    return match_work(run=match_start(audience=audience, as_of=as_of), progress=progress)


def matches_work() -> int:
    """Carry out what was started and is not being worked on; how many were finished."""
    done = 0
    for run in MatchRun.objects.filter(finished_at=None):
        try:
            match_work(run=run)
            done += 1
        except (MatchBusyError, MatchGoneError):
            continue
    return done


def matches_start_daily(*, as_of: date) -> int:
    """Start the match of the day for each audience that has none yet; how many."""
    started = 0
    for audience in get_args(Audience):
        latest = match_latest(audience)
        if latest is None or latest.as_of < as_of:
            match_start(audience=audience, as_of=as_of)
            started += 1
    return started


def matches_prune(audience: str) -> None:
    """Forget what matches found long ago; the last ones stay whatever their age."""
    finished = MatchRun.objects.filter(audience=audience, finished_at__isnull=False)
    last = list(finished.order_by("-pk").values_list("pk", flat=True)[:KEPT_RUNS])
    old = finished.filter(finished_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)).exclude(pk__in=last)
    freed = set(MatchSet.objects.order_by().filter(run__in=old).values_list("population", flat=True))
    old.delete()
    used = MatchSet.objects.filter(population=OuterRef("pk"))
    MatchPopulation.objects.filter(~Exists(used), pk__in=freed).delete()
