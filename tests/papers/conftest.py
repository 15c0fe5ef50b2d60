from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from enterprises.models import Beneficiary
from policies.models import PolicyVersion
from supermarket.claims.applying import claim_apply
from supermarket.claims.models import Claim
from tests.claims.conftest import FUNDING
from tests.claims.people import firms_settle, owner_of
from tests.desk.conftest import sign_in
from tests.enterprises.files import Town
from tests.payouts.factory import appropriation
from tests.shelf.conftest import publish, town
from tests.storefront.conftest import english

__all__ = ["english", "publish", "sign_in", "town"]

MATERIALS = [
    {"name": {"zh": "社保缴费证明", "en": "proof of social insurance"}, "from": "social_insurance"},
    {"name": {"zh": "纳税登记证明", "en": "tax registration"}, "from": "tax_registration"},
    {"name": {"zh": "租赁合同", "en": "lease"}, "upload": True},
]


@pytest.fixture(autouse=True)
def day(settings: Any) -> None:
    settings.AS_OF = date(2023, 6, 15)


@pytest.fixture
def claimant(town: Town, publish: Callable[..., PolicyVersion]) -> Beneficiary:
    """Meets an apply-and-enjoy award that asks for three papers, two of which are in the data."""
    publish("award", delivery="apply_and_enjoy", funding=FUNDING, materials=MATERIALS)
    for payer in ("340207", "340200"):
        appropriation(payer, 10_000_000, "science")
    (firm,) = firms_settle(town, [40])
    return firm


@pytest.fixture
def claim(claimant: Beneficiary) -> Claim:
    return claim_apply(
        beneficiary=claimant, policy_code="award", period="2023", actor=owner_of(claimant), commitment_accepted=True
    )
