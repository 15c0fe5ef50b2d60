"""What the search box answers to codes, names and nonsense."""

import pytest
from django.test import Client

from enterprises.models import Beneficiary
from tests.enterprises.files import credit_code


def page(client: Client, query: str) -> str:
    return client.get("/search/", {"q": query}).content.decode()


def test_a_code_leads_straight_to_its_shelf(english: Client, firm: Beneficiary) -> None:
    response = english.get("/search/", {"q": f" {firm.code.lower()} "})
    assert (response.status_code, response["Location"]) == (302, f"/shelf/{firm.code}/")


def test_two_characters_of_a_name_are_enough(english: Client, firm: Beneficiary) -> None:
    assert english.get("/search/", {"q": "湖甲"})["Location"] == f"/shelf/{firm.code}/"


def test_several_of_a_name_are_listed(english: Client, firm: Beneficiary) -> None:
    Beneficiary.objects.create(kind="enterprise", code=credit_code(7), name="芜湖甲乙有限公司")
    found = page(english, "芜湖甲")
    assert "2 found" in found
    assert credit_code(7) in found


def test_seventeen_characters_are_counted(english: Client, firm: Beneficiary) -> None:
    found = page(english, firm.code[:17])
    assert "has 18 characters; this one has 17" in found


def test_a_wrong_check_character_warns_and_finds_nobody(english: Client, firm: Beneficiary) -> None:
    wrong = firm.code[:-1] + ("0" if firm.code[-1] != "0" else "1")
    response = english.get("/search/", {"q": wrong})
    assert response.status_code == 404
    assert "check character" in response.content.decode()


def test_a_wrong_check_character_that_is_registered_warns_and_is_found(english: Client, db: None) -> None:
    wrong = credit_code(8)[:-1] + ("0" if credit_code(8)[-1] != "0" else "1")
    Beneficiary.objects.create(kind="enterprise", code=wrong, name="芜湖丙有限公司")
    found = page(english, wrong)
    assert "check character" in found
    assert f'href="/shelf/{wrong}/"' in found


@pytest.mark.django_db
def test_an_unknown_code_says_so_and_offers_the_calculator(english: Client) -> None:
    found = page(english, credit_code(99))
    assert "Nobody is found" in found
    assert 'href="/calculator/enterprise/"' in found


@pytest.mark.django_db
def test_a_script_is_shown_as_text(english: Client) -> None:
    found = page(english, "<script>alert(1)</script>")
    assert "&lt;script&gt;" in found
    assert "<script>alert" not in found


def test_a_script_in_a_registered_name_is_shown_as_text(english: Client, db: None) -> None:
    named = Beneficiary.objects.create(kind="enterprise", code=credit_code(5), name="芜湖<script>alert(1)</script>公司")
    shelf = english.get(f"/shelf/{named.code}/").content.decode()
    assert "芜湖&lt;script&gt;alert(1)&lt;/script&gt;公司" in shelf
    assert "<script>alert" not in shelf


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "  ", "\x00\x01", "%", "_", "\\", "'", "x" * 5000, "💰" * 60])
def test_odd_input_is_answered(english: Client, query: str) -> None:
    assert english.get("/search/", {"q": query}).status_code in (200, 404)


@pytest.mark.django_db
def test_an_unknown_address_of_a_shelf_is_not_found(english: Client) -> None:
    assert english.get("/shelf/91340200MA00000000/").status_code == 404
