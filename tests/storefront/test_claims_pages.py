"""One click in the shelf: a claim, or the reason why not in the place of the button."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from enterprises.models import Beneficiary
from policies.models import PolicyVersion
from supermarket.claims.models import Claim
from tests.claims.conftest import FUNDING
from tests.claims.people import firms_settle, owner_of
from tests.enterprises.files import Town, credit_code
from tests.payouts.factory import appropriation

HTMX = {"HX-Request": "true"}


@pytest.fixture
def claimant(town: Town, publish: Callable[..., PolicyVersion]) -> Beneficiary:
    """A firm with an account that meets an apply-and-enjoy award of 10,000 yuan; the money is there."""
    publish("award", delivery="apply_and_enjoy", funding=FUNDING)
    for payer in ("340207", "340200"):
        appropriation(payer, 10_000_000, "science")
    (firm,) = firms_settle(town, [40])
    return firm


@pytest.fixture
def owner(english: Client, claimant: Beneficiary) -> Client:
    english.force_login(owner_of(claimant))
    return english


def click(client: Client, firm: Beneficiary, *, key: str = "k", **given: str) -> HttpResponse:
    form = {"policy": "award", "period": "2023", "commitment": "on", "idempotency_key": key, **given}
    return client.post(f"/my/{firm.code}/apply/", form, headers=HTMX)


def test_the_shelf_offers_the_click_to_the_owner_alone(owner: Client, claimant: Beneficiary) -> None:
    assert "Claim now" in owner.get(f"/my/{claimant.code}/").content.decode()
    assert "Claim now" not in owner.get(f"/shelf/{claimant.code}/").content.decode()


def test_a_shelf_of_what_if_offers_no_click(owner: Client, claimant: Beneficiary) -> None:
    page = owner.post(f"/my/{claimant.code}/", {"insured_headcount": "50"}, headers=HTMX).content.decode()
    assert "10,000" in page
    assert "Claim now" not in page


def test_a_click_is_answered_in_its_place_by_the_claim(owner: Client, claimant: Beneficiary) -> None:
    page = click(owner, claimant).content.decode()
    assert "released for payment" in page
    assert "10,000" in page
    assert f"/my/{claimant.code}/claims/{Claim.objects.get().pk}/" in page


def test_the_same_form_sent_twice_is_one_claim(owner: Client, claimant: Beneficiary) -> None:
    assert click(owner, claimant).content == click(owner, claimant).content
    assert Claim.objects.count() == 1


def test_a_second_tab_is_told_of_the_claim(owner: Client, claimant: Beneficiary) -> None:
    click(owner, claimant, key="one")
    assert "It has been claimed already" in click(owner, claimant, key="two").content.decode()
    assert Claim.objects.count() == 1


def test_without_commitment_nothing_is_claimed(owner: Client, claimant: Beneficiary) -> None:
    form = {"policy": "award", "period": "2023", "idempotency_key": "k"}
    page = owner.post(f"/my/{claimant.code}/apply/", form, headers=HTMX).content.decode()
    assert "credit commitment" in page
    assert 'name="commitment"' in page  # to be given now
    assert not Claim.objects.exists()


@pytest.mark.parametrize("given", [{"policy": "nothing"}, {"period": "1999"}, {"period": ""}])
def test_what_cannot_be_claimed_is_refused_with_its_reason(
    owner: Client, claimant: Beneficiary, given: dict[str, str]
) -> None:
    assert 'role="alert"' in click(owner, claimant, **given).content.decode()
    assert not Claim.objects.exists()


def test_without_script_the_click_leads_to_the_claim(owner: Client, claimant: Beneficiary) -> None:
    form = {"policy": "award", "period": "2023", "commitment": "on", "idempotency_key": "k"}
    response = owner.post(f"/my/{claimant.code}/apply/", form)
    assert response["Location"] == f"/my/{claimant.code}/claims/{Claim.objects.get().pk}/"
    assert "released for payment" in owner.get(response["Location"]).content.decode()


def test_the_timeline_asks_again_until_nothing_can_change(owner: Client, claimant: Beneficiary) -> None:
    click(owner, claimant)
    address = f"/my/{claimant.code}/claims/{Claim.objects.get().pk}/"
    fragment = owner.get(address, headers=HTMX).content.decode()
    assert fragment.strip().startswith("<div")
    assert 'hx-trigger="every 2s"' in fragment
    Claim.objects.update(
        state="withdrawn", moved_at="2023-06-16T00:00:00+08:00", reason={"zh": "撤回", "en": "taken back"}
    )
    ended = owner.get(address, headers=HTMX).content.decode()
    assert "hx-trigger" not in ended
    assert "taken back" in ended


def test_a_claim_is_shown_to_its_own_beneficiary_only(owner: Client, claimant: Beneficiary) -> None:
    click(owner, claimant)
    claim = Claim.objects.get()
    other = Beneficiary.objects.create(kind="enterprise", code=credit_code(9), name="芜湖乙有限公司")
    stranger = Client()
    stranger.force_login(owner_of(other))
    assert stranger.get(f"/my/{claimant.code}/claims/{claim.pk}/").status_code == 403
    assert stranger.get(f"/my/{other.code}/claims/{claim.pk}/").status_code == 404
    assert stranger.post(f"/my/{claimant.code}/apply/", {}).status_code == 403


def test_claims_are_listed_and_stand_on_the_shelf(owner: Client, claimant: Beneficiary) -> None:
    click(owner, claimant)
    assert "released for payment" in owner.get(f"/my/{claimant.code}/claims/").content.decode()
    assert "Paid or on its way" in owner.get(f"/my/{claimant.code}/").content.decode()
