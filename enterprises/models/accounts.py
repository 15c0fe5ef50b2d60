"""Payee accounts: where money for a beneficiary goes (services: `enterprises.accounts`)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PayeeAccount(models.Model):
    """Where money for a beneficiary goes. The number is stored encrypted; `number_masked` is what is shown.

    The holder is the beneficiary itself under its registered name. A person's `holder_name` is the masked one; the full
    name stands in `holder_encrypted`.

    An account is in use from `usable_from` until the next one's `usable_from` or its own `retired_at`.
    """

    class Source(models.TextChoices):
        CONTRIBUTION = "contribution", _("account that pays social insurance")
        REPRESENTATIVE = "representative", _("entered by a representative")
        COUNTER = "counter", _("entered at the counter")

    beneficiary = models.ForeignKey("enterprises.Beneficiary", on_delete=models.PROTECT, related_name="accounts")
    holder_name = models.CharField(_("account holder"), max_length=200)
    holder_encrypted = models.TextField(blank=True)
    number_encrypted = models.TextField()
    number_masked = models.CharField(_("account number"), max_length=40)
    bank_code = models.CharField(_("bank code"), max_length=12)  # CNAPS
    bank_name = models.CharField(_("bank"), max_length=100)
    source = models.CharField(_("source"), max_length=20, choices=Source.choices)
    verified_at = models.DateTimeField(_("verified"))
    usable_from = models.DateTimeField(_("usable from"))
    retired_at = models.DateTimeField(_("retired"), null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    hold_lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hold_lifted_by=None) | ~models.Q(hold_lifted_by=models.F("made_by")),
                name="account_hold_lifted_by_another",
            ),
            models.CheckConstraint(condition=models.Q(bank_code__regex=r"^\d{12}$"), name="account_bank_code"),
        ]
        indexes = [models.Index(fields=["beneficiary", "-usable_from"], name="account_of_beneficiary")]
