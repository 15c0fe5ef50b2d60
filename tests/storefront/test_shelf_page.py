"""The shelf as visitors and owners see it, and what they type."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from enterprises.models import Beneficiary
from policies.models import PolicyVersion
from supermarket.users.models import User
from tests.enterprises.files import KEY, Town

HTMX = {"HX-Request": "true"}


@pytest.fixture
def award(publish: Callable[..., PolicyVersion]) -> PolicyVersion:
    """10,000 yuan from 30 insured persons on; the firm has 27, which only its owner may see."""
    return publish("award")


def text(response: HttpResponse) -> str:
    assert response.status_code == 200, response.status_code
    return " ".join(response.content.decode().split())


def test_a_visitor_is_told_what_would_decide(english: Client, firm: Beneficiary, award: PolicyVersion) -> None:
    page = text(english.get(f"/shelf/{firm.code}/"))
    assert "Cannot tell yet" in page
    assert 'name="insured_headcount"' in page
    assert "27 persons" not in page


def test_typed_facts_decide_at_once_and_stay_for_the_visit(
    english: Client, firm: Beneficiary, award: PolicyVersion
) -> None:
    fragment = text(english.post(f"/shelf/{firm.code}/", {"insured_headcount": "31"}, headers=HTMX))
    assert fragment.startswith('<div id="shelf"')
    assert "10,000" in fragment
    assert "typed by you" in fragment
    assert "10,000" in text(english.get(f"/shelf/{firm.code}/"))
    assert "One click away" not in text(Client(headers={"accept-language": "en"}).get(f"/shelf/{firm.code}/"))


def test_without_script_the_page_comes_back(english: Client, firm: Beneficiary, award: PolicyVersion) -> None:
    response = english.post(f"/shelf/{firm.code}/", {"insured_headcount": "31"})
    assert (response.status_code, response["Location"]) == (302, f"/shelf/{firm.code}/")


def test_a_wrong_value_is_told_and_the_right_ones_stay(
    english: Client, firm: Beneficiary, publish: Callable[..., PolicyVersion]
) -> None:
    publish("both", eligibility="insured_headcount >= 30 and serious_dishonesty_listed")
    typed = {"insured_headcount": "many", "serious_dishonesty_listed": "no"}
    fragment = text(english.post(f"/shelf/{firm.code}/", typed, headers=HTMX))
    assert 'value="many"' in fragment
    assert "Enter a whole number" in fragment
    assert "Not yet" in fragment  # the other one decides


def test_questions_are_ranked_by_policies_or_by_money(
    english: Client, firm: Beneficiary, publish: Callable[..., PolicyVersion]
) -> None:
    publish("small-1", eligibility="insured_headcount >= 30", amount="100")
    publish("small-2", eligibility="insured_headcount >= 40", amount="100")
    publish("large", eligibility="not(serious_dishonesty_listed)", amount="5000")
    by_policies = text(english.get(f"/shelf/{firm.code}/"))
    assert by_policies.index('name="insured_headcount"') < by_policies.index('name="serious_dishonesty_listed"')
    assert '2 policies wait for it, worth <span class="money">200<' in by_policies
    assert '1 policy waits for it, worth <span class="money">5,000<' in by_policies
    by_money = text(english.get(f"/shelf/{firm.code}/?rank=money"))
    assert by_money.index('name="serious_dishonesty_listed"') < by_money.index('name="insured_headcount"')
    assert english.post(f"/shelf/{firm.code}/?rank=money", {})["Location"] == f"/shelf/{firm.code}/?rank=money"
    english.cookies["django_language"] = "zh-hans"
    assert "2 项政策待此判定，涉及" in text(english.get(f"/shelf/{firm.code}/"))


def test_typed_facts_are_forgotten_on_demand(english: Client, firm: Beneficiary, award: PolicyVersion) -> None:
    english.post(f"/shelf/{firm.code}/", {"insured_headcount": "31"})
    assert "One click away" in text(english.get(f"/shelf/{firm.code}/"))
    fragment = text(english.post(f"/shelf/{firm.code}/", {"forget": "1"}, headers=HTMX))
    assert "One click away" not in fragment


def test_an_emptied_field_is_unknown_again(english: Client, firm: Beneficiary, award: PolicyVersion) -> None:
    english.post(f"/shelf/{firm.code}/", {"insured_headcount": "31"})
    assert "Cannot tell yet" in text(english.post(f"/shelf/{firm.code}/", {"insured_headcount": ""}, headers=HTMX))


def test_a_policy_asks_its_own_questions_in_place(english: Client, firm: Beneficiary, award: PolicyVersion) -> None:
    fragment = text(english.get(f"/shelf/{firm.code}/?ask=award", headers=HTMX))
    assert fragment.startswith("<form")
    assert 'name="insured_headcount"' in fragment
    assert "<html" in text(english.get(f"/shelf/{firm.code}/?ask=award"))
    assert english.get(f"/shelf/{firm.code}/?ask=nothing").status_code == 404


def test_the_public_page_does_not_change_with_what_is_not_public(
    english: Client, firm: Beneficiary, town: Town, award: PolicyVersion, owner: User
) -> None:
    def public() -> str:
        page = text(english.get(f"/shelf/{firm.code}/"))
        return page.split('<div id="shelf"')[1].split("csrfmiddlewaretoken")[0]

    before = public()
    town.deliver("social_insurance", [KEY, "insured_headcount"], [firm.code, 400], as_of="2023-06-02")
    assert public() == before
    english.force_login(owner)  # even its owner sees the public page there
    assert public() == before


def test_the_owner_sees_his_facts_with_source_and_day(
    english: Client, owner: User, firm: Beneficiary, town: Town
) -> None:
    english.force_login(owner)
    page = text(english.get(f"/my/{firm.code}/data/"))
    assert "27 persons" in page
    assert "2023-06-01" in page
    assert "unknown" in page


def test_a_wrong_value_is_disputed_where_it_is_shown(
    english: Client, owner: User, firm: Beneficiary, town: Town
) -> None:
    english.force_login(owner)
    given = {"fact": "insured_headcount", "statement": "two were left out"}
    page = text(english.post(f"/my/{firm.code}/data/dispute/", given, follow=True))
    assert "waits for the department" in page
    assert "The department answers by" in page
    again = text(english.post(f"/my/{firm.code}/data/dispute/", given, follow=True))
    assert "disputed already" in again


def test_the_owner_sees_how_far_he_is(english: Client, owner: User, firm: Beneficiary, award: PolicyVersion) -> None:
    english.force_login(owner)
    page = text(english.get(f"/my/{firm.code}/"))
    assert "27 persons" in page
    assert 'name="insured_headcount"' in page  # what if there were more


def test_somebody_elses_shelf_is_refused(english: Client, owner: User, firm: Beneficiary) -> None:
    stranger = User.objects.create(username="stranger", role="representative")
    english.force_login(stranger)
    assert english.get(f"/my/{firm.code}/").status_code == 403
    assert english.get(f"/my/{firm.code}/data/").status_code == 403


def test_a_representation_that_ended_opens_nothing(english: Client, owner: User, firm: Beneficiary) -> None:
    owner.representations.update(until="2023-01-01")
    english.force_login(owner)
    assert english.get(f"/my/{firm.code}/").status_code == 403


def test_one_represented_beneficiary_needs_no_choice(english: Client, owner: User, firm: Beneficiary) -> None:
    english.force_login(owner)
    assert english.get("/my/")["Location"] == f"/my/{firm.code}/"


@pytest.mark.django_db
def test_the_calculator_answers_for_typed_facts_alone(english: Client, award: PolicyVersion) -> None:
    typed = {"insured_headcount": "30", "accepting_area": "340202"}
    assert "10,000" in text(english.post("/calculator/enterprise/", typed, headers=HTMX))
    assert english.get("/calculator/nobody/").status_code == 404


def test_another_day_gives_another_shelf(english: Client, firm: Beneficiary, award: PolicyVersion) -> None:
    assert "No policy is in force on 2021-06-15" in text(english.get(f"/shelf/{firm.code}/?as_of=2021-06-15"))
