"""From the click to the account: what happened to a claim and its money, for the one who waits for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from supermarket.claims.models import Claim, RecoveryMove
from supermarket.claims.states import CLAIM_ENDS, ClaimState, RecoveryState
from supermarket.ledger.errors import yuan
from supermarket.payouts.models import AttemptMove
from supermarket.payouts.states import AttemptState

FINAL = (*CLAIM_ENDS, ClaimState.CLOSED)
# How far along a claim is, in stations that everybody understands; a state stands at its station.
STATIONS = {
    ClaimState.DRAFTED: 0,
    ClaimState.SUBMITTED: 1,
    ClaimState.IN_REVIEW: 1,
    ClaimState.RETURNED_FOR_CORRECTION: 1,
    ClaimState.APPROVED: 2,
    ClaimState.ON_NOTICE: 2,
    ClaimState.OBJECTED: 2,
    ClaimState.AWAITING_CONFIRMATION: 2,
    ClaimState.CONFIRMED: 2,
    ClaimState.RELEASED: 3,
    ClaimState.PAYING: 3,
    ClaimState.PAID: 4,
    ClaimState.CLOSED: 4,
}


@dataclass(frozen=True)
class Station:
    label: str
    reached: bool
    here: bool


@dataclass(frozen=True)
class Event:
    """One line of the history. `reason` is a {zh, en} pair."""

    at: datetime
    label: str
    reason: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Timeline:
    claim: Claim
    stations: list[Station]
    events: list[Event]

    @property
    def moving(self) -> bool:
        """Whether something may still change by itself: the page asks again."""
        return self.claim.state not in (*FINAL, ClaimState.PAID)

    @property
    def ended(self) -> bool:
        return self.claim.state in CLAIM_ENDS


def timeline(claim: Claim) -> Timeline:
    at = STATIONS.get(ClaimState(claim.state), 0)
    labels = [_("claimed"), _("approved"), _("with the bank"), _("in your account")]
    stations = [Station(label, reached=at >= number, here=at == number) for number, label in enumerate(labels, start=1)]
    events = sorted([*claim_events(claim), *bank_events(claim), *offset_events(claim)], key=lambda event: event.at)
    return Timeline(claim, stations, events)


def claim_events(claim: Claim) -> Iterator[Event]:
    for move in claim.moves.all():
        if move.to_state != ClaimState.DRAFTED:
            yield Event(move.at, str(ClaimState(move.to_state).label), move.reason)


def offset_events(claim: Claim) -> Iterator[Event]:
    """What was kept back of the payment because it was owed, and what of the claim itself has to be paid back."""
    for repayment in claim.offsets.all():
        reason = {zh: f"{yuan(repayment.amount_fen)} {unit}" for zh, unit in (("zh", "元"), ("en", "yuan"))}
        yield Event(repayment.at, _("set off against money to be paid back"), reason)
    for move in RecoveryMove.objects.filter(recovery__claim=claim).exclude(to_state=RecoveryState.OPENED):
        state = RecoveryState(move.to_state).label
        yield Event(move.at, _("to be paid back: %(state)s") % {"state": state})


def bank_events(claim: Claim) -> Iterator[Event]:
    """What the bank was told and said; that an instruction was written down is no news to anybody."""
    moves = AttemptMove.objects.filter(attempt__payout__claim=claim).exclude(to_state=AttemptState.INSTRUCTED)
    for move in moves:
        yield Event(move.at, _("Bank: %(state)s") % {"state": AttemptState(move.to_state).label}, move.reason)
