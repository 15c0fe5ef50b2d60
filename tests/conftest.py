"""Tests run on the embedded PostgreSQL and Valkey unless DATABASE_URL and REDIS_URL say otherwise."""

from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from supermarket import embedded
from supermarket.messages import PO, catalogue_compile

BROWSER = "tests/browser/"
# How long an example takes says nothing here: the processes share two cores with their servers.
hypothesis.settings.register_profile("store", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("store")


class ByFile(LoadFileScheduling):
    """One process takes a file as a whole, and all browser tests: they share one store."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Pages are tested in Chinese too: the catalogue is compiled where it is older than its texts."""
    compiled = PO.with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime < PO.stat().st_mtime:
        catalogue_compile()


@pytest.fixture(autouse=True)
def default_language() -> Iterator[None]:
    """A request in English leaves its thread in English: the next test begins in the default language."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    embedded.hold()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Histories refuse TRUNCATE, which is how tests with real transactions clean up: off in the test database."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_refuse_truncate%'"
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


@pytest.fixture(scope="session", autouse=True)
def population_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Copies of what tests deliver are not kept among those of the installation."""
    settings.POPULATION_DIR = tmp_path_factory.mktemp("population")


def pytest_addoption(parser: pytest.Parser) -> None:
    """See tests/faults/test_soak.py."""
    parser.addoption("--soak-seeds", default="0,1,2,3,4,5,6,7,8,9", help="seeds of the fault runs")
    parser.addoption("--soak-waves", type=int, default=3, help="for how long things go wrong in each")
