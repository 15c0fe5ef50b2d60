"""The report of a long run is made by the worker: asked for, interrupted, ready, made anew; never twice at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from supermarket.claims.models import Run
from supermarket.ledger.models import Appropriation
from supermarket.reports import making
from supermarket.reports.making import run_file_ask, run_files_make
from supermarket.reports.models import RunFile
from supermarket.users.models import Role, User
from tests.claims.people import DAY, firms_settle, user_named
from tests.claims.test_runs import AUTOMATIC, Publish, prepared
from tests.enterprises.files import Town

pytestmark = pytest.mark.django_db
Grant = Callable[..., Appropriation]


@pytest.fixture(autouse=True)
def short_is_long(settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings.AS_OF, settings.MEDIA_ROOT = DAY, tmp_path / "media"
    monkeypatch.setattr(making, "LONG", 1)


@pytest.fixture
def run(town: Town, publish: Publish, grant: Grant) -> Run:
    publish("award", **AUTOMATIC)
    firms_settle(town, [40, 40])
    return prepared()


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.create(username="audit", role=Role.AUDITOR))
    return client


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_report_of_a_long_run_is_asked_for_made_and_fetched(
    run: Run, client: Client, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    page, address = f"/desk/runs/{run.pk}/", f"/desk/runs/{run.pk}/report.xlsx"
    assert b"The list is long" in client.get(page).content
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/make/").status_code == 302
    client.post(f"{address}/make/")  # a double click
    assert RunFile.objects.count() == 1
    assert b"waits to be made" in client.get(f"{page}?part=reports", headers={"hx-request": "true"}).content
    assert run_files_make() == 1 and run_files_make() == 0
    assert b"".join(client.get(address).streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    assert b"Make it anew" in client.get(page).content
    (old,) = files(tmp_path / "media")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{address}/make/")
    assert client.get(address).status_code == 404 and not old.exists()
    assert run_files_make() == 1 and len(files(tmp_path / "media")) == 1


def test_the_api_answers_when_it_is_ready(run: Run, client: Client) -> None:
    address = f"/api/runs/{run.pk}/report.pdf"
    answer = client.get(address)
    assert answer.status_code == 202 and answer["Retry-After"]
    assert run_files_make() == 1
    assert b"".join(client.get(address).streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]


def test_a_report_that_kills_its_worker_is_tried_again_and_given_up(
    run: Run, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*args: Any, path: Path, **options: Any) -> None:
        path.write_bytes(b"half of it")
        raise KeyboardInterrupt

    run_file_ask(run=run, form="pdf", language="en", actor=user_named("auditor"))
    whole = making.run_file
    monkeypatch.setattr(making, "run_file", killed)
    for _ in range(making.ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            run_files_make()
    assert files(tmp_path / "media") == []
    assert run_files_make() == 0
    assert b"could not be made" in client.get(f"/desk/runs/{run.pk}/").content
    monkeypatch.setattr(making, "run_file", whole)
    run_file_ask(run=run, form="pdf", language="en", actor=user_named("auditor"))
    assert run_files_make() == 1
