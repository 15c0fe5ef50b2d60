from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from tests.payouts.bank import Bank
from tests.payouts.factory import bank_accounts_open


@pytest.fixture(autouse=True)
def anchor_directory(settings: Settings, tmp_path: Path) -> None:
    settings.ANCHOR_DIR = tmp_path / "anchors"
    settings.ANCHOR_DIR.mkdir()


@pytest.fixture
def bank(settings: Settings) -> Iterator[Bank]:
    """A bank with accounts of the city and of Jinghu; the product is pointed at it."""
    bank = Bank()
    settings.BANK_URL = bank.url
    settings.AS_OF = date(2023, 6, 15)
    settings.PAYOUT_LOOK_UP_SECONDS = 0
    yield bank
    bank.stop()


@pytest.fixture
def city_bank(bank: Bank) -> Bank:
    bank_accounts_open(bank, ("340200", "340202"))
    return bank
