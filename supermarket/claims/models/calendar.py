"""Days that differ from Monday to Friday, by year: edited at the desk, seeded from the published arrangements."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class HolidayYear(models.Model):
    """A year whose arrangements are known. Any other year counts weekends only and is provisional."""

    year = models.PositiveSmallIntegerField(primary_key=True)


class Holiday(models.Model):
    """A weekday off, or a weekend day worked (`working`)."""

    day = models.DateField(_("day"), unique=True)
    working = models.BooleanField(_("working day"), default=False)
    name = models.CharField(_("name"), max_length=40, blank=True)

    class Meta:
        ordering = ["day"]
