"""Movements of appropriations and settlements at the desk: the maker asks, the releaser confirms, readers read."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from supermarket.ledger.dues import due_months
from supermarket.ledger.models import Appropriation, DueSettlement, MovementRequest
from supermarket.users.models import Role
from tests.ledger.test_dues import CITY, DISTRICT, laid_out

SignIn = Callable[..., Client]
ASKED = {"kind": "raised", "amount": "1234.56", "document": "财企〔2023〕9号"}


@pytest.fixture
def appropriation(sign_in: SignIn) -> Appropriation:
    """Asked for and confirmed at the desk."""
    maker, releaser = sign_in(Role.FINANCE_MAKER), sign_in(Role.FINANCE_RELEASER)
    given = {"payer": CITY, "fiscal_year": 2023, "purpose": "science", "amount": "100.00", "document": "x", "key": "k"}
    for _ in range(2):  # a double click
        maker.post("/desk/money/appropriations/new/", given)
    assert Appropriation.objects.get().granted_fen == 0
    assert "财企" not in maker.get("/desk/money/").content.decode()
    releaser.post(f"/desk/money/movements/{MovementRequest.objects.get().pk}/confirm/")
    return Appropriation.objects.get()


def ask(client: Client, appropriation: Appropriation, **more: str) -> int:
    given = {"key": uuid4().hex, **ASKED, **more}
    return client.post(f"/desk/money/appropriations/{appropriation.pk}/ask/", given).status_code


def test_money_moves_when_the_second_person_has_confirmed(sign_in: SignIn, appropriation: Appropriation) -> None:
    maker, releaser = sign_in(Role.FINANCE_MAKER), sign_in(Role.FINANCE_RELEASER)
    assert appropriation.granted_fen == 100_00
    ask(maker, appropriation)
    request = MovementRequest.objects.latest("pk")
    assert maker.post(f"/desk/money/movements/{request.pk}/confirm/").status_code == 403
    assert "Movements of appropriations to confirm" in releaser.get("/desk/").content.decode()
    page = releaser.get(f"/desk/money/appropriations/{appropriation.pk}/").content.decode()
    assert "财企〔2023〕9号" in page
    assert "1,234.56" in page
    assert "Confirm" in page
    for _ in range(2):
        releaser.post(f"/desk/money/movements/{request.pk}/confirm/")
    appropriation.refresh_from_db()
    assert appropriation.granted_fen == 1_334_56
    assert "decided already" in releaser.get("/desk/money/").content.decode()


def test_what_cannot_be_is_told_and_nothing_is_asked(sign_in: SignIn, appropriation: Appropriation) -> None:
    maker = sign_in(Role.FINANCE_MAKER)
    for wrong in ({"amount": "1.234"}, {"amount": "-1"}, {"amount": "0"}, {"document": " "}, {"kind": "granted"}):
        ask(maker, appropriation, **wrong)
        assert MovementRequest.objects.count() == 1, wrong
    assert "decimal places" in maker.get(f"/desk/money/appropriations/{appropriation.pk}/").content.decode()


def test_a_cut_that_is_too_deep_waits_until_it_is_refused(sign_in: SignIn, appropriation: Appropriation) -> None:
    maker, releaser = sign_in(Role.FINANCE_MAKER), sign_in(Role.FINANCE_RELEASER)
    ask(maker, appropriation, kind="cut", amount="100.01")
    request = MovementRequest.objects.latest("pk")
    releaser.post(f"/desk/money/movements/{request.pk}/confirm/")
    page = f"/desk/money/appropriations/{appropriation.pk}/"
    assert "cannot be cut" in releaser.get(page).content.decode()
    releaser.post(f"/desk/money/movements/{request.pk}/refuse/", {"answer": "no such document"})
    assert "no such document" in maker.get(page).content.decode()


def test_a_year_is_closed(sign_in: SignIn, appropriation: Appropriation) -> None:
    maker, releaser = sign_in(Role.FINANCE_MAKER), sign_in(Role.FINANCE_RELEASER)
    ask(maker, appropriation, kind="closed", amount="", reserved_to="next_year")
    releaser.post(f"/desk/money/movements/{MovementRequest.objects.latest('pk').pk}/confirm/")
    page = maker.get(f"/desk/money/appropriations/{appropriation.pk}/").content.decode()
    assert "Ask for a movement" not in page
    assert "closed" in page
    ask(maker, appropriation)
    releaser.post(f"/desk/money/movements/{MovementRequest.objects.latest('pk').pk}/confirm/")
    assert "is closed" in releaser.get("/desk/money/").content.decode()


def test_what_a_payer_owes_is_settled_at_the_desk(sign_in: SignIn, appropriation: Appropriation) -> None:
    laid_out(CITY, DISTRICT, 1_000_00)
    maker, releaser = sign_in(Role.FINANCE_MAKER), sign_in(Role.FINANCE_RELEASER)
    given = {"payer": CITY, "lead": DISTRICT, "month": "2023-07", "document": "财预〔2023〕7号", "key": "s"}
    maker.post("/desk/money/dues/settle/", {**given, "amount": "1000.01"})
    assert "cannot be settled" in maker.get("/desk/money/dues/").content.decode()
    for _ in range(2):
        maker.post("/desk/money/dues/settle/", {**given, "amount": "400.00"})
    settlement = DueSettlement.objects.get()
    assert maker.post(f"/desk/money/settlements/{settlement.pk}/confirm/").status_code == 403
    releaser.post(f"/desk/money/settlements/{settlement.pk}/confirm/")
    assert [due.open_fen for due in due_months()] == [600_00]
    assert "600" in sign_in(Role.AUDITOR).get("/desk/money/dues/").content.decode()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.HEAD])
def test_readers_read_and_ask_nothing(sign_in: SignIn, appropriation: Appropriation, role: Role) -> None:
    reader = sign_in(role)
    assert "Ask for a movement" not in reader.get(f"/desk/money/appropriations/{appropriation.pk}/").content.decode()
    assert ask(reader, appropriation) == 403
