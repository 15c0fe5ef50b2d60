"""Clawback: money that was paid and has to come back."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from supermarket.claims.guards import Guarded, Move, moves_recorded
from supermarket.claims.models.claim import Claim, Evidence
from supermarket.claims.states import RECOVERY_MOVES, RECOVERY_OPEN, ObjectionState, RecoveryState
from supermarket.ledger.history import AppendOnly
from supermarket.ledger.models import JournalEntry
from supermarket.ledger.moves import guard_moves

KEPT = pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)


class Recovery(Guarded):
    """What a claim has to give back, and why. `repaid_fen` is the sum of its repayments; `calculation` says per
    instalment what was paid and what the claim is entitled to; `evidence` is the claim decided again."""

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
    calculation = models.JSONField(default=list)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(_("to be paid back by"), null=True)
    # Empty where the store itself found it: a fact was corrected, a title revoked.
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    write_off_because = models.CharField(max_length=500, blank=True)
    write_off_proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
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
            models.CheckConstraint(
                condition=Q(written_off_by=None)
                | Q(write_off_proposed_by=None)
                | ~Q(written_off_by=F("write_off_proposed_by")),
                name="recovery_written_off_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state=RecoveryState.RECOVERED) | Q(repaid_fen=F("amount_fen")),
                name="recovery_recovered_in_full",
            ),
            models.CheckConstraint(
                condition=~Q(state=RecoveryState.OPENED) | Q(repaid_fen=0), name="recovery_repaid_after_notice"
            ),
            # Computed ones ask only for what none before has asked for.
            models.UniqueConstraint(
                fields=["claim", "ground"],
                condition=Q(state__in=RECOVERY_OPEN, ground__in=("commitment_broken", "paid_in_error")),
                name="recovery_entered_once_per_ground",
            ),
        ]
        indexes = [
            models.Index(fields=["claim"], condition=Q(state__in=RECOVERY_OPEN), name="recovery_open"),
        ]
        triggers = [
            *guard_moves("state", RECOVERY_MOVES, start=RecoveryState.OPENED),
            *moves_recorded(history="claims_recoverymove", owner="recovery_id"),
            pgtrigger.Protect(name="final", operation=pgtrigger.UpdateOf("claim_id", "ground", "evidence_id")),
            pgtrigger.Protect(
                name="repaid_only_grows",
                operation=pgtrigger.UpdateOf("repaid_fen"),
                condition=pgtrigger.Condition("NEW.repaid_fen < OLD.repaid_fen"),
            ),
        ]

    @property
    def left_fen(self) -> int:
        return self.amount_fen - self.repaid_fen

    @property
    def reference(self) -> str:
        """What the beneficiary writes on the transfer, with two check digits (ISO 7064, mod 97-10)."""
        return f"TH{self.pk:08d}{98 - self.pk * 100 % 97:02d}"

    def __str__(self) -> str:
        return f"recovery {self.pk}"


class RecoveryMove(Move):
    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="moves", db_constraint=False)


class RecoveryShare(models.Model):
    """What one payer gets back of a recovery; the lead paid the beneficiary, and is paid back by it."""

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="shares")
    payer = models.CharField(max_length=20)
    lead = models.BooleanField()
    amount_fen = models.BigIntegerField()
    repaid_fen = models.BigIntegerField(default=0)
    waived_fen = models.BigIntegerField(default=0)  # no longer asked for: an objection was upheld in part

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recovery", "payer"], name="recovery_share_once_per_payer"),
            models.CheckConstraint(
                condition=Q(repaid_fen__gte=0) & Q(repaid_fen__lte=F("amount_fen")), name="recovery_share_amounts"
            ),
        ]
        triggers = [KEPT]

    @property
    def left_fen(self) -> int:
        return self.amount_fen - self.repaid_fen


class Repayment(AppendOnly):
    """One sum that came back: on the bank's statement, elsewhere (by a slip that two officials saw), or set off against
    what another claim (`offset_claim`, one instalment of it) was to be paid. `reference` names it."""

    class Source(models.TextChoices):
        BANK = "bank", _("on the bank's statement")
        SLIP = "slip", _("by a slip")
        OFFSET = "offset", _("set off")

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="repayments")
    source = models.CharField(max_length=10, choices=Source.choices)
    amount_fen = models.BigIntegerField()
    received_on = models.DateField()
    reference = models.CharField(max_length=60)
    offset_claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, related_name="offsets")
    offset_instalment = models.PositiveSmallIntegerField(null=True)
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(AppendOnly.Meta):
        constraints = [
            models.UniqueConstraint(fields=["recovery", "reference"], name="repayment_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="repayment_positive"),
            models.CheckConstraint(
                condition=Q(source="offset", offset_claim__isnull=False, offset_instalment__isnull=False)
                | ~Q(source="offset") & Q(offset_claim=None, offset_instalment=None),
                name="repayment_offset_names_its_claim",
            ),
        ]


class RepaymentSlip(models.Model):
    """Money that came back outside our account's statement: entered by one official from a document, counted once a
    second one has confirmed it."""

    class State(models.TextChoices):
        ENTERED = "entered", _("to be confirmed")
        CONFIRMED = "confirmed", _("confirmed")
        REFUSED = "refused", _("refused")

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="slips")
    amount_fen = models.BigIntegerField()
    received_on = models.DateField()
    document = models.CharField(_("document"), max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ENTERED)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="slip_positive"),
            models.CheckConstraint(
                condition=Q(state="entered", decided_by=None)
                | (~Q(state="entered") & Q(decided_by__isnull=False) & ~Q(decided_by=F("entered_by"))),
                name="slip_decided_by_another",
            ),
            models.UniqueConstraint(
                fields=["recovery", "document"], condition=~Q(state="refused"), name="slip_document_once"
            ),
        ]
        triggers = [
            *guard_moves("state", {"entered": ("confirmed", "refused")}, start="entered"),
            KEPT,
            pgtrigger.Protect(
                name="final", operation=pgtrigger.UpdateOf("recovery_id", "amount_fen", "document", "entered_by_id")
            ),
        ]


class RecoveryObjection(models.Model):
    """The beneficiary says that it is wrong, within the term of the notice; another official than who opened it
    answers."""

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="objections")
    state = models.CharField(max_length=10, choices=ObjectionState.choices, default=ObjectionState.OPEN)
    text = models.TextField(_("what is wrong"))
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recovery"], condition=Q(state=ObjectionState.OPEN), name="recovery_objection_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state=ObjectionState.OPEN)
                | (Q(decided_by__isnull=False) & Q(decided_at__isnull=False) & ~Q(answer="")),
                name="recovery_objection_decided_with_an_answer",
            ),
        ]


class RecoverySearch(models.Model):
    """How far the claims that rest on one changed fact have been decided again: `key` names the withdrawn delivery, the
    upheld dispute or the revoked title, `after` is the last claim looked at. `left`: claims that could not be decided
    yet, each with the reason ({claim, zh, en}); they are tried again."""

    key = models.CharField(max_length=60, unique=True)
    after = models.BigIntegerField(default=0)
    left = models.JSONField(default=list)
    begun_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
