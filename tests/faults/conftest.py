from datetime import date

import pytest
from pytest_django.fixtures import Settings

from tests.payouts.conftest import anchor_directory, bank, city_bank

__all__ = ["anchor_directory", "bank", "city_bank"]


@pytest.fixture(autouse=True)
def day_of_the_bank(settings: Settings) -> None:
    settings.AS_OF = date(2023, 6, 15)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        first, count = metafunc.config.getoption("--soak-seed"), metafunc.config.getoption("--soak-seeds")
        metafunc.parametrize("seed", range(first, first + count))
