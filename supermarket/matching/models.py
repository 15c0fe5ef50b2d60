"""Matches of everybody, kept compactly: one row a policy version, the sets as compressed bits over the population."""

from django.db import models
from django.db.models import F, Q


class MatchPopulation(models.Model):
    """Over whom sets are. `pins` make the same population again (`enterprises.population`); `ids` are its
    beneficiaries in its order, packed (`matching.bitsets`)."""

    sha256 = models.CharField(max_length=64, unique=True)
    pins = models.JSONField()
    rows = models.PositiveIntegerField()
    ids = models.BinaryField()


class MatchRun(models.Model):
    """Everybody of an audience matched on a day; written whole, in one transaction."""

    audience = models.CharField(max_length=10)
    as_of = models.DateField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(finished_at__gte=F("started_at")), name="match_run_ends_after_its_start")
        ]


class MatchSet(models.Model):
    """Who is eligible and who may be, under one version for one period.

    `amount_fen` sums the known sums of the eligible, `sums_unknown` counts the others; `gained` and `lost` compare the
    eligible with those of the policy in the run before (None: it was not in it).
    """

    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="sets")
    population = models.ForeignKey(MatchPopulation, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("policies.PolicyVersion", on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=7)
    reference = models.DateField()
    eligible = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    amount_fen = models.BigIntegerField()
    sums_unknown = models.PositiveIntegerField()
    gained = models.PositiveIntegerField(null=True)
    lost = models.PositiveIntegerField(null=True)
    eligible_bits = models.BinaryField()
    unknown_bits = models.BinaryField()

    class Meta:
        ordering = ["version__policy__code"]
        constraints = [models.UniqueConstraint(fields=["run", "version"], name="match_set_once_a_version")]
