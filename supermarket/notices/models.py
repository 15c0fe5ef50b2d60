"""What a beneficiary is told: the inbox in the store, and its way to addresses outside."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from supermarket.notices.texts import NoticeKind


class Notice(models.Model):
    """One message, written in the transaction of the move that it tells of. `key` names the event: it is told once.
    `values` fill the kind's text (`texts`); `about` is what it leads to: "claim:12", "recovery:3", "account", …"""

    beneficiary = models.ForeignKey("enterprises.Beneficiary", on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20, choices=NoticeKind.choices)
    key = models.CharField(max_length=100, unique=True)
    values = models.JSONField(default=dict)
    about = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["beneficiary", "-id"], name="notice_of_beneficiary"),
            models.Index(fields=["beneficiary"], condition=Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return self.key


class NoticeAddress(models.Model):
    """Where a user wants to be told outside the store, by his own wish. A changed address is a further row."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notice_addresses")
    channel = models.CharField(max_length=10)  # a key of channels.CHANNELS
    address = models.CharField(_("address"), max_length=254)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "channel"], condition=Q(until=None), name="notice_address_current_once"
            )
        ]


class NoticeDelivery(models.Model):
    """One notice on its way to one address, which is frozen when it is written. It leaves at most once: SENDING is
    committed before it is handed over, and what came of it, if nobody knows, is UNKNOWN and not sent again."""

    class State(models.TextChoices):
        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        UNKNOWN = "unknown"
        FAILED = "failed"

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=254)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    available_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel", "address"], name="notice_delivered_once_per_address")
        ]
        indexes = [
            models.Index(
                fields=["available_at"], condition=Q(state__in=["waiting", "sending"]), name="notice_delivery_open"
            )
        ]
