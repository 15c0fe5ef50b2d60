"""The report of a long run, made out of the request: asked for, made by whoever works, kept for some weeks."""

import logging
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from enterprises.locks import alone
from supermarket.celery import poke
from supermarket.claims.models import Run
from supermarket.reports.models import RunFile
from supermarket.reports.run_files import run_file
from supermarket.users.models import User

log = logging.getLogger(__name__)
LONG = 5_000  # claims: the report of a longer run is made in the background
ATTEMPTS = 3
KEPT = timedelta(days=30)


def run_is_long(run: Run) -> bool:
    return run.claims.order_by()[: LONG + 1].count() > LONG


@transaction.atomic
def run_file_ask(*, run: Run, form: str, language: str, actor: User) -> RunFile:
    """Have the report made; one that is being made already is not asked for twice, an earlier one makes room."""
    now = timezone.now()
    asked, new = RunFile.objects.select_for_update().get_or_create(
        run=run, form=form, language=language, defaults={"asked_by": actor, "asked_at": now}
    )
    if not new and (asked.made_at or asked.given_up_at):
        old = asked.file.name
        asked.asked_by, asked.asked_at, asked.begun_at, asked.attempts = actor, now, None, 0
        asked.made_at, asked.given_up_at, asked.file = None, None, ""
        asked.save()
        file_forget(old)
    poke("reports.work")
    return asked


def run_files_make() -> int:
    """Make what was asked for; how many are ready. What a kill interrupted is begun again, a few times."""
    files_forget()
    ready = 0
    for asked in RunFile.objects.filter(made_at=None, given_up_at=None).order_by("asked_at"):
        with alone("reports.file", asked.pk) as mine:
            asked.refresh_from_db()
            if mine and asked.made_at is None and asked.given_up_at is None:
                ready += file_make(asked)
    return ready


def file_make(asked: RunFile) -> bool:
    rows = RunFile.objects.filter(pk=asked.pk)
    if asked.attempts >= ATTEMPTS:
        log.error("the report %s of %s was given up after %s attempts", asked.form, asked.run, asked.attempts)
        rows.update(given_up_at=timezone.now())
        return False
    rows.update(begun_at=timezone.now(), attempts=F("attempts") + 1)
    run = Run.objects.select_related("policy", "policy_version", "made_by").get(pk=asked.run_id)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"run-{run.pk}.{asked.form}"
        run_file(run, form=asked.form, path=path, language=asked.language)
        with path.open("rb") as file:
            asked.file.save(path.name, File(file), save=False)
    rows.update(file=asked.file.name, made_at=timezone.now())
    return True


def files_forget() -> None:
    """They hold names and sums: kept only as long as somebody may still fetch them."""
    for old in RunFile.objects.filter(made_at__lt=timezone.now() - KEPT):
        old.delete()
        file_forget(old.file.name)


def file_forget(name: str | None) -> None:
    transaction.on_commit(lambda: RunFile._meta.get_field("file").storage.delete(name) if name else None)
