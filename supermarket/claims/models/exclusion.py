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
    """A claim counted under a holder. `full_fen` is what it would be alone; `given_up` says in words what the rule took
    from it and because of which claims."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="exclusions")
    holder = models.ForeignKey(ExclusionHolder, on_delete=models.PROTECT, related_name="claims")
    year = models.PositiveSmallIntegerField()  # of the claim's period; of its decision where the period is `once`
    step = models.PositiveSmallIntegerField(null=True)  # on the group's ladder, from 1
    full_fen = models.BigIntegerField()
    given_up = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "holder"], name="claim_once_per_holder")]
