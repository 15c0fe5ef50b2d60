from datetime import date

import pytest
from pytest_django.fixtures import Settings

from tests.payouts.conftest import anchor_directory, bank, city_bank

__all__ = ["anchor_directory", "bank", "city_bank"]


@pytest.fixture(autouse=True)
def day_of_the_bank(settings: Settings) -> None:
    settings.AS_OF = date(2023, 6, 15)


@pytest.fixture
def waves(pytestconfig: pytest.Config) -> int:
    """How long a seeded run goes wrong."""
    return int(pytestconfig.getoption("--soak-waves"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", [int(seed) for seed in metafunc.config.getoption("--soak-seeds").split(",")])
