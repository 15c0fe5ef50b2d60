"""Enterprises and persons: one row each, through new names, new codes, mergers and cancelled registrations."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from enterprises.names import sort_key


class Beneficiary(models.Model):
    """An enterprise (code = unified social credit code) or a person (code = an opaque public number, "P…").

    A person's `name` is the masked one ("王**"); the full name stands encrypted in `Person`.
    """

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise"
        PERSON = "person"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    code = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=200)
    # Orders names by pinyin where the database's own order is by code point; see enterprises.names.
    sort_key = models.CharField(max_length=96, db_index=True)
    cancelled_on = models.DateField(null=True)
    succeeded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="predecessors")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [GinIndex(fields=["name"], name="beneficiary_name_trigram", opclasses=["gin_trgm_ops"])]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["enterprise", "person"]), name="beneficiary_kind_known"),
            models.CheckConstraint(condition=~Q(succeeded_by=models.F("id")), name="beneficiary_not_its_own_successor"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = sort_key(self.name)
        super().save(*args, **kwargs)


class FormerName(models.Model):
    """A name that the beneficiary bore until the register delivered another."""

    beneficiary = models.ForeignKey(Beneficiary, on_delete=models.PROTECT, related_name="former_names")
    name = models.CharField(max_length=200)
    until = models.DateField()

    class Meta:
        indexes = [GinIndex(fields=["name"], name="former_name_trigram", opclasses=["gin_trgm_ops"])]
        constraints = [
            models.UniqueConstraint(fields=["beneficiary", "name", "until"], name="former_name_once"),
        ]


class FormerCode(models.Model):
    """An earlier code of the beneficiary (an old registration number, a credit code that was replaced)."""

    beneficiary = models.ForeignKey(Beneficiary, on_delete=models.PROTECT, related_name="former_codes")
    code = models.CharField(max_length=18, unique=True)


class Person(models.Model):
    """What is known of a person beside the facts. Erasure empties `wrapped_key` and every sealed value with it."""

    beneficiary = models.OneToOneField(Beneficiary, on_delete=models.PROTECT, primary_key=True, related_name="person")
    identity_hash = models.CharField(max_length=64, unique=True)
    wrapped_key = models.TextField(null=True)
    identity_sealed = models.BinaryField()
    name_sealed = models.BinaryField()
    erased_at = models.DateTimeField(null=True)
    erased_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(wrapped_key=None, erased_at__isnull=False) | Q(wrapped_key__isnull=False, erased_at=None),
                name="person_key_until_erased",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="person_stays_erased",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__wrapped_key__isnull=True),
            )
        ]
