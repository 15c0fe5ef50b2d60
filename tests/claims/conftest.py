"""Smallest rows that claims need: users of each role, published policies, firms of which something is known."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from enterprises.models import Beneficiary
from policies.definition import definition_parse
from policies.models import PolicyVersion
from policies.services import draft_save, version_publish, version_submit
from supermarket.ledger.appropriations import appropriation_grant
from supermarket.ledger.models import Appropriation
from supermarket.matching.vocabulary import store_ground
from supermarket.users.models import User
from tests.claims.people import user_named
from tests.enterprises.files import Town, credit_code
from tests.policies.definitions import data

FUNDING = {"pool": "science", "shares": "standard", "lead": "district", "when_short": "queue"}


@pytest.fixture
def user(db: None) -> Callable[[str], User]:
    """Makes (once) a user by name; a user named like a role has that role."""
    return user_named


@pytest.fixture
def publish(user: Callable[[str], User]) -> Callable[..., PolicyVersion]:
    """Publish a policy: publish("code", eligibility=…)."""

    def do(code: str, **changes: Any) -> PolicyVersion:
        ground = store_ground()
        draft = draft_save(definition=definition_parse(data(code=code, **changes)), actor=user("editor"))
        version_submit(version=draft, actor=user("editor"), ground=ground)
        return version_publish(version=draft, actor=user("reviewer"), ground=ground)

    return do


@pytest.fixture
def town(db: None, tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.fixture
def firm(town: Town) -> Beneficiary:
    town.register((credit_code(1), "芜湖甲有限公司", "2015-03-01"))
    return Beneficiary.objects.get(code=credit_code(1))


@pytest.fixture
def version(publish: Callable[..., PolicyVersion]) -> PolicyVersion:
    return publish("test-award")


@pytest.fixture
def grant(user: Callable[[str], User]) -> Callable[..., Appropriation]:
    """Set money aside: grant("340200", 1_000_000) fen of the pool `science` of 2023."""

    def do(payer: str, amount_fen: int, *, pool: str = "science", year: int = 2023) -> Appropriation:
        return appropriation_grant(
            payer=payer,
            pool=pool,
            fiscal_year=year,
            amount_fen=amount_fen,
            document="财企〔2023〕1号",
            actor=user("finance_maker"),
            confirmed_by=user("finance_releaser"),
            key=f"{payer}-{pool}-{year}-{amount_fen}",
        )

    return do


@pytest.fixture
def money(grant: Callable[..., Appropriation]) -> list[Appropriation]:
    """Enough for everybody, of the city and a district."""
    return [grant(payer, 100_000_000) for payer in ("340200", "340207")]
