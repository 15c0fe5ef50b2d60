"""Appropriations, and the movements that make them what they are."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..history import AppendOnly
from .books import JournalEntry


class Appropriation(models.Model):
    """Money that a payer set aside for a policy, or for a pool of policies, in a fiscal year.

    The three sums are moved by one conditional UPDATE; the constraint below is what a race runs into.
    """

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    payer = models.CharField(max_length=6)  # division code
    policy = models.ForeignKey("policies.Policy", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pool = models.SlugField(max_length=80, blank=True)
    fiscal_year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    granted_fen = models.BigIntegerField(default=0)
    reserved_fen = models.BigIntegerField(default=0)
    spent_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reserved_fen__gte=0)
                & Q(spent_fen__gte=0)
                & Q(granted_fen__gte=F("reserved_fen") + F("spent_fen")),
                name="appropriation_not_exceeded",
            ),
            models.CheckConstraint(
                condition=Q(policy=None) & ~Q(pool="") | Q(policy__isnull=False, pool=""),
                name="appropriation_for_a_policy_or_a_pool",
            ),
            models.UniqueConstraint(
                fields=["payer", "fiscal_year", "policy", "pool"], nulls_distinct=False, name="appropriation_once"
            ),
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    @property
    def available_fen(self) -> int:
        return self.granted_fen - self.reserved_fen - self.spent_fen

    def __str__(self) -> str:
        return f"{self.payer}/{self.pool or self.policy}/{self.fiscal_year}"


class AppropriationMovement(AppendOnly):
    """What was granted, raised, cut, carried over and closed, each with its document, who asked for it (`actor`) and
    who confirmed it: two persons. `amount_fen` is signed."""

    class Kind(models.TextChoices):
        GRANTED = "granted", _("granted")
        RAISED = "raised", _("raised")
        CUT = "cut", _("cut")
        CARRIED_OVER = "carried_over", _("carried over")
        CLOSED = "closed", _("closed")

    appropriation = models.ForeignKey(Appropriation, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    amount_fen = models.BigIntegerField()
    document = models.CharField(max_length=200)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, null=True, related_name="movement")

    class Meta(AppendOnly.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(confirmed_by=F("actor")), name="movement_maker_is_not_checker")
        ]
        triggers = [
            *AppendOnly.Meta.triggers,
            pgtrigger.Trigger(
                name="confirmed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition('NEW."confirmed_by_id" IS NULL'),
                func="RAISE EXCEPTION 'a movement is confirmed by a second person' USING ERRCODE = '23514';",
            ),
        ]
