"""Claims that officials decide: approved with a sum, returned, refused; and the applicant's own steps."""

from collections.abc import Callable

import pytest
from django.test import Client

from policies.models import PolicyVersion
from supermarket.claims.applying import claim_apply
from supermarket.claims.models import Claim
from supermarket.users.models import Role
from tests.claims.conftest import FUNDING
from tests.claims.people import firms_settle, owner_of
from tests.enterprises.files import Town
from tests.payouts.factory import appropriation

SignIn = Callable[..., Client]


@pytest.fixture
def filed(town: Town, publish: Callable[..., PolicyVersion]) -> Claim:
    """A time-limited claim in review; an official enters the sum, up to 10,000 yuan."""
    publish("award", delivery="time_limited", pay="after_decision", funding=FUNDING)
    for payer in ("340200", "340207"):
        appropriation(payer, 100_000_000, "science")
    (firm,) = firms_settle(town, [40])
    return claim_apply(
        beneficiary=firm, policy_code="award", period="2023", actor=owner_of(firm), commitment_accepted=True
    )


def step(client: Client, claim: Claim, name: str, **given: str) -> int:
    return client.post(f"/desk/claims/{claim.pk}/{name}/", given).status_code


def test_an_official_enters_the_sum_and_the_money_is_released(sign_in: SignIn, filed: Claim) -> None:
    reviewer = sign_in(Role.REVIEWER)
    assert filed.beneficiary.name in reviewer.get("/desk/claims/").content.decode()
    step(reviewer, filed, "approve", amount="6500.25")
    filed.refresh_from_db()
    assert (filed.state, filed.amount_fen) == ("released", 650_025)


@pytest.mark.parametrize("amount", ["", "0", "-5", "10000.01", "many", "1.005"])
def test_a_wrong_sum_is_not_approved(sign_in: SignIn, filed: Claim, amount: str) -> None:
    step(sign_in(Role.REVIEWER), filed, "approve", amount=amount)
    filed.refresh_from_db()
    assert filed.state == "in_review"


def test_returned_corrected_and_taken_back(sign_in: SignIn, filed: Claim) -> None:
    step(sign_in(Role.REVIEWER), filed, "return", reason="the contract is missing")
    owner = Client(headers={"accept-language": "en"})
    owner.force_login(owner_of(filed.beneficiary))
    address = f"/my/{filed.beneficiary.code}/claims/{filed.pk}/"
    assert "the contract is missing" in owner.get(address).content.decode()
    owner.post(f"{address}resubmit/")
    filed.refresh_from_db()
    assert filed.state == "in_review"
    owner.post(f"{address}withdraw/")
    filed.refresh_from_db()
    assert filed.state == "withdrawn"


def test_refused_with_a_reason_only(sign_in: SignIn, filed: Claim) -> None:
    reviewer = sign_in(Role.REVIEWER)
    step(reviewer, filed, "refuse", reason=" ")
    filed.refresh_from_db()
    assert filed.state == "in_review"
    step(reviewer, filed, "refuse", reason="the site was never opened")
    filed.refresh_from_db()
    assert filed.state == "refused"


def test_another_department_neither_sees_nor_decides(sign_in: SignIn, filed: Claim) -> None:
    other = sign_in(Role.REVIEWER, department="芜湖市商务局")
    assert filed.beneficiary.name not in other.get("/desk/claims/").content.decode()
    assert other.get(f"/desk/claims/{filed.pk}/").status_code == 403
    assert step(other, filed, "refuse", reason="x") == 403


def test_an_auditor_reads_and_decides_nothing(sign_in: SignIn, filed: Claim) -> None:
    auditor = sign_in(Role.AUDITOR, department="芜湖市审计局")
    assert auditor.get(f"/desk/claims/{filed.pk}/").status_code == 200
    assert step(auditor, filed, "approve", amount="1") == 403
