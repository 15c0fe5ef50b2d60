"""States and legal moves of claims and runs. The database enforces the same tables (`guards`)."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ClaimState(models.TextChoices):
    DRAFTED = "drafted", _("drafted")
    SUBMITTED = "submitted", _("submitted")
    IN_REVIEW = "in_review", _("in review")
    RETURNED_FOR_CORRECTION = "returned_for_correction", _("returned for correction")
    APPROVED = "approved", _("approved")
    ON_NOTICE = "on_notice", _("on public notice")
    OBJECTED = "objected", _("objected to")
    AWAITING_CONFIRMATION = "awaiting_confirmation", _("awaiting confirmation")
    CONFIRMED = "confirmed", _("confirmed")
    RELEASED = "released", _("released for payment")
    PAYING = "paying", _("being paid")
    PAID = "paid", _("paid")
    CLOSED = "closed", pgettext_lazy("claim", "closed")
    REFUSED = "refused", pgettext_lazy("claim", "refused")
    WAIVED = "waived", _("waived")
    LAPSED = "lapsed", _("lapsed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    REMOVED = "removed", _("removed after an objection")


C = ClaimState
# A claim that ended in one of these no longer blocks another one, nor holds its items.
CLAIM_ENDS = (C.REFUSED, C.WAIVED, C.LAPSED, C.WITHDRAWN, C.REMOVED)
# Money is reserved or spent for these: what `paid(group, window)` and the exclusion rules count.
CLAIM_COUNTED = (
    C.APPROVED,
    C.ON_NOTICE,
    C.OBJECTED,
    C.AWAITING_CONFIRMATION,
    C.CONFIRMED,
    C.RELEASED,
    C.PAYING,
    C.PAID,
    C.CLOSED,
)
# Money may leave, or has left, for a frozen account.
CLAIM_RELEASED = (C.RELEASED, C.PAYING, C.PAID, C.CLOSED)
CLAIM_MOVES: Mapping[str, tuple[str, ...]] = {
    C.DRAFTED: (C.SUBMITTED, C.REFUSED, C.WITHDRAWN),
    C.SUBMITTED: (C.IN_REVIEW, C.APPROVED, C.REFUSED, C.LAPSED, C.WITHDRAWN),
    C.IN_REVIEW: (C.RETURNED_FOR_CORRECTION, C.APPROVED, C.REFUSED, C.LAPSED, C.WITHDRAWN),
    C.RETURNED_FOR_CORRECTION: (C.IN_REVIEW, C.LAPSED, C.WITHDRAWN),
    C.APPROVED: (C.ON_NOTICE, C.AWAITING_CONFIRMATION, C.RELEASED, C.WAIVED, C.LAPSED, C.WITHDRAWN),
    C.ON_NOTICE: (C.OBJECTED, C.AWAITING_CONFIRMATION, C.RELEASED, C.WAIVED, C.LAPSED, C.WITHDRAWN),
    C.OBJECTED: (C.ON_NOTICE, C.REMOVED, C.WITHDRAWN),
    C.AWAITING_CONFIRMATION: (C.CONFIRMED, C.WAIVED, C.LAPSED, C.WITHDRAWN),
    C.CONFIRMED: (C.RELEASED, C.WAIVED, C.LAPSED, C.WITHDRAWN),
    C.RELEASED: (C.PAYING, C.WAIVED, C.LAPSED, C.WITHDRAWN),
    C.PAYING: (C.PAID, C.LAPSED, C.WITHDRAWN),
    C.PAID: (C.PAYING, C.CLOSED),  # back to paying: the bank returned the money (退票)
    C.CLOSED: (),
    C.REFUSED: (),
    C.WAIVED: (),
    C.LAPSED: (),
    C.WITHDRAWN: (),
    C.REMOVED: (),
}


class RunState(models.TextChoices):
    DRAFTED = "drafted", _("drafted")
    MATCHED = "matched", _("matched")
    SCREENED = "screened", _("screened")
    DECIDED = "decided", _("decided collectively")
    APPROVED = "approved", _("approved")
    ON_NOTICE = "on_notice", _("on public notice")
    CONFIRMING = "confirming", _("confirming accounts")
    RELEASED = "released", _("released for payment")
    DISBURSING = "disbursing", _("disbursing")
    RECONCILED = "reconciled", _("reconciled")
    CLOSED = "closed", pgettext_lazy("run", "closed")
    CANCELLED = "cancelled", _("cancelled")


R = RunState
RUN_MOVES: Mapping[str, tuple[str, ...]] = {
    R.DRAFTED: (R.MATCHED, R.CANCELLED),
    R.MATCHED: (R.SCREENED, R.CANCELLED),
    R.SCREENED: (R.DECIDED, R.CANCELLED),
    R.DECIDED: (R.APPROVED, R.CANCELLED),
    R.APPROVED: (R.ON_NOTICE, R.CONFIRMING, R.RELEASED, R.CANCELLED),
    R.ON_NOTICE: (R.CONFIRMING, R.RELEASED, R.CANCELLED),
    R.CONFIRMING: (R.RELEASED, R.CANCELLED),
    R.RELEASED: (R.DISBURSING, R.CANCELLED),
    R.DISBURSING: (R.RECONCILED, R.CANCELLED),  # cancelled: nothing of it has left the house
    R.RECONCILED: (R.CLOSED,),
    R.CLOSED: (),
    R.CANCELLED: (),
}
# From approval on a run has an approver and the hash of the list that he approved.
RUN_APPROVED = (R.APPROVED, R.ON_NOTICE, R.CONFIRMING, R.RELEASED, R.DISBURSING, R.RECONCILED, R.CLOSED)
RUN_RELEASED = (R.RELEASED, R.DISBURSING, R.RECONCILED, R.CLOSED)


class ObjectionState(models.TextChoices):
    OPEN = "open", _("open")
    REJECTED = "rejected", _("rejected")
    UPHELD = "upheld", _("upheld")


class RecoveryState(models.TextChoices):
    OPENED = "opened", _("opened")
    NOTICED = "noticed", _("noticed")
    REPAYING = "repaying", _("being paid back")
    RECOVERED = "recovered", _("recovered")
    WRITTEN_OFF = "written_off", _("written off")
    REFERRED = "referred", _("referred to another authority")


V = RecoveryState
RECOVERY_OPEN = (V.OPENED, V.NOTICED, V.REPAYING, V.REFERRED)
RECOVERY_MOVES: Mapping[str, tuple[str, ...]] = {
    V.OPENED: (V.NOTICED, V.WRITTEN_OFF),
    V.NOTICED: (V.REPAYING, V.RECOVERED, V.WRITTEN_OFF, V.REFERRED),
    V.REPAYING: (V.RECOVERED, V.WRITTEN_OFF, V.REFERRED),
    V.RECOVERED: (),
    V.WRITTEN_OFF: (),
    V.REFERRED: (V.REPAYING, V.RECOVERED, V.WRITTEN_OFF),
}
