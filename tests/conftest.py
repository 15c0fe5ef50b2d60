"""Tests run on the embedded PostgreSQL and Valkey unless DATABASE_URL and REDIS_URL say otherwise."""

import pytest

from supermarket import embedded


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    embedded.hold()
