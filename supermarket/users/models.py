"""Who signs in: representatives of enterprises, persons, and officials of a department."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """One role a user. A visitor is not signed in and has none."""

    REPRESENTATIVE = "representative", _("enterprise representative")
    PERSON = "person", _("person")
    EDITOR = "editor", _("department editor")
    REVIEWER = "reviewer", _("reviewer")
    FINANCE_MAKER = "finance_maker", _("finance maker")
    FINANCE_RELEASER = "finance_releaser", _("finance releaser")
    HEAD = "head", _("head of department")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


class User(AbstractUser):
    """`department` is the department's name as policies carry it; "*" reaches every department."""

    role = models.CharField(max_length=20, choices=Role.choices)
    department = models.CharField(max_length=100, blank=True)


class Representation(models.Model):
    """`user` acts for `beneficiary` (a person's own account is a representation of oneself)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="representations")
    beneficiary = models.ForeignKey("enterprises.Beneficiary", on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "beneficiary"], condition=models.Q(until=None), name="representation_current_once"
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(until__gte=models.F("since")),
                name="representation_ends_after_start",
            ),
        ]


class SignInFailure(models.Model):
    """A refused sign-in, counted to slow down guessing. Rows of a user name go when it signs in."""

    username = models.CharField(max_length=150)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["username", "at"]), models.Index(fields=["address", "at"])]
