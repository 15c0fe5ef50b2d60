"""What was decided with a delivery: claims, payouts and runs, before it is withdrawn and after."""

from collections.abc import Callable

import pytest
from django.test import Client

from enterprises.models import Delivery
from enterprises.vocabulary import source_definitions
from policies.models import PolicyVersion
from supermarket.claims.applying import claim_apply
from supermarket.claims.models import Claim, Run
from supermarket.claims.runs.preparing import run_match, run_start
from supermarket.payouts.models import Payout
from supermarket.payouts.services import payouts_due_sweep
from supermarket.users.models import Role
from tests.claims.conftest import FUNDING
from tests.claims.people import firms_settle, owner_of, user_named
from tests.enterprises.files import KEY, Town
from tests.payouts.factory import appropriation, payer_account

SignIn = Callable[..., Client]
SOURCE = "social_insurance"


@pytest.fixture
def claimed(town: Town, publish: Callable[..., PolicyVersion]) -> Claim:
    """One click by a firm of 40 insured; a payout is due."""
    publish("award", delivery="apply_and_enjoy", funding={**FUNDING, "lead": "city"})
    for payer in ("340207", "340200"):
        appropriation(payer, 10_000_000, "science")
    (firm,) = firms_settle(town, [40])
    return claim_apply(
        beneficiary=firm, policy_code="award", period="2023", actor=owner_of(firm), commitment_accepted=True
    )


def delivered(source: str = SOURCE) -> Delivery:
    return Delivery.objects.filter(source__code=source).latest("pk")


def test_claims_payouts_and_runs_are_found_before_and_after_it_is_withdrawn(
    sign_in: SignIn, claimed: Claim, publish: Callable[..., PolicyVersion]
) -> None:
    payer_account("340200")
    payouts_due_sweep()
    payout = Payout.objects.get(claim=claimed)
    publish("refund", eligibility="insured_headcount >= 100")  # nobody is entitled, but everybody was read
    run = run_match(
        run=run_start(policy_code="refund", period="2023", actor=user_named("finance_maker")),
        actor=user_named("finance_maker"),
    )
    editor = sign_in(Role.EDITOR, department=source_definitions()[SOURCE].department)
    address = f"/desk/deliveries/{delivered().pk}/"
    assert f"{address}uses.html" in editor.get(address).content.decode()
    before = editor.get(f"{address}uses.html").content.decode()
    after = editor.post(f"{address}withdraw/", {"reason": "wrong month"}, follow=True).content.decode()
    for page in (before, after):
        assert "1 claims, 1 payouts" in page
        assert claimed.beneficiary.name in page
        assert f"Run {run.pk}" in page
    assert "not known any more" in after
    table = b"".join(editor.get(f"{address}uses.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert f"payout,{payout.pk},award,2023" in table
    assert Run.objects.get(pk=run.pk).state == "matched"


def test_a_delivery_that_nobody_used_touches_nothing(sign_in: SignIn, claimed: Claim, town: Town) -> None:
    unused = town.deliver("patents", [KEY, "专利号"], [claimed.beneficiary.code, "ZL1"], as_of="2023-06-01")
    page = sign_in(Role.AUDITOR).get(f"/desk/deliveries/{unused.pk}/uses.html").content.decode()
    assert "No decision rests on it" in page


def test_another_department_is_not_told(sign_in: SignIn, claimed: Claim) -> None:
    other = sign_in(Role.EDITOR, department="芜湖市商务局")
    assert other.get(f"/desk/deliveries/{delivered().pk}/uses.html").status_code == 403
