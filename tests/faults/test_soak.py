"""Seeded runs of the whole store before a bank: workers, beat and pages killed, bank and database restarted, the
broker emptied, clocks wrong, every button clicked twice; between store and bank a proxy that loses, delays, doubles.

Here the short form of ten seeds; `make soak` runs many, and a seed that fails is named with the command to replay it.
"""

from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from tests.faults.chaos import Chaos
from tests.payouts.bank import Bank

pytestmark = [pytest.mark.django_db(transaction=True, reset_sequences=True), pytest.mark.faults]
REPLAY = "\nreplay it with: make soak FIRST={} SEEDS=1"


def test_seed(seed: int, waves: int, settings: Settings, tmp_path: Path) -> None:
    bank = Bank(tmp_path / "bank.sqlite")
    settings.BANK_URL = bank.url
    overrides = {"AS_OF": settings.AS_OF, "ANCHOR_DIR": settings.ANCHOR_DIR, "ALLOWED_HOSTS": ["127.0.0.1"]}
    chaos = Chaos(seed, bank, connection.settings_dict["NAME"], overrides, waves)
    try:
        problems = chaos.run()
        assert not problems, f"seed {seed} after {dict(chaos.happened)}:\n" + "\n".join(problems) + REPLAY.format(seed)
    finally:
        bank.stop()
