"""Who may benefit, and what departments delivered about them."""

from django.db import models


class Beneficiary(models.Model):
    """An enterprise (code = unified social credit code) or a person (code = an opaque public number)."""

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise"
        PERSON = "person"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    code = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)
