"""Two persons for every movement; the end of a year; what is closed stays closed."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from supermarket.ledger import services
from supermarket.ledger.appropriations import appropriation_move, appropriation_open
from supermarket.ledger.asking import movement_ask, movement_carry_out, request_refuse
from supermarket.ledger.errors import (
    AlreadyDecidedError,
    AppropriationClosedError,
    AppropriationCutTooDeepError,
    AppropriationInUseError,
    DocumentMissingError,
    NotForYouError,
    SamePersonError,
)
from supermarket.ledger.models import Appropriation, AppropriationMovement, MovementRequest, Reservation
from supermarket.ledger.selectors import appropriations_in_disorder, trial_balance
from supermarket.users.models import Role, User
from tests.ledger.test_reservations import reserve

Kind = AppropriationMovement.Kind


@pytest.fixture(autouse=True)
def books_in_order(db: None) -> Any:
    yield
    assert sum(balance.amount_fen for balance in trial_balance()) == 0
    assert appropriations_in_disorder() == []


def ask(appropriation: Appropriation, kind: Kind, amount_fen: int, actor: User, **more: Any) -> MovementRequest:
    given = {"document": "财企〔2023〕9号", "key": uuid4().hex, **more}
    return movement_ask(appropriation=appropriation, kind=kind, amount_fen=amount_fen, actor=actor, **given)


def test_nothing_moves_before_a_second_person_has_confirmed(
    appropriation: Appropriation, officer: User, checker: User
) -> None:
    request = ask(appropriation, Kind.RAISED, 500, officer)
    appropriation.refresh_from_db()
    assert appropriation.granted_fen == 1_000_000
    assert movement_carry_out(request=request, actor=checker).granted_fen == 1_000_500
    movement = appropriation.movements.latest("pk")
    assert (movement.actor, movement.confirmed_by, movement.document) == (officer, checker, "财企〔2023〕9号")
    with pytest.raises(AlreadyDecidedError):
        movement_carry_out(request=request, actor=checker)
    appropriation.refresh_from_db()
    assert appropriation.granted_fen == 1_000_500


def test_a_form_sent_twice_is_one_request(appropriation: Appropriation, officer: User) -> None:
    first, second = (ask(appropriation, Kind.RAISED, 500, officer, key="form-1") for _ in range(2))
    assert first == second


def test_who_may_ask_and_who_confirms(appropriation: Appropriation, officer: User, checker: User) -> None:
    with pytest.raises(NotForYouError):
        ask(appropriation, Kind.RAISED, 500, checker)
    with pytest.raises(DocumentMissingError):
        ask(appropriation, Kind.RAISED, 500, officer, document=" ")
    request = ask(appropriation, Kind.RAISED, 500, officer)
    with pytest.raises(NotForYouError):
        movement_carry_out(request=request, actor=officer)
    User.objects.filter(pk=officer.pk).update(role=Role.FINANCE_RELEASER)
    with pytest.raises(SamePersonError):
        movement_carry_out(request=request, actor=User.objects.get(pk=officer.pk))
    with pytest.raises(SamePersonError):
        appropriation_move(
            appropriation, kind=Kind.RAISED, signed_fen=1, document="x", actor=officer, confirmed_by=officer, key="k"
        )


def test_the_database_refuses_one_person_alone(appropriation: Appropriation, officer: User) -> None:
    for confirmed_by in (officer, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            AppropriationMovement.objects.create(
                appropriation=appropriation,
                kind=Kind.RAISED,
                amount_fen=1,
                document="x",
                actor=officer,
                confirmed_by=confirmed_by,
            )
    request = ask(appropriation, Kind.RAISED, 500, officer)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        MovementRequest.objects.filter(pk=request.pk).update(amount_fen=5_000_000)


def test_a_refusal_says_why_and_moves_nothing(appropriation: Appropriation, officer: User, checker: User) -> None:
    request = ask(appropriation, Kind.CUT, 500, officer)
    with pytest.raises(DocumentMissingError):
        request_refuse(request=request, actor=checker, answer=" ")
    assert request_refuse(request=request, actor=checker, answer="文件未盖章").answer == "文件未盖章"
    with pytest.raises(AlreadyDecidedError):
        movement_carry_out(request=request, actor=checker)
    assert appropriation.movements.count() == 1


def test_a_cut_that_has_become_too_deep_is_refused_whole_and_can_be_confirmed_later(
    appropriation: Appropriation, officer: User, checker: User
) -> None:
    request = ask(appropriation, Kind.CUT, 500_000, officer)
    holder = reserve(appropriation, 600_000)
    with pytest.raises(AppropriationCutTooDeepError):
        movement_carry_out(request=request, actor=checker)
    request.refresh_from_db()
    assert request.state == "asked"
    services.appropriation_release(holders=[holder], key="withdrawn")
    assert movement_carry_out(request=request, actor=checker).granted_fen == 500_000


def test_free_money_is_carried_over(appropriation: Appropriation, officer: User, checker: User) -> None:
    after = movement_carry_out(request=ask(appropriation, Kind.CARRIED_OVER, 300_000, officer), actor=checker)
    appropriation.refresh_from_db()
    assert (after.fiscal_year, after.granted_fen, appropriation.granted_fen) == (2024, 300_000, 700_000)
    with pytest.raises(AppropriationCutTooDeepError):
        movement_carry_out(request=ask(appropriation, Kind.CARRIED_OVER, 700_001, officer), actor=checker)


def test_a_closed_year_carries_its_reservations_over_and_takes_no_more(
    appropriation: Appropriation, officer: User, checker: User
) -> None:
    spent, kept = reserve(appropriation, 100_000, claim=1), reserve(appropriation, 250_000, claim=2)
    services.appropriation_instruct(events={spent: "E1"})
    request = ask(appropriation, Kind.CLOSED, 0, officer)
    with pytest.raises(AppropriationInUseError, match=r"1,000\.00"):
        movement_carry_out(request=request, actor=checker)
    services.appropriation_spend(events={spent: "E1"})
    closed = movement_carry_out(request=request, actor=checker)
    assert (closed.state, closed.granted_fen, closed.reserved_fen, closed.spent_fen) == ("closed", 100_000, 0, 100_000)
    after = Appropriation.objects.get(fiscal_year=2024)
    assert (after.granted_fen, after.reserved_fen) == (250_000, 250_000)
    assert list(closed.movements.order_by("pk").values_list("kind", "amount_fen")) == [
        ("granted", 1_000_000),
        ("carried_over", -250_000),
        ("closed", -650_000),
    ]
    with pytest.raises(AppropriationClosedError) as refusal:
        reserve(appropriation, 1, claim=3)
    assert "新年度" in refusal.value.message()["zh"]
    with pytest.raises(AppropriationClosedError):
        movement_carry_out(request=ask(appropriation, Kind.RAISED, 1, officer), actor=checker)
    services.appropriation_instruct(events={kept: "E2"})
    services.appropriation_spend(events={kept: "E2"})
    after.refresh_from_db()
    assert (after.spent_fen, Reservation.objects.filter(stage="spent").count()) == (250_000, 2)


@pytest.mark.django_db(transaction=True)
def test_a_request_confirmed_in_many_tabs_moves_once(officer: User, checker: User) -> None:
    """The control: without the conditional update of the request, eight readers would all find it undecided."""
    appropriation = appropriation_open(payer="340200", pool="tech-2023", fiscal_year=2023)
    request = ask(appropriation, Kind.GRANTED, 500, officer)
    barrier, seen, refused = threading.Barrier(8), [], []

    def click() -> None:
        try:
            seen.append(MovementRequest.objects.get(pk=request.pk).state)
            barrier.wait()
            movement_carry_out(request=request, actor=checker)
        except AlreadyDecidedError:
            refused.append(1)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["asked"] * 8
    appropriation.refresh_from_db()
    assert (appropriation.granted_fen, len(refused)) == (500, 7)
