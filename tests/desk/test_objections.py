"""Somebody objects to a claim on public notice; the office of that policy, and it alone, reads and answers."""

from collections.abc import Callable

import pytest
from django.test import Client

from policies.models import PolicyVersion
from supermarket.claims.applying import claim_apply
from supermarket.claims.models import Claim, Objection
from supermarket.users.models import Role
from tests.claims.conftest import FUNDING
from tests.claims.people import firms_settle, owner_of
from tests.enterprises.files import Town
from tests.payouts.factory import appropriation

SignIn = Callable[..., Client]
OBJECTION = {"name": "王某某", "contact": "13900000000", "text": "该企业已停产"}


@pytest.fixture
def noticed(town: Town, publish: Callable[..., PolicyVersion]) -> Claim:
    """A claim that was applied for and is on notice for five working days."""
    notice = {"days": 5, "unit": "working_days"}
    publish("award", delivery="apply_and_enjoy", funding=FUNDING, notice=notice)
    for payer in ("340200", "340207"):
        appropriation(payer, 100_000_000, "science")
    (firm,) = firms_settle(town, [40])
    return claim_apply(
        beneficiary=firm, policy_code="award", period="2023", actor=owner_of(firm), commitment_accepted=True
    )


def objected(claim: Claim, **given: str) -> int:
    visitor = Client(headers={"accept-language": "en"})
    return visitor.post(f"/notices/objection/{claim.pk}/", {**OBJECTION, **given}).status_code


def answer(client: Client, verdict: str, reason: str = "checked on the spot", amount: str = "") -> int:
    form = {"verdict": verdict, "reason": reason, "amount": amount}
    return client.post(f"/desk/objections/{Objection.objects.get().pk}/answer/", form).status_code


def state(claim: Claim) -> str:
    return Claim.objects.get(pk=claim.pk).state


def test_a_noticed_claim_is_public_and_may_be_objected_to(noticed: Claim) -> None:
    visitor = Client(headers={"accept-language": "en"})
    assert noticed.beneficiary.name in visitor.get("/notices/award/2023/").content.decode()
    assert objected(noticed) == 302
    assert state(noticed) == "objected"


def test_the_objectors_name_is_nowhere_but_at_the_office(sign_in: SignIn, noticed: Claim) -> None:
    objected(noticed)
    assert "王某某" in sign_in(Role.REVIEWER).get("/desk/objections/").content.decode()
    assert "王某某" not in sign_in(Role.REVIEWER, department="芜湖市商务局").get("/desk/objections/").content.decode()
    owner = Client()
    owner.force_login(owner_of(noticed.beneficiary))
    assert "王某某" not in owner.get(f"/my/{noticed.beneficiary.code}/claims/{noticed.pk}/").content.decode()


@pytest.mark.parametrize("given", [{"name": ""}, {"contact": " "}, {"text": ""}])
def test_an_anonymous_or_empty_objection_is_not_taken(noticed: Claim, given: dict[str, str]) -> None:
    assert objected(noticed, **given) == 422
    assert state(noticed) == "on_notice"


def test_what_is_not_on_notice_cannot_be_objected_to(noticed: Claim) -> None:
    Claim.objects.filter(pk=noticed.pk).update(notice_until="2023-06-01")
    assert objected(noticed) == 422
    assert Client().get("/notices/objection/0/").status_code == 404


def test_rejected_it_goes_on(sign_in: SignIn, noticed: Claim) -> None:
    objected(noticed)
    answer(sign_in(Role.REVIEWER), "rejected")
    assert state(noticed) == "on_notice"


def test_upheld_it_is_removed(sign_in: SignIn, noticed: Claim) -> None:
    objected(noticed)
    answer(sign_in(Role.REVIEWER), "upheld")
    assert state(noticed) == "removed"


def test_upheld_in_part_it_goes_on_with_the_other_sum(sign_in: SignIn, noticed: Claim) -> None:
    objected(noticed)
    answer(sign_in(Role.REVIEWER), "changed", amount="8000.50")
    noticed.refresh_from_db()
    assert noticed.amount_fen == 800_050


@pytest.mark.parametrize(
    ("verdict", "reason", "amount"),
    [("changed", "x", ""), ("rejected", "x", "5"), ("maybe", "x", ""), ("rejected", " ", ""), ("changed", "x", "0")],
)
def test_half_an_answer_is_none(sign_in: SignIn, noticed: Claim, verdict: str, reason: str, amount: str) -> None:
    objected(noticed)
    answer(sign_in(Role.REVIEWER), verdict, reason, amount)
    assert state(noticed) == "objected"


def test_another_department_does_not_answer(sign_in: SignIn, noticed: Claim) -> None:
    objected(noticed)
    assert answer(sign_in(Role.REVIEWER, department="芜湖市商务局"), "upheld") == 403
    assert state(noticed) == "objected"
