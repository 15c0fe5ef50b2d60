"""A firm that was paid 10,000 yuan for having 30 insured: 4,000 by the city, 6,000 by its district, which leads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from enterprises.models import Beneficiary
from policies.models import PolicyVersion
from supermarket.claims.applying import claim_apply
from supermarket.claims.models import Claim, Recovery
from supermarket.claims.recoveries.opening import recovery_open
from supermarket.claims.recoveries.steps import recovery_notice
from supermarket.ledger.models import Appropriation, Reservation
from supermarket.ledger.services import appropriation_instruct, appropriation_spend, holder_of
from supermarket.users.models import User
from tests.claims.conftest import FUNDING
from tests.claims.people import DAY, firms_settle, owner_of
from tests.enterprises.files import Town

CITY, JIUJIANG = "340200", "340207"
ONE_CLICK = {"delivery": "apply_and_enjoy", "funding": FUNDING}
LATER = DAY + timedelta(days=60)


@pytest.fixture(autouse=True)
def day(settings: Any) -> None:
    settings.AS_OF = DAY


@pytest.fixture
def money(grant: Callable[..., Appropriation]) -> None:
    for payer in (CITY, JIUJIANG):
        grant(payer, 100_000_000)


@dataclass
class Case:
    firm: Beneficiary
    owner: User
    claim: Claim


def apply(firm: Beneficiary, code: str = "award") -> Claim:
    return claim_apply(
        beneficiary=firm, policy_code=code, period="2023", actor=owner_of(firm), commitment_accepted=True, day=DAY
    )


def pay(claim: Claim) -> Claim:
    """As the payouts' services leave it: spent, and paid."""
    for number in sorted(set(claim.shares.values_list("instalment", flat=True))):
        holder = holder_of(claim.pk, number)
        part = claim.instalments.filter(number=number).first()
        if part is None or part.released_at is not None:
            assert Reservation.objects.filter(holder=holder, stage="reserved").exists()
            appropriation_instruct(events={holder: "paid"})
            appropriation_spend(events={holder: "paid"})
    states = ("paying",) if claim.instalments.filter(released_at=None).exists() else ("paying", "paid")
    for step, state in enumerate(states, 1):
        Claim.objects.filter(pk=claim.pk).update(state=state, moved_at=claim.moved_at + timedelta(microseconds=step))
    claim.refresh_from_db()
    return claim


@pytest.fixture
def paid(town: Town, publish: Callable[..., PolicyVersion], money: None) -> Case:
    publish("award", **ONE_CLICK)
    (firm,) = firms_settle(town, [40])
    return Case(firm, owner_of(firm), pay(apply(firm)))


@pytest.fixture
def noticed(paid: Case, user: Callable[[str], User]) -> Recovery:
    """All of it is to be paid back: the commitment was broken."""
    opened = recovery_open(
        claim=paid.claim, ground=Recovery.Ground.COMMITMENT_BROKEN, actor=user("editor"), text="两年内迁出"
    )
    return recovery_notice(recovery=opened, actor=user("editor"))
