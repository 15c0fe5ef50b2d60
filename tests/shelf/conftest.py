from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from enterprises.models import Beneficiary
from policies.definition import definition_parse
from policies.models import PolicyVersion
from policies.services import draft_save, version_publish, version_submit
from supermarket.matching.vocabulary import store_ground
from supermarket.users.models import Representation, User
from tests.enterprises.files import KEY, Town, credit_code
from tests.policies.definitions import data

DAY = date(2023, 6, 15)


@pytest.fixture
def publish(db: None) -> Callable[..., PolicyVersion]:
    """Publish a policy: publish("code", eligibility=…)."""
    maker, _ = User.objects.get_or_create(username="maker", role="editor")
    checker, _ = User.objects.get_or_create(username="checker", role="reviewer")

    def do(code: str, **changes: Any) -> PolicyVersion:
        ground = store_ground()
        draft = draft_save(definition=definition_parse(data(code=code, **changes)), actor=maker)
        version_submit(version=draft, actor=maker, ground=ground)
        return version_publish(version=draft, actor=checker, ground=ground)

    return do


@pytest.fixture
def town(db: None, tmp_path: Path) -> Town:
    """Firm 1 is accepted in Jiujiang; 27 persons are insured there."""
    town = Town(tmp_path)
    town.register((credit_code(1), "芜湖甲有限公司", "2015-03-01"))
    town.deliver("tax_registration", [KEY, "accepting_area"], [credit_code(1), "340207"], as_of="2023-06-01")
    town.deliver("social_insurance", [KEY, "insured_headcount"], [credit_code(1), 27], as_of="2023-06-01")
    return town


@pytest.fixture
def firm(town: Town) -> Beneficiary:
    return Beneficiary.objects.get(code=credit_code(1))


@pytest.fixture
def owner(firm: Beneficiary) -> User:
    user = User.objects.create(username="owner", role="representative")
    Representation.objects.create(user=user, beneficiary=firm, since=date(2020, 1, 1))
    return user
