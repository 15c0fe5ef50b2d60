from datetime import date

import pytest

from tests.shelf.conftest import firm, owner, publish, town

__all__ = ["firm", "owner", "publish", "town"]


@pytest.fixture(autouse=True)
def day(settings: object) -> None:
    settings.AS_OF = date(2023, 6, 15)
