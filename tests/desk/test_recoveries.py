"""Clawback at the desk, from opening to the last fen: who sees what, who does what, and what a refusal says."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from supermarket.claims.models import Recovery, RepaymentSlip
from supermarket.claims.recoveries.steps import recovery_object
from supermarket.users.models import Role
from tests.claims.conftest import grant, publish, town, user
from tests.claims.recoveries.conftest import Case, money, noticed, paid

__all__ = ["grant", "money", "noticed", "paid", "publish", "town", "user"]

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def post(client: Client, route: str, recovery: Recovery, data: dict[str, str] | None = None, **more: int) -> str:
    address = reverse(f"desk:{route}", kwargs={"pk": recovery.pk, **more})
    response = client.post(address, data or {}, follow=True)
    assert response.status_code == 200, (route, response.status_code)
    return response.content.decode()


def test_opened_on_the_page_of_the_claim(paid: Case, sign_in: SignIn) -> None:
    client = sign_in(Role.EDITOR)
    to_claim = client.get(reverse("desk:recoveries"), {"claim": str(paid.claim.pk)})
    assert to_claim["Location"] == reverse("desk:claim", kwargs={"pk": paid.claim.pk})
    address = reverse("desk:recovery-open", kwargs={"pk": paid.claim.pk})
    for amount, told in (("-5", "more than zero"), ("0", "more than zero"), ("1.234", "two decimals")):
        data = {"ground": "commitment_broken", "amount": amount, "reason": "moved away"}
        assert told in client.post(address, data, follow=True).content.decode()
    assert not Recovery.objects.exists()
    data = {"ground": "commitment_broken", "amount": "2500.50", "reason": "moved away"}
    page = client.post(address, data, follow=True).content.decode()
    recovery = Recovery.objects.get()
    assert recovery.amount_fen == 2_500_50 and recovery.reference in page and "Give notice" in page
    assert recovery.reference in client.get(reverse("desk:recoveries")).content.decode()


def test_a_slip_by_two_of_finance_and_a_write_off_by_two_of_the_department(noticed: Recovery, sign_in: SignIn) -> None:
    maker, releaser = sign_in(Role.FINANCE_MAKER), sign_in(Role.FINANCE_RELEASER)
    slip = {"amount": "1000", "received_on": "2023-06-15", "document": "R-1"}
    assert "R-1" in post(maker, "recovery-slip", noticed, slip)
    assert "Fill in all fields" in post(maker, "recovery-slip", noticed, {**slip, "received_on": "yesterday"})
    entered = RepaymentSlip.objects.get()
    assert "another person" in post(maker, "recovery-slip-confirm", noticed, slip=entered.pk)
    assert "Done" in post(releaser, "recovery-slip-confirm", noticed, slip=entered.pk)
    noticed.refresh_from_db()
    assert noticed.repaid_fen == 1_000_00
    reviewer, head = sign_in(Role.REVIEWER), sign_in(Role.HEAD)
    assert "say why" in post(reviewer, "recovery-write-off", noticed)
    assert "no assets" in post(reviewer, "recovery-write-off", noticed, {"reason": "no assets"})
    assert "Write-offs to approve" in head.get(reverse("desk:home")).content.decode()
    post(head, "recovery-write-off-approve", noticed)
    noticed.refresh_from_db()
    assert noticed.state == "written_off"


def test_an_objection_is_answered_on_the_page(noticed: Recovery, paid: Case, sign_in: SignIn) -> None:
    objection = recovery_object(recovery=noticed, text="we did not move", actor=paid.owner)
    head = sign_in(Role.HEAD)
    page = head.get(reverse("desk:recovery", kwargs={"pk": noticed.pk})).content.decode()
    assert "we did not move" in page
    answer = {"verdict": "changed", "amount": "", "reason": "half of it"}
    assert "Fill in all fields" in post(head, "recovery-objection-answer", noticed, answer, objection=objection.pk)
    post(head, "recovery-objection-answer", noticed, {**answer, "amount": "5000"}, objection=objection.pk)
    noticed.refresh_from_db()
    assert noticed.amount_fen == 5_000_00


def test_other_departments_and_other_roles_are_kept_out(noticed: Recovery, sign_in: SignIn) -> None:
    address = reverse("desk:recovery", kwargs={"pk": noticed.pk})
    stranger = sign_in(Role.EDITOR, department="别的局")
    assert stranger.get(address).status_code == 403
    assert noticed.reference not in stranger.get(reverse("desk:recoveries")).content.decode()
    assert sign_in(Role.AUDITOR).get(address).status_code == 200
    for role in (Role.FINANCE_MAKER, Role.AUDITOR):
        step = reverse("desk:recovery-refer", kwargs={"pk": noticed.pk})
        assert sign_in(role).post(step, {"reason": "x"}).status_code == 403
    assert sign_in(Role.REVIEWER).post(f"{address}write-off/approve/").status_code == 403
