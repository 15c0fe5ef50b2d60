"""The account that money goes to is entered by its owner, with the password, and shown masked."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from enterprises.accounts import account_pending, account_usable
from enterprises.models import Beneficiary
from supermarket.users.models import User

PASSWORD = "long-enough-2023"
ACCOUNT = {"number": "6222 0213 0701 2345", "bank_code": "102362000012", "bank_name": "工商银行芜湖分行"}


@pytest.fixture
def enter(english: Client, owner: User, firm: Beneficiary, settings: object) -> Callable[..., HttpResponse]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    owner.set_password(PASSWORD)
    owner.save()
    english.force_login(owner)

    def do(**given: str) -> HttpResponse:
        form = {"holder_name": firm.name, "password": PASSWORD, **ACCOUNT, **given}
        return english.post(f"/my/{firm.code}/account/", form)

    return do


def test_a_first_account_is_in_use_at_once_and_shown_masked(
    enter: Callable[..., HttpResponse], english: Client, firm: Beneficiary
) -> None:
    assert enter().status_code == 302
    assert account_usable(beneficiary=firm) is not None
    page = english.get(f"/my/{firm.code}/account/").content.decode()
    assert "************2345" in page
    assert "6222021307012345" not in page


def test_a_change_is_held(enter: Callable[..., HttpResponse], english: Client, firm: Beneficiary) -> None:
    enter()
    enter(number="6222 0213 0701 9999")
    usable, pending = account_usable(beneficiary=firm), account_pending(beneficiary=firm)
    assert usable is not None and usable.number_masked.endswith("2345")
    assert pending is not None and pending.number_masked.endswith("9999")
    assert "On hold" in english.get(f"/my/{firm.code}/account/").content.decode()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"holder_name": "芜湖乙有限公司"}, "registered name"),
        ({"number": "12"}, "5 to 34"),
        ({"bank_code": "abc"}, "12 digits"),
        ({"password": "wrong"}, "not your password"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_entered(
    enter: Callable[..., HttpResponse], firm: Beneficiary, given: dict[str, str], told: str
) -> None:
    response = enter(**given)
    assert response.status_code == 422
    assert told in response.content.decode()
    assert account_usable(beneficiary=firm) is None


def test_guessing_the_password_here_is_stopped_too(enter: Callable[..., HttpResponse], firm: Beneficiary) -> None:
    for _ in range(5):
        enter(password="wrong")
    assert "Wait 15 minutes" in enter().content.decode()
    assert account_usable(beneficiary=firm) is None
