"""Policies and their versions."""

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models


class Policy(models.Model):
    code = models.SlugField(max_length=80, unique=True)
    department = models.CharField(max_length=100)


class PolicyVersion(models.Model):
    """Immutable once published; in force over a date range that no other published version of the policy overlaps."""

    class State(models.TextChoices):
        DRAFT = "draft"
        IN_REVIEW = "in_review"
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    in_force = DateRangeField()
    definition = models.JSONField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    sample = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="policy_version_number_once")]
