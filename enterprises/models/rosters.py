"""Lists that departments issue, and who stands on them."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from .beneficiaries import Beneficiary


class Roster(models.Model):
    """One list ("2025 专精特新"), valid over a range of days. Its code is the tag that rules test."""

    code = models.SlugField(max_length=64, unique=True)
    title = models.JSONField()  # {"zh": …, "en": …}
    department = models.CharField(max_length=100)
    document = models.CharField(max_length=200, blank=True)
    issued_on = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=models.F("issued_on")),
                name="roster_valid_for_a_while",
            )
        ]
        triggers = [pgtrigger.Protect(name="roster_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.code


class RosterFile(models.Model):
    """One import into a roster: the list itself, or a later addition. `rejects`: rows that found nobody."""

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="files")
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=255)
    imported_at = models.DateTimeField(auto_now_add=True)
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    rejects = models.JSONField(default=list)  # [{"row": …, "code": …, "column": …, "value": …, "zh": …, "en": …}]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["roster", "sha256"], name="roster_file_once")]
        triggers = [pgtrigger.Protect(name="roster_file_kept", operation=pgtrigger.Update | pgtrigger.Delete)]


class RosterEntry(models.Model):
    """One beneficiary on a roster, until the title is revoked."""

    file = models.ForeignKey(RosterFile, on_delete=models.PROTECT, related_name="entries")
    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="entries")
    beneficiary = models.ForeignKey(Beneficiary, on_delete=models.PROTECT, related_name="roster_entries")
    row_number = models.PositiveIntegerField()
    revoked_on = models.DateField(null=True)
    revoked_because = models.TextField(blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["roster", "beneficiary"], condition=Q(revoked_on=None), name="roster_entry_once"
            ),
            models.CheckConstraint(
                condition=Q(revoked_on=None, revoked_because="")
                | (Q(revoked_on__isnull=False) & ~Q(revoked_because="")),
                name="roster_entry_revoked_for_a_reason",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="roster_entry_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="roster_entry_revoked_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_on__isnull=False),
            ),
        ]
