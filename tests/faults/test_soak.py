"""Seeded runs: two workers, killed; a bank, restarted; between them a proxy that loses, delays, doubles and replays.

`make soak SEEDS=200` runs many; a seed that fails is named and runs again with `make soak SEEDS=1 SEED=…`.
"""

from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from tests.faults.chaos import Chaos
from tests.payouts.bank import Bank

pytestmark = [pytest.mark.django_db(transaction=True, reset_sequences=True), pytest.mark.faults]


def test_seed(seed: int, settings: Settings, tmp_path: Path) -> None:
    bank = Bank(tmp_path / "bank.sqlite")
    settings.BANK_URL = bank.url
    chaos = Chaos(
        seed, bank, connection.settings_dict["NAME"], {"AS_OF": settings.AS_OF, "ANCHOR_DIR": settings.ANCHOR_DIR}
    )
    try:
        problems = chaos.run()
        assert not problems, f"seed {seed} after {dict(chaos.happened)}:\n" + "\n".join(problems)
    finally:
        bank.stop()
