"""Every cell of the table: what a fact from the bank means for an attempt."""

import itertools

import pytest

from supermarket.payouts.decisions import TABLE, Decision, decide
from supermarket.payouts.rails.base import FactKind
from supermarket.payouts.rails.reasons import reason_words
from supermarket.payouts.states import ATTEMPT_MOVES, AttemptState

AFTER = {
    Decision.ACCEPT: AttemptState.ACCEPTED,
    Decision.REJECT: AttemptState.REJECTED,
    Decision.SETTLE: AttemptState.SETTLED,
    Decision.RETURN: AttemptState.RETURNED,
}
CELLS = list(itertools.product(TABLE, AttemptState))


@pytest.mark.parametrize(("kind", "state"), CELLS)
def test_every_cell_leads_to_a_legal_move_or_to_none(kind: FactKind, state: AttemptState) -> None:
    decision = decide(kind, state)
    if decision in AFTER:
        assert AFTER[decision] in ATTEMPT_MOVES[state]


def test_a_booking_proves_a_payment_and_nothing_else_does() -> None:
    settled = {kind for kind, state in CELLS if decide(kind, state) == Decision.SETTLE}
    assert settled == {FactKind.DEBITED}


@pytest.mark.parametrize("state", AttemptState)
def test_another_amount_is_always_an_alarm(state: AttemptState) -> None:
    assert decide(FactKind.DEBITED, state, same_amount=False) == Decision.ALARM


def test_the_same_booking_again_is_nothing_new_and_a_second_booking_is_an_alarm() -> None:
    for kind, state in ((FactKind.DEBITED, AttemptState.SETTLED), (FactKind.RETURNED, AttemptState.RETURNED)):
        assert decide(kind, state, known_reference="B1", reference="B1") == Decision.IGNORE
        assert decide(kind, state, known_reference="B1", reference="B2") == Decision.ALARM


def test_paid_though_refused_and_refused_though_paid_are_alarms() -> None:
    assert decide(FactKind.DEBITED, AttemptState.REJECTED) == Decision.ALARM
    assert decide(FactKind.REJECTED, AttemptState.SETTLED) == Decision.ALARM


def test_a_return_waits_for_its_debit() -> None:
    assert decide(FactKind.RETURNED, AttemptState.ACCEPTED) == Decision.WAIT


def test_a_reason_never_shows_a_whole_account_number() -> None:
    """Banks like to repeat the number; the reason is shown at the desk and to whoever is told of the return."""
    words = reason_words("AC04", "the creditor account NL84MOCK0000000003 is closed, so is 6222021300000001234")
    assert "MOCK0000000003" not in words["zh"] + words["en"]
    assert "6222021300000001234" not in words["en"]
    assert words["zh"].startswith("账户已销户 (AC04: the creditor account ")
