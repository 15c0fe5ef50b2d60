"""What is reserved on appropriations, one by one and for whole lists."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from ..moves import guard_moves
from .appropriation import Appropriation

RESERVATION_MOVES = {
    "reserved": ["in_transit", "released"],
    "in_transit": ["reserved", "spent"],
    "spent": ["reserved"],
}


class Reservation(models.Model):
    """What one holder (one instalment of a claim) has on one appropriation, and how far the money has come."""

    class Stage(models.TextChoices):
        RESERVED = "reserved"
        IN_TRANSIT = "in_transit"
        SPENT = "spent"
        RELEASED = "released"

    holder = models.CharField(max_length=64)
    appropriation = models.ForeignKey(
        Appropriation, on_delete=models.PROTECT, related_name="reservations", db_index=False
    )
    amount_fen = models.BigIntegerField()
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.RESERVED)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="reservation_positive"),
            models.UniqueConstraint(
                fields=["holder", "appropriation"], condition=~Q(stage="released"), name="reservation_once"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="amount_is_final", operation=pgtrigger.UpdateOf("holder", "appropriation_id", "amount_fen")
            ),
            *guard_moves("stage", RESERVATION_MOVES, start="reserved"),
        ]


class ReservationBlock(models.Model):
    """A sum reserved as a whole for a list (`holder`) whose single reservations are written afterwards, in chunks.
    `drawn_fen`: how much of it stands in single reservations; what is left at the end is given back."""

    holder = models.CharField(max_length=64)
    appropriation = models.ForeignKey(Appropriation, on_delete=models.PROTECT, related_name="blocks")
    amount_fen = models.BigIntegerField()
    drawn_fen = models.BigIntegerField(default=0)
    ended = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) & Q(drawn_fen__gte=0) & Q(drawn_fen__lte=F("amount_fen")),
                name="reservation_block_not_exceeded",
            ),
            models.UniqueConstraint(fields=["holder", "appropriation"], name="reservation_block_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="amount_is_final", operation=pgtrigger.UpdateOf("holder", "appropriation_id", "amount_fen")
            ),
        ]
