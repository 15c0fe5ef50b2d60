"""What one official asks for and another confirms: movements of appropriations, settlements between payers."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..moves import guard_moves
from .appropriation import Appropriation, AppropriationMovement
from .books import JournalEntry


class AskedState(models.TextChoices):
    ASKED = "asked", _("asked for")
    CONFIRMED = "confirmed", _("confirmed")
    REFUSED = "refused", _("refused")


ASKED_MOVES: dict[str, tuple[str, ...]] = {AskedState.ASKED: (AskedState.CONFIRMED, AskedState.REFUSED)}
UNDECIDED = Q(state=AskedState.ASKED, decided_by=None, decided_at=None)
DECIDED = ~Q(state=AskedState.ASKED) & Q(decided_by__isnull=False, decided_at__isnull=False)


class Asked(models.Model):
    """`key` names the request: sent twice, it is one. Nothing happens before another person has confirmed it."""

    key = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=AskedState.choices, default=AskedState.ASKED)
    amount_fen = models.BigIntegerField(_("amount"))
    document = models.CharField(_("document"), max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=~Q(decided_by=F("made_by")), name="%(class)s_maker_is_not_checker"),
            models.CheckConstraint(condition=UNDECIDED | DECIDED, name="%(class)s_decided_by_somebody"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0) & ~Q(document=""), name="%(class)s_with_a_document"),
        ]
        triggers = [
            *guard_moves("state", ASKED_MOVES, start="asked"),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="final",
                operation=pgtrigger.UpdateOf("key", "amount_fen", "document", "made_by_id", "made_at"),
            ),
        ]


class MovementRequest(Asked):
    """A movement of an appropriation that is asked for. `reserved_to`: where, at closing, the claims go that still have
    money reserved: to the appropriation of the next year, or to the list of those who were entitled and not paid."""

    class ReservedTo(models.TextChoices):
        NEXT_YEAR = "next_year", _("to next year's appropriation")
        UNPAID = "unpaid", _("to the list of the entitled who are not paid")

    appropriation = models.ForeignKey(Appropriation, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=12, choices=AppropriationMovement.Kind.choices)
    reserved_to = models.CharField(max_length=10, choices=ReservedTo.choices, blank=True)

    class Meta(Asked.Meta):
        abstract = False
        triggers = [
            *Asked.Meta.triggers,
            pgtrigger.Protect(
                name="subject_is_final", operation=pgtrigger.UpdateOf("appropriation_id", "kind", "reserved_to")
            ),
        ]
        indexes = [models.Index(fields=["appropriation"], condition=Q(state="asked"), name="movement_asked")]


class DueSettlement(Asked):
    """What `payer` gives for what it owes `lead` of one month (2023-06), in whole or in part."""

    payer = models.CharField(max_length=20)
    lead = models.CharField(max_length=20)
    month = models.CharField(max_length=7)
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(Asked.Meta):
        abstract = False
        triggers = [
            *Asked.Meta.triggers,
            pgtrigger.Protect(name="subject_is_final", operation=pgtrigger.UpdateOf("payer", "lead", "month")),
        ]
