from pathlib import Path

import pytest

from .files import Town, credit_code


@pytest.fixture
def town(db: None, tmp_path: Path) -> Town:
    """Two registered enterprises, numbers 1 and 2."""
    town = Town(tmp_path)
    town.register((credit_code(1), "芜湖甲有限公司", "2015-03-01"), (credit_code(2), "芜湖乙有限公司", "2020-08-09"))
    return town
