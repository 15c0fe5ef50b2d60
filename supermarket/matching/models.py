"""Matches of everybody, kept compactly: one row a policy version, the sets as compressed bits over the population."""

from django.conf import settings
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
    """Everybody of an audience matched on a day, on what was known at `started_at`.

    Its sets are written part by part, and it counts once it is finished; one that was interrupted goes on.
    `policies`: how many stand on the shelf (0 before the work begins).
    """

    audience = models.CharField(max_length=10)
    as_of = models.DateField()
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)
    policies = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__gte=F("started_at")), name="match_run_ends_after_its_start"
            ),
            models.UniqueConstraint(
                fields=["audience"], condition=Q(finished_at=None), name="match_run_one_unfinished"
            ),
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


class MatchNews(models.Model):
    """Somebody who became eligible since the match before, or for whom a new policy holds: he is told."""

    of = models.ForeignKey(MatchSet, on_delete=models.CASCADE, related_name="news")
    beneficiary = models.ForeignKey("enterprises.Beneficiary", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["beneficiary", "of"], name="match_news_once")]
