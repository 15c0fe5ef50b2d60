"""Money never exceeds the appropriation, and the books move with it."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError, ProgrammingError

from supermarket.ledger import services
from supermarket.ledger.appropriations import appropriation_cut, appropriation_grant, appropriation_raise
from supermarket.ledger.errors import (
    AmountNotPositiveError,
    AppropriationCutTooDeepError,
    AppropriationExhaustedError,
    KeyReusedError,
    ReservationNotFoundError,
)
from supermarket.ledger.models import Appropriation, JournalEntry, Reservation
from supermarket.ledger.selectors import account_balance_fen, appropriations_in_disorder, trial_balance
from supermarket.ledger.services import ReservationDraft, holder_of
from supermarket.users.models import User


def balances(appropriation: Appropriation) -> dict[str, int]:
    return {
        role: account_balance_fen(role, f"appropriation:{appropriation.pk}")
        for role in ("available", "reserved", "in_transit", "spent")
    }


def reserve(appropriation: Appropriation, amount_fen: int, claim: int = 1) -> str:
    holder = holder_of(claim)
    services.appropriation_reserve(
        reservations=[ReservationDraft(holder, appropriation.pk, amount_fen)], key="approved"
    )
    return holder


@pytest.fixture(autouse=True)
def books_in_order(db: None) -> object:
    yield
    assert sum(balance.amount_fen for balance in trial_balance()) == 0
    assert appropriations_in_disorder() == []


def test_more_than_32_bits_of_fen_are_reserved_at_once(officer: User, checker: User) -> None:
    """A run of 3 bn yuan: as a 32-bit difference it would count as exhausted."""
    large = appropriation_grant(
        payer="340200",
        pool="large",
        fiscal_year=2023,
        amount_fen=4 * 10**11,
        document="x",
        actor=officer,
        confirmed_by=checker,
        key="large",
    )
    reserve(large, 3 * 10**11)
    with pytest.raises(AppropriationExhaustedError):
        reserve(large, 10**11 + 1, claim=2)


def test_a_claim_goes_from_reserved_to_spent(appropriation: Appropriation) -> None:
    holder = reserve(appropriation, 300_000)
    assert balances(appropriation) == {"available": 700_000, "reserved": 300_000, "in_transit": 0, "spent": 0}
    services.appropriation_instruct(events={holder: "E1"})
    assert balances(appropriation) == {"available": 700_000, "reserved": 0, "in_transit": 300_000, "spent": 0}
    services.appropriation_spend(events={holder: "E1"})
    assert balances(appropriation) == {"available": 700_000, "reserved": 0, "in_transit": 0, "spent": 300_000}
    appropriation.refresh_from_db()
    assert (appropriation.reserved_fen, appropriation.spent_fen) == (0, 300_000)


def test_returned_money_is_reserved_again_and_can_be_sent_again(appropriation: Appropriation) -> None:
    holder = reserve(appropriation, 300_000)
    for event in ("E1", "E2"):
        services.appropriation_instruct(events={holder: event})
        services.appropriation_spend(events={holder: event})
        services.appropriation_unspend(events={holder: event})
    assert balances(appropriation) == {"available": 700_000, "reserved": 300_000, "in_transit": 0, "spent": 0}


def test_the_same_event_counts_once(appropriation: Appropriation) -> None:
    holder = reserve(appropriation, 300_000)
    assert reserve(appropriation, 300_000) == holder
    for _ in range(2):
        services.appropriation_instruct(events={holder: "E1"})
    for _ in range(2):
        services.appropriation_spend(events={holder: "E1"})
    appropriation.refresh_from_db()
    assert (appropriation.reserved_fen, appropriation.spent_fen) == (0, 300_000)


def test_a_grant_entered_twice_counts_once(appropriation: Appropriation, officer: User, checker: User) -> None:
    again = appropriation_grant(
        payer="340200",
        pool="tech-2023",
        fiscal_year=2023,
        amount_fen=1_000_000,
        document="财企〔2023〕1号",
        actor=officer,
        confirmed_by=checker,
        key="grant-1",
    )
    assert (again.pk, again.granted_fen, again.movements.count()) == (appropriation.pk, 1_000_000, 1)


def test_the_same_event_with_another_amount_is_an_alarm(appropriation: Appropriation) -> None:
    reserve(appropriation, 300_000)
    with pytest.raises(KeyReusedError):
        reserve(appropriation, 300_001)


def test_more_than_there_is_is_refused_whole(appropriation: Appropriation, officer: User, checker: User) -> None:
    other = appropriation_grant(
        payer="340202",
        pool="tech-2023",
        fiscal_year=2023,
        amount_fen=100,
        document="x",
        actor=officer,
        confirmed_by=checker,
        key="grant-2",
    )
    drafts = [ReservationDraft("claim:1:1", appropriation.pk, 80), ReservationDraft("claim:1:1", other.pk, 101)]
    with pytest.raises(AppropriationExhaustedError) as refusal:
        services.appropriation_reserve(reservations=drafts, key="approved")
    assert refusal.value.message()["zh"].startswith("资金额度不足：340202/tech-2023/2023 可用 1.00 元，需要 1.01 元")
    assert not Reservation.objects.exists()
    assert balances(appropriation)["reserved"] == 0


@pytest.mark.parametrize("amount_fen", [0, -1])
def test_no_amount_is_no_reservation(appropriation: Appropriation, amount_fen: int) -> None:
    with pytest.raises(AmountNotPositiveError):
        reserve(appropriation, amount_fen)


def test_one_holder_out_of_place_stops_all(appropriation: Appropriation) -> None:
    holder = reserve(appropriation, 100)
    with pytest.raises(ReservationNotFoundError, match="claim:2:1"):
        services.appropriation_instruct(events={holder: "E1", "claim:2:1": "E2"})
    assert balances(appropriation)["in_transit"] == 0


def test_a_message_is_one_entry_once(appropriation: Appropriation) -> None:
    first, second, third = (reserve(appropriation, fen, claim) for claim, fen in enumerate((100, 20, 3), 1))
    references = {"M1": {"instructions": 2}, "M2": {"instructions": 1}}
    messages = {first: "M1", second: "M1", third: "M2"}
    with pytest.raises(ReservationNotFoundError, match="claim:9:1"):
        services.appropriation_instruct_messages(messages={**messages, "claim:9:1": "M2"}, references=references)
    assert balances(appropriation)["in_transit"] == 0
    services.appropriation_instruct_messages(messages=messages, references=references)
    entries = JournalEntry.objects.filter(kind="in_transit", postings__account__role="in_transit").order_by("key")
    assert list(entries.values_list("key", "reference__instructions", "postings__amount_fen")) == [
        ("in_transit:M1", 2, 120),
        ("in_transit:M2", 1, 3),
    ]
    with pytest.raises(ReservationNotFoundError):
        services.appropriation_instruct_messages(messages={first: "M1"}, references=references)
    assert balances(appropriation)["in_transit"] == 123


def test_released_money_can_be_reserved_again(appropriation: Appropriation) -> None:
    holder = reserve(appropriation, 1_000_000)
    services.appropriation_release(holders=[holder], key="withdrawn")
    reserve(appropriation, 1_000_000, claim=2)
    assert balances(appropriation)["available"] == 0


def test_cut_never_below_what_is_taken(appropriation: Appropriation, officer: User, checker: User) -> None:
    reserve(appropriation, 600_000)
    with pytest.raises(AppropriationCutTooDeepError):
        appropriation_cut(
            appropriation=appropriation,
            amount_fen=400_001,
            document="x",
            actor=officer,
            confirmed_by=checker,
            key="cut-1",
        )
    for _ in range(2):  # the same order entered twice
        appropriation_cut(
            appropriation=appropriation,
            amount_fen=400_000,
            document="x",
            actor=officer,
            confirmed_by=checker,
            key="cut-2",
        )
    appropriation.refresh_from_db()
    assert (appropriation.granted_fen, appropriation.available_fen) == (600_000, 0)
    appropriation_raise(
        appropriation=appropriation, amount_fen=5, document="x", actor=officer, confirmed_by=checker, key="raise-1"
    )
    assert list(appropriation.movements.order_by("pk").values_list("kind", "amount_fen")) == [
        ("granted", 1_000_000),
        ("cut", -400_000),
        ("raised", 5),
    ]


def test_the_database_itself_refuses_what_the_code_would_not_do(appropriation: Appropriation) -> None:
    reserve(appropriation, 300_000)
    rows = Reservation.objects.all()
    refused = [
        (IntegrityError, lambda: Appropriation.objects.update(spent_fen=700_001)),
        ((InternalError, ProgrammingError), lambda: rows.update(stage="spent")),
        ((InternalError, ProgrammingError), lambda: rows.update(amount_fen=1)),
        ((InternalError, ProgrammingError), lambda: rows.delete()),
        (
            (InternalError, ProgrammingError),
            lambda: Reservation.objects.create(
                holder="claim:9:1", appropriation=appropriation, amount_fen=1, stage="spent"
            ),
        ),
    ]
    for errors, attempt in refused:
        with pytest.raises(errors), transaction.atomic():
            attempt()


@pytest.mark.django_db(transaction=True)
def test_forty_clerks_cannot_overdraw(appropriation: Appropriation) -> None:
    """1,000,000 fen and forty concurrent claims of 30,000: exactly 33 get it."""
    start = threading.Barrier(40)
    outcomes: list[bool] = []

    def clerk(claim: int) -> None:
        start.wait()
        try:
            reserve(appropriation, 30_000, claim)
            outcomes.append(True)
        except AppropriationExhaustedError:
            outcomes.append(False)
        finally:
            connection.close()

    clerks = [threading.Thread(target=clerk, args=[number]) for number in range(40)]
    for thread in clerks:
        thread.start()
    for thread in clerks:
        thread.join()
    assert (outcomes.count(True), outcomes.count(False)) == (33, 7)
    appropriation.refresh_from_db()
    assert appropriation.reserved_fen == 990_000
