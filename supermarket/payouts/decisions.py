"""What a fact from the bank means for an attempt, as a table: a pure function, so that every cell can be tested."""

from enum import StrEnum

from supermarket.payouts.rails.base import FactKind
from supermarket.payouts.states import AttemptState


class Decision(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    SETTLE = "settle"
    RETURN = "return"
    IGNORE = "ignore"  # known already, or says less than we know
    WAIT = "wait"  # true, but the booking that must come before it is not known yet
    ALARM = "alarm"  # contradicts what we know


A, K, D = AttemptState, FactKind, Decision
# An attempt that never left here and is known to the bank; refused and yet booked; booked and yet refused: alarms.
TABLE: dict[FactKind, dict[AttemptState, Decision]] = {
    K.ACCEPTED: {
        A.INSTRUCTED: D.ALARM,
        A.SENDING: D.ACCEPT,
        A.UNKNOWN: D.ACCEPT,
        A.ACCEPTED: D.IGNORE,
        A.SETTLED: D.IGNORE,
        A.RETURNED: D.IGNORE,
        A.REJECTED: D.IGNORE,
    },
    K.REJECTED: {
        A.INSTRUCTED: D.ALARM,
        A.SENDING: D.REJECT,
        A.UNKNOWN: D.REJECT,
        A.ACCEPTED: D.REJECT,
        A.SETTLED: D.ALARM,
        A.RETURNED: D.ALARM,
        A.REJECTED: D.IGNORE,
    },
    K.DEBITED: {
        A.INSTRUCTED: D.ALARM,
        A.SENDING: D.SETTLE,
        A.UNKNOWN: D.SETTLE,
        A.ACCEPTED: D.SETTLE,
        A.SETTLED: D.ALARM,  # unless it is the same booking
        A.RETURNED: D.ALARM,  # unless it is the same booking
        A.REJECTED: D.ALARM,
    },
    K.RETURNED: {
        A.INSTRUCTED: D.ALARM,
        A.SENDING: D.WAIT,
        A.UNKNOWN: D.WAIT,
        A.ACCEPTED: D.WAIT,
        A.SETTLED: D.RETURN,
        A.RETURNED: D.ALARM,  # unless it is the same booking
        A.REJECTED: D.ALARM,
    },
}


def decide(
    kind: FactKind,
    state: AttemptState,
    *,
    same_amount: bool = True,
    known_reference: str = "",
    reference: str = "",
) -> Decision:
    """What to do about a fact. `known_reference`: the bank's name of the booking that the attempt has already, for
    facts of this kind; a booking that it has is nothing new, a second one is an alarm, and so is another amount."""
    if not same_amount:
        return Decision.ALARM
    if known_reference and known_reference == reference:
        return Decision.IGNORE
    return TABLE[kind][state]
