"""Payouts that wait for a person, alarms and the books, as finance sees them."""

from collections.abc import Callable

import pytest
from django.test import Client

from supermarket.payouts.alarms import alarm_raise
from supermarket.payouts.creation import payout_create_for_claims
from supermarket.payouts.models import Alarm, PayerAccount, Payout
from supermarket.users.models import Role
from tests.payouts.factory import appropriation, payer_account, released_claims

SignIn = Callable[..., Client]


@pytest.fixture
def payout(db: None) -> Payout:
    payout_create_for_claims(claims=[claim.pk for claim in released_claims([123_45])])
    return Payout.objects.get()


def step(client: Client, payout: Payout, name: str, reason: str = "the account was mended") -> int:
    return client.post(f"/desk/payouts/{payout.pk}/{name}/", {"reason": reason}).status_code


def state(payout: Payout) -> str:
    return Payout.objects.get(pk=payout.pk).state


def test_finance_holds_and_sends_again_with_a_reason_in_the_history(sign_in: SignIn, payout: Payout) -> None:
    maker = sign_in(Role.FINANCE_MAKER)
    step(maker, payout, "hold", "asked by the firm")
    assert state(payout) == "held"
    page = maker.get("/desk/payouts/").content.decode()
    assert "asked by the firm" in page
    assert "123.45" in page
    step(maker, payout, "release")
    assert state(payout) == "due"


def test_without_a_reason_nothing_moves(sign_in: SignIn, payout: Payout) -> None:
    step(sign_in(Role.FINANCE_MAKER), payout, "hold", " ")
    assert state(payout) == "due"


def test_what_the_state_forbids_is_told(sign_in: SignIn, payout: Payout) -> None:
    maker = sign_in(Role.FINANCE_MAKER)
    step(maker, payout, "give-up")
    step(maker, payout, "release")
    assert "cannot become" in maker.get(f"/desk/payouts/{payout.pk}/").content.decode()
    assert state(payout) == "unpaid"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.HEAD])
def test_readers_see_and_touch_nothing(sign_in: SignIn, payout: Payout, role: Role) -> None:
    reader = sign_in(role)
    page = reader.get(f"/desk/payouts/{payout.pk}/").content.decode()
    assert "123.45" in page
    assert "Hold back" not in page
    assert step(reader, payout, "hold") == 403
    assert state(payout) == "due"


def test_departments_do_not_see_payouts(sign_in: SignIn, payout: Payout) -> None:
    assert sign_in(Role.EDITOR).get("/desk/payouts/").status_code == 403


def test_an_account_pays_again_once_its_last_alarm_is_explained(sign_in: SignIn, payout: Payout) -> None:
    account = payer_account()
    words = {"zh": "重复扣款", "en": "debited twice"}
    for key in ("one", "two"):
        alarm_raise(kind="double-debit", key=key, words=words, account=account, stop=True)
    maker = sign_in(Role.FINANCE_MAKER)
    assert "debited twice" in maker.get("/desk/payouts/").content.decode()
    first, second = Alarm.objects.order_by("pk")
    maker.post(f"/desk/alarms/{first.pk}/resolve/", {"reason": ""})
    maker.post(f"/desk/alarms/{first.pk}/resolve/", {"reason": "the bank's mistake, corrected"})
    assert PayerAccount.objects.get(pk=account.pk).stopped is not None
    maker.post(f"/desk/alarms/{second.pk}/resolve/", {"reason": "the same"})
    assert PayerAccount.objects.get(pk=account.pk).stopped is None


def test_the_books_are_shown_with_their_sum(sign_in: SignIn, payout: Payout) -> None:
    page = sign_in(Role.AUDITOR).get("/desk/money/").content.decode()
    assert "10,000,000,000" in page
    assert "every appropriation agrees" in page


def test_a_hundred_appropriations_are_paged_and_can_be_narrowed(sign_in: SignIn) -> None:
    for number in range(60):
        appropriation("340202" if number else "340207", 1_000_00, f"pool-{number}")
    auditor = sign_in(Role.AUDITOR)
    assert "page 1 of 2" in auditor.get("/desk/money/").content.decode()
    page = auditor.get("/desk/money/?payer=340207&year=2023").content.decode()
    assert "pool-0" in page
    assert "pool-1" not in page
    assert auditor.get("/desk/money/?payer=nobody&year=x&page=y").status_code == 200
