"""Reports of long runs as files that wait to be fetched."""

from django.conf import settings
from django.db import models

from supermarket.claims.models import Run


class RunFile(models.Model):
    """The report of a run in one form and language: asked for, being made, ready, or given up after some attempts. To
    be had anew it is asked for anew."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="report_files")
    form = models.CharField(max_length=4)
    language = models.CharField(max_length=10)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    file = models.FileField(upload_to="reports/%Y", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "form", "language"], name="run_file_once")]
