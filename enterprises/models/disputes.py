"""Disputes of one fact: a beneficiary or an official says that a value is wrong, the department answers by a day."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from .beneficiaries import Beneficiary
from .deliveries import Delivery


class FactDispute(models.Model):
    """`shown`, `claimed`, `effects`: JSON texts; `statement` says why; a person's are sealed (enterprises.personal)."""

    class State(models.TextChoices):
        OPEN = "open"
        UPHELD = "upheld"  # the value was wrong; `correction` has the right one
        REJECTED = "rejected"  # the value stands
        WITHDRAWN = "withdrawn"

    beneficiary = models.ForeignKey(Beneficiary, on_delete=models.PROTECT, related_name="disputes")
    fact = models.CharField(max_length=80)
    source = models.CharField(max_length=40)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, null=True, related_name="+")
    as_of = models.DateField()
    shown = models.BinaryField(null=True)
    claimed = models.BinaryField(null=True)
    statement = models.BinaryField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    raised_at = models.DateTimeField(auto_now_add=True)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.TextField(blank=True)
    # What was decided with the value and what is decided now, as it came out on correcting: JSON, a person's sealed.
    effects = models.BinaryField(null=True)
    correction = models.ForeignKey(Delivery, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["beneficiary", "fact"], condition=Q(state="open"), name="dispute_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"], answered_at=None)
                | (Q(state__in=["upheld", "rejected"], answered_at__isnull=False) & ~Q(answer="")),
                name="dispute_answered_with_words",
            ),
            models.CheckConstraint(
                condition=Q(state="upheld", correction__isnull=False) | (~Q(state="upheld") & Q(correction=None)),
                name="dispute_corrected_if_upheld",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="dispute_moves",
                field="state",
                transitions=[("open", "upheld"), ("open", "rejected"), ("open", "withdrawn")],
            ),
            pgtrigger.Protect(name="dispute_kept", operation=pgtrigger.Delete),
        ]
