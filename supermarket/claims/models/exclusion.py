"""Who excludes whom. The holder's row is locked wherever an exclusion or `paid(group, window)` is decided."""

from django.db import models

from supermarket.claims.models.claim import Claim


class ExclusionHolder(models.Model):
    """One beneficiary, item, household or project within one exclusion group."""

    group = models.CharField(max_length=100)
    holder = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "holder"], name="exclusion_holder_once")]


class ClaimExclusion(models.Model):
    """A claim counted within its holder's group and window. `given_up` says what the rule took from it, in words."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="exclusions")
    holder = models.ForeignKey(ExclusionHolder, on_delete=models.PROTECT, related_name="claims")
    window = models.CharField(max_length=7)  # "ever", a year or a period
    rule = models.CharField(max_length=20)
    step = models.PositiveSmallIntegerField(null=True)  # of a ladder
    full_fen = models.BigIntegerField()  # before the rule
    given_up = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "holder"], name="claim_once_per_holder")]
