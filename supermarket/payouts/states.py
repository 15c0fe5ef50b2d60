"""States and legal moves of payouts, attempts and sub-batches. The database enforces the same tables."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class PayoutState(models.TextChoices):
    """The money of one instalment of a claim."""

    DUE = "due", _("due")
    HELD = "held", _("held: a person decides")
    PAYING = "paying", _("being paid")
    SETTLED = "settled", _("settled")
    RETURNED = "returned", _("returned: the account must be mended")
    UNPAID = "unpaid", _("not to be paid any more")


P = PayoutState
PAYOUT_MOVES: Mapping[str, tuple[str, ...]] = {
    P.DUE: (P.PAYING, P.HELD, P.UNPAID),
    P.HELD: (P.DUE, P.UNPAID),
    P.PAYING: (P.SETTLED, P.RETURNED, P.HELD, P.DUE),
    P.SETTLED: (P.RETURNED,),
    P.RETURNED: (P.DUE, P.UNPAID),
    P.UNPAID: (),
}


class AttemptState(models.TextChoices):
    """One instruction to a bank. UNKNOWN leaves by evidence only, never by time."""

    INSTRUCTED = "instructed", _("instructed")
    SENDING = "sending", _("handed over")
    ACCEPTED = "accepted", _("accepted by the bank")
    UNKNOWN = "unknown", _("outcome unknown")
    SETTLED = "settled", _("settled")
    RETURNED = "returned", _("returned by the bank")
    REJECTED = "rejected", _("rejected by the bank")


A = AttemptState
# An attempt in one of these forbids another one for its payout.
ATTEMPT_LIVE = (A.INSTRUCTED, A.SENDING, A.ACCEPTED, A.UNKNOWN, A.SETTLED)
ATTEMPT_MOVES: Mapping[str, tuple[str, ...]] = {
    A.INSTRUCTED: (A.SENDING, A.REJECTED),
    A.SENDING: (A.ACCEPTED, A.UNKNOWN, A.SETTLED, A.REJECTED),
    A.ACCEPTED: (A.SETTLED, A.REJECTED),
    A.UNKNOWN: (A.ACCEPTED, A.SETTLED, A.REJECTED),
    A.SETTLED: (A.RETURNED,),
    A.RETURNED: (),
    A.REJECTED: (),
}


class SubBatchState(models.TextChoices):
    """One message to a bank. From UNKNOWN the same bytes may be handed over again, where the bank recognises them."""

    INSTRUCTED = "instructed", _("instructed")
    SENDING = "sending", _("handed over")
    ANSWERED = "answered", _("taken by the bank")
    UNKNOWN = "unknown", _("outcome unknown")
    REJECTED = "rejected", _("rejected by the bank")
    WITHDRAWN = "withdrawn", _("withdrawn before it left")


S = SubBatchState
SUB_BATCH_MOVES: Mapping[str, tuple[str, ...]] = {
    S.INSTRUCTED: (S.SENDING, S.WITHDRAWN),
    S.SENDING: (S.ANSWERED, S.UNKNOWN, S.REJECTED),
    S.UNKNOWN: (S.SENDING, S.ANSWERED, S.REJECTED),
    S.ANSWERED: (),
    S.REJECTED: (),
    S.WITHDRAWN: (),
}
