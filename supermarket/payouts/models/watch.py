"""Who is alive, what is wrong, and the seals on the histories."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from supermarket.payouts.models.bank import PayerAccount


class Heartbeat(models.Model):
    """A worker that is alive says so here; the broker is not asked."""

    worker = models.CharField(max_length=100, primary_key=True)
    at = models.DateTimeField()
    doing = models.CharField(max_length=60)


class Alarm(models.Model):
    """What the bank says contradicts what we know. It stays until a person has explained it."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120, unique=True)
    payer_account = models.ForeignKey(PayerAccount, on_delete=models.PROTECT, null=True, related_name="alarms")
    words = models.JSONField()
    raised_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    resolution = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["raised_at"], condition=Q(resolved_at=None), name="alarm_open")]


class AuditBlock(models.Model):
    """A seal: digests of all history rows written by transactions from `horizon_from` up to `horizon_until`, chained to
    the block before. `database` is the identity of the server whose transactions are counted; `tables` says for each
    table which columns and rows are sealed, how many, and their digest."""

    number = models.PositiveBigIntegerField(primary_key=True)
    database = models.BigIntegerField()
    horizon_from = models.BigIntegerField()
    horizon_until = models.BigIntegerField()
    tables = models.JSONField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    sealed_at = models.DateTimeField()
