"""Clawback: money that was paid and has to come back."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from supermarket.claims.guards import Guarded, Move, moves_recorded
from supermarket.claims.models.claim import Claim
from supermarket.claims.states import RECOVERY_MOVES, RecoveryState
from supermarket.ledger.history import AppendOnly
from supermarket.ledger.moves import guard_moves


class Recovery(Guarded):
    """What a claim has to give back, and why. `repaid_fen` is the sum of its repayments."""

    class Ground(models.TextChoices):
        TITLE_REVOKED = "title_revoked", _("a title was revoked")
        FACT_CORRECTED = "fact_corrected", _("a fact was corrected")
        COMMITMENT_BROKEN = "commitment_broken", _("the commitment was broken")
        PAID_IN_ERROR = "paid_in_error", _("paid in error")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="recoveries")
    ground = models.CharField(_("ground"), max_length=20, choices=Ground.choices)
    state = models.CharField(_("state"), max_length=12, choices=RecoveryState.choices, default=RecoveryState.OPENED)
    amount_fen = models.BigIntegerField(_("amount"))
    repaid_fen = models.BigIntegerField(default=0)
    due_on = models.DateField(_("to be paid back by"), null=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    written_off_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) & Q(repaid_fen__gte=0) & Q(repaid_fen__lte=F("amount_fen")),
                name="recovery_amounts",
            ),
            models.CheckConstraint(
                condition=~Q(state=RecoveryState.WRITTEN_OFF)
                | (Q(written_off_by__isnull=False) & ~Q(written_off_by=F("opened_by"))),
                name="recovery_written_off_by_another",
            ),
            models.UniqueConstraint(
                fields=["claim", "ground"],
                condition=~Q(state__in=(RecoveryState.RECOVERED, RecoveryState.WRITTEN_OFF)),
                name="recovery_open_once_per_ground",
            ),
        ]
        triggers = [
            *guard_moves("state", RECOVERY_MOVES, start=RecoveryState.OPENED),
            *moves_recorded(history="claims_recoverymove", owner="recovery_id"),
        ]


class RecoveryMove(Move):
    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="moves")


class Repayment(AppendOnly):
    """One sum that came back: by transfer (`reference` is the bank's), or offset against a later claim."""

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="repayments")
    amount_fen = models.BigIntegerField()
    received_on = models.DateField()
    reference = models.CharField(max_length=60)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(AppendOnly.Meta):
        constraints = [
            models.UniqueConstraint(fields=["recovery", "reference"], name="repayment_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="repayment_positive"),
        ]
