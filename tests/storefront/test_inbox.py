"""The inbox, and the page of what has to be paid back."""

import pytest
from django.test import Client
from django.urls import reverse

from supermarket.claims.models import Recovery, RecoveryObjection
from supermarket.notices.models import Notice, NoticeAddress
from supermarket.users.models import Role, User
from tests.claims.conftest import grant, publish, town, user
from tests.claims.recoveries.conftest import Case, money, noticed, paid

__all__ = ["grant", "money", "noticed", "paid", "publish", "town", "user"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of_owner(paid: Case) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(paid.owner)
    return client


def test_what_was_told_is_read_in_the_store(noticed: Recovery, paid: Case, client_of_owner: Client) -> None:
    page = client_of_owner.get(reverse("my-inbox")).content.decode()
    leads_to = reverse("my-recovery", kwargs={"code": paid.firm.code, "recovery": noticed.pk})
    assert "Money has to be paid back" in page and leads_to in page
    assert ">1<" in page, "the header counts what nobody has read"
    notice = Notice.objects.get()
    client_of_owner.post(reverse("my-inbox-read"), {"notice": notice.pk})
    notice.refresh_from_db()
    assert notice.read_at is not None and notice.read_by == paid.owner
    assert ">1<" not in client_of_owner.get(reverse("my-inbox")).content.decode()


def test_nobody_reads_what_was_told_to_others(noticed: Recovery, paid: Case) -> None:
    stranger = User.objects.create(username="stranger", role=Role.REPRESENTATIVE)
    client = Client(headers={"accept-language": "en"})
    client.force_login(stranger)
    assert "paid back" not in client.get(reverse("my-inbox")).content.decode()
    client.post(reverse("my-inbox-read"), {"notice": Notice.objects.get().pk})
    assert Notice.objects.get().read_at is None
    page = reverse("my-recovery", kwargs={"code": paid.firm.code, "recovery": noticed.pk})
    assert client.get(page).status_code == 403


def test_an_address_outside_is_by_ones_own_wish(client_of_owner: Client, paid: Case) -> None:
    address = reverse("my-inbox-address")
    assert "no e-mail address" in client_of_owner.post(address, {"email": "x"}, follow=True).content.decode()
    client_of_owner.post(address, {"email": "owner@example.com"})
    assert NoticeAddress.objects.get().address == "owner@example.com"
    client_of_owner.post(address, {"email": ""})
    assert not NoticeAddress.objects.filter(until=None).exists()


def test_the_beneficiary_sees_why_and_how_to_pay_and_objects(
    noticed: Recovery, paid: Case, client_of_owner: Client
) -> None:
    page = reverse("my-recovery", kwargs={"code": paid.firm.code, "recovery": noticed.pk})
    text = client_of_owner.get(page).content.decode()
    assert noticed.reference in text and "两年内迁出" in text and "10,000" in text
    told = client_of_owner.post(f"{page}object/", {"text": " "}, follow=True).content.decode()
    assert "say what is wrong" in told
    client_of_owner.post(f"{page}object/", {"text": "we did not move"})
    assert RecoveryObjection.objects.get().raised_by == paid.owner
    text = client_of_owner.get(page).content.decode()
    assert "we did not move" in text and "Send the objection" not in text
    claim = reverse("my-claim", kwargs={"code": paid.firm.code, "claim": paid.claim.pk})
    assert page in client_of_owner.get(claim).content.decode()


def test_what_is_only_opened_is_no_notice(paid: Case, client_of_owner: Client, noticed: Recovery) -> None:
    Recovery.objects.filter(pk=noticed.pk).update(amount_fen=5_000_00)
    other = Recovery.objects.create(
        claim=paid.claim, ground="paid_in_error", amount_fen=1, opened_at=noticed.opened_at, moved_at=noticed.moved_at
    )
    page = reverse("my-recovery", kwargs={"code": paid.firm.code, "recovery": other.pk})
    assert client_of_owner.get(page).status_code == 404
