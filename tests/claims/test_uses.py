"""A corrected value and a withdrawn delivery find the claims that rest on them and policies that answer otherwise."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from enterprises.models import Beneficiary, Delivery
from enterprises.services import delivery_withdraw, dispute_raise, dispute_uphold, fact_correct
from policies.models import PolicyVersion
from supermarket.claims.applying import claim_apply
from supermarket.claims.models import Claim
from supermarket.ledger.models import Appropriation
from tests.claims.conftest import FUNDING
from tests.claims.people import DAY, firms_settle, owner_of
from tests.enterprises.files import Town

pytestmark = pytest.mark.django_db
ONE_CLICK = {"delivery": "apply_and_enjoy", "funding": FUNDING}


@pytest.fixture(autouse=True)
def as_of(settings: Any) -> None:
    settings.AS_OF = DAY


@pytest.fixture
def claimed(
    town: Town, publish: Callable[..., PolicyVersion], grant: Callable[..., Appropriation]
) -> tuple[Beneficiary, Claim]:
    """A firm with 40 insured that was paid for having 30; another policy reads another fact."""
    grant("340207", 10_000_000)
    grant("340200", 10_000_000)
    publish("award", **ONE_CLICK)
    publish("per-head", eligibility="insured_headcount > 0", amount="insured_headcount * 100")
    publish("other", eligibility="staff_count > 10")
    firm, _ = firms_settle(town, [40, 40])
    claim = claim_apply(
        beneficiary=firm, policy_code="award", period="2023", actor=owner_of(firm), commitment_accepted=True, day=DAY
    )
    return firm, claim


def test_a_correction_lists_the_claim_and_only_the_policies_that_read_the_fact(
    claimed: tuple[Beneficiary, Claim],
) -> None:
    firm, claim = claimed
    effects = fact_correct(
        beneficiary=firm, fact="insured_headcount", value=12, as_of=date(2023, 6, 1), actor=None, reason="重复计数"
    )
    assert [(one.kind, one.reference, one.beneficiary_id) for one in effects] == [
        ("claim", str(claim.pk), firm.pk),
        ("recovery", str(claim.pk), firm.pk),
        ("verdict", "award", firm.pk),
        ("verdict", "per-head", firm.pk),
    ]
    assert "10,000.00 yuan" in effects[0].en
    assert "on its way" in effects[1].en, "the money has to settle before it is claimed back"
    assert effects[2].en.endswith("eligible 10,000.00 yuan -> not eligible")
    assert effects[3].zh.endswith("符合 4,000.00 元 → 符合 1,200.00 元")


def test_a_fact_that_nobody_decided_with_has_no_effect(claimed: tuple[Beneficiary, Claim]) -> None:
    firm, _ = claimed
    dispute = dispute_raise(
        beneficiary=firm, fact="ui_months_paid_in_full", statement="已足额", actor=None, reference=DAY, claimed=12
    )
    assert dispute_uphold(dispute=dispute, value=12, answer="属实", actor=None) == []


def test_a_withdrawn_delivery_lists_the_claims_that_rest_on_it(claimed: tuple[Beneficiary, Claim]) -> None:
    _, claim = claimed
    delivery = Delivery.objects.get(source__code="social_insurance")
    effects = delivery_withdraw(delivery=delivery, actor=None, reason="口径有误")
    assert [(one.kind, one.reference) for one in effects] == [("claim", str(claim.pk)), ("recovery", str(claim.pk))]
    register = Delivery.objects.get(source__code="business_register")
    assert delivery_withdraw(delivery=register, actor=None, reason="口径有误") == []
