"""A run: the automatic disbursement of one no-application policy for one period, from the list to the closed books."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from supermarket.claims.guards import Guarded, Move, moves_recorded
from supermarket.claims.models.claim import Claim
from supermarket.claims.states import RUN_APPROVED, RUN_MOVES, RUN_RELEASED, ObjectionState, RunState
from supermarket.ledger.history import AppendOnly
from supermarket.ledger.moves import guard_moves


class Run(Guarded):
    """`parent` is set for a supplementary run: claims that an objection or a lack of money held back."""

    policy = models.ForeignKey("policies.Policy", on_delete=models.PROTECT, related_name="runs")
    policy_version = models.ForeignKey("policies.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    period = models.CharField(_("period"), max_length=7)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="supplements")
    state = models.CharField(_("state"), max_length=20, choices=RunState.choices, default=RunState.DRAFTED)
    paused = models.BooleanField(default=False)
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    paused_at = models.DateTimeField(null=True)
    day = models.DateField()  # of the decision: the store's day when it was started
    reference = models.DateField()
    known_at = models.DateTimeField()
    deliveries = models.JSONField(default=dict)  # {source: delivery id}: what the match was pinned to
    options = models.JSONField(default=dict)  # notice_days, confirmation_days: shortened with SAMPLES=1 only
    counts = models.JSONField(default=dict)  # matched, unknown, refused by reason
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    # the collective decision
    minutes_number = models.CharField(_("number of the minutes"), max_length=60, blank=True)
    minutes_on = models.DateField(_("date of the meeting"), null=True)
    minutes_file = models.FileField(_("minutes"), upload_to="minutes/%Y", blank=True)
    decision_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decision_problem = models.JSONField(null=True)  # {zh, en}: why the list could not be closed
    # the approval of exactly this list
    list_hash = models.CharField(max_length=64, blank=True)
    list_count = models.PositiveIntegerField(null=True)
    list_total_fen = models.BigIntegerField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    notice_from = models.DateField(null=True)
    notice_until = models.DateField(null=True)
    confirm_until = models.DateField(null=True)
    # the release by finance
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    payment_order_number = models.CharField(_("payment order number"), max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "period"],
                condition=Q(parent=None) & ~Q(state=RunState.CANCELLED),
                name="run_once_per_period",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=RUN_APPROVED)
                | (Q(approved_by__isnull=False) & ~Q(list_hash="") & ~Q(minutes_number="")),
                name="run_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=RUN_RELEASED) | (Q(released_by__isnull=False) & ~Q(payment_order_number="")),
                name="run_released_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("made_by")), name="run_maker_is_not_head"
            ),
            models.CheckConstraint(
                condition=Q(released_by=None) | (~Q(released_by=F("made_by")) & ~Q(released_by=F("approved_by"))),
                name="run_releaser_is_neither",
            ),
        ]
        triggers = [
            *guard_moves("state", RUN_MOVES, start=RunState.DRAFTED),
            *moves_recorded(history="claims_runmove", owner="run_id"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"

    @property
    def deciding(self) -> bool:
        """Whether a decision was entered and its list is being fitted to the money."""
        return self.state == RunState.SCREENED and self.decision_by_id is not None


class RunMove(Move):
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="moves", db_constraint=False)


class ShareOut(models.Model):
    """Money being shared out over the list of a run: a pool by weights, or what there is where it is short. A claim
    gets `weight / weights` of `total_fen`; both are known when everybody is weighed. Gone with the decision's end."""

    class Kind(models.TextChoices):
        POOL = "pool"
        SHORT = "short"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="share_outs")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    total_fen = models.BigIntegerField(null=True)
    weights = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "kind"], name="share_out_kind_once")]


class SharePending(models.Model):
    """A claim that has been weighed and has not got its new sum yet; `odd`: fen that it gets by rank."""

    share_out = models.ForeignKey(ShareOut, on_delete=models.CASCADE, related_name="pending")
    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="+")
    weight = models.BigIntegerField()
    odd = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["share_out", "claim"], name="share_pending_once")]


class Objection(models.Model):
    """Against a claim on public notice: in writing and under a real name, which is kept secret (encrypted)."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="objections")
    state = models.CharField(max_length=10, choices=ObjectionState.choices, default=ObjectionState.OPEN)
    objector_encrypted = models.TextField()
    text = models.TextField(_("what is wrong"))
    evidence_file = models.FileField(_("evidence"), upload_to="objections/%Y", blank=True)
    raised_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ObjectionState.OPEN)
                | (Q(decided_by__isnull=False) & Q(decided_at__isnull=False) & ~Q(answer="")),
                name="objection_decided_with_an_answer",
            )
        ]


class Reminder(AppendOnly):
    """One reminder to a beneficiary to confirm account and amount; they are counted before silence counts."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="reminders")
    number = models.PositiveSmallIntegerField()

    class Meta(AppendOnly.Meta):
        constraints = [models.UniqueConstraint(fields=["claim", "number"], name="reminder_number_once")]
