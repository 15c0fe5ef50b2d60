"""Our accounts, the channels to their banks, and the inbox of what the banks said."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from enterprises.secrets import decrypt


class Rail(models.TextChoices):
    """The ways to a bank; `rails.registry` has one for each."""

    ISO20022_HTTP = "iso20022-http", _("ISO 20022 over HTTP")
    ISO20022_FOLDER = "iso20022-folder", _("ISO 20022 over a drop folder")
    BATCH_FILE = "batch-file", _("batch file over a drop folder")


class Channel(models.Model):
    """A way to one bank. `address`: where the bank is (empty: settings.BANK_URL), or the folder that it shares with us.
    `cursor`: the highest number of the bank's messages up to which none is missing."""

    code = models.SlugField(max_length=40, unique=True)
    rail = models.CharField(max_length=40, choices=Rail.choices)
    address = models.CharField(max_length=200, blank=True)
    cursor = models.BigIntegerField(default=0)
    inquired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(rail__in=Rail.values), name="channel_rail_known"),
            models.CheckConstraint(
                condition=models.Q(rail=Rail.ISO20022_HTTP) | ~models.Q(address=""), name="channel_folder_named"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class PayerAccount(models.Model):
    """The account from which a payer pays. `stopped` (a {zh, en} reason) keeps everything from leaving it."""

    payer = models.CharField(_("payer"), max_length=6)  # division code
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="accounts")
    name = models.CharField(_("account holder"), max_length=140)
    number = models.CharField(_("account number"), max_length=34, unique=True)
    bank_code = models.CharField(_("bank code"), max_length=12)
    reference = models.CharField(max_length=40, blank=True)  # what the bank calls it when asked for a report
    in_use = models.BooleanField(default=True)
    stopped = models.JSONField(null=True)
    stopped_at = models.DateTimeField(null=True)
    resumed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payer"], condition=models.Q(in_use=True), name="payer_account_in_use_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class BankMessage(models.Model):
    """A message as it came in, kept before it is read. The same bytes are one message however often they come.

    A statement that a person brought (`brought_by`) is read once a second person has confirmed it.
    """

    class State(models.TextChoices):
        BROUGHT = "brought"
        DECLINED = "declined"
        NEW = "new"
        READ = "read"
        UNREADABLE = "unreadable"

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="messages")
    number = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    body_encrypted = models.TextField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    problem = models.CharField(max_length=300, blank=True)
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "sha256"], name="bank_message_once"),
            models.CheckConstraint(
                condition=models.Q(brought_by=None)
                | models.Q(state__in=["brought", "declined"])
                | models.Q(confirmed_by__isnull=False) & ~models.Q(confirmed_by=models.F("brought_by")),
                name="bank_message_brought_by_two",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=models.Q(state="new"), name="bank_message_new")]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="body_is_final",
                operation=pgtrigger.UpdateOf("channel_id", "sha256", "body_encrypted", "received_at"),
            ),
        ]

    @property
    def data(self) -> bytes:
        return decrypt(self.body_encrypted, purpose="bank message").encode("latin-1")


class BankEvent(models.Model):
    """One thing that a bank said about an instruction or an account, once however often it said so.

    WAITING: true, but something that must come before it is not known yet. UNMATCHED: nothing of ours. ALARM: it
    contradicts what we know.
    """

    class State(models.TextChoices):
        NEW = "new"
        WAITING = "waiting"
        APPLIED = "applied"
        IGNORED = "ignored"
        UNMATCHED = "unmatched"
        ALARM = "alarm"

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="events", db_index=False)
    message = models.ForeignKey(BankMessage, on_delete=models.PROTECT, related_name="events")
    dedupe_key = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    message_reference = models.CharField(max_length=35, blank=True)  # the id of our message
    end_to_end_id = models.CharField(max_length=35, blank=True)
    reference = models.CharField(max_length=35, blank=True)
    account = models.CharField(max_length=34, blank=True)
    amount_fen = models.BigIntegerField(default=0)
    booked_on = models.DateField(null=True)
    reason_code = models.CharField(max_length=10, blank=True)
    reason_text = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "dedupe_key"], name="bank_event_once")]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state__in=["new", "waiting"]), name="bank_event_open"),
            models.Index(fields=["end_to_end_id"], name="bank_event_end_to_end"),
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]
