"""Deliveries of departments: what was handed over, row by row, as received. Nothing here is ever changed or removed."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from .beneficiaries import Beneficiary


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Rows are written once: the database refuses to change, delete or truncate them."""
    return [
        pgtrigger.Protect(name=f"{name}_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name=f"refuse_truncate_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'rows of % are kept for ever', TG_TABLE_NAME USING ERRCODE = 'P0001'; RETURN NULL;",
        ),
    ]


class Source(models.Model):
    """A department's data set. What it holds stands in fixtures/sources.yaml; the row is what deliveries point at."""

    code = models.SlugField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.code


class Delivery(models.Model):
    """One dated, hashed hand-over of a source. Its records count once it is `loaded`, and all of them at once."""

    class State(models.TextChoices):
        LOADING = "loading"
        LOADED = "loaded"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    class Extent(models.TextChoices):
        WHOLE = "whole"  # names everybody that its source knows of
        SUPPLEMENT = "supplement"  # only these; the others stand as they were

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="deliveries")
    as_of = models.DateField()
    extent = models.CharField(max_length=10, choices=Extent.choices, default=Extent.WHOLE)
    accept_fewer = models.BooleanField(default=False)  # also if it names far fewer than the last one
    state = models.CharField(max_length=10, choices=State.choices, default=State.LOADING)
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=255)
    received_at = models.DateTimeField(auto_now_add=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    known_from = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_because = models.TextField(blank=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_rejected = models.PositiveIntegerField(default=0)
    records = models.PositiveIntegerField(default=0)
    # How often reading was begun since it last came to its end: a file that takes the reader down is given up.
    attempts = models.PositiveSmallIntegerField(default=0)
    # What is odd about the file as a whole: [{"code": …, "zh": …, "en": …, "count": …}].
    remarks = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["source", "-as_of"], name="delivery_source_as_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "as_of", "sha256"],
                condition=Q(state__in=["loading", "loaded"]),
                name="delivery_same_file_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["loading", "refused"], known_from=None)
                | Q(state__in=["loaded", "withdrawn"], known_from__isnull=False),
                name="delivery_known_once_loaded",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_at=None)),
                name="delivery_withdrawn_at_its_time",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="delivery_moves",
                field="state",
                transitions=[("loading", "loaded"), ("loading", "refused"), ("loaded", "withdrawn")],
            ),
            pgtrigger.Protect(name="delivery_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.as_of}"


class Record(models.Model):
    """One beneficiary's row of a delivery (the items of one beneficiary, where the source has a row an item).

    `values` are the facts of the source by code; what the row left empty is not in it. Integers and money (in fen) are
    JSON integers, decimals and ratios JSON numbers, dates ISO text, tags and items lists. A person has `sealed`
    in place of `values`, under the key of the person.
    """

    pk = models.CompositePrimaryKey("delivery_id", "beneficiary_id")
    # The key serves look-ups by beneficiary too: these go by the few deliveries that are fresh.
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, db_index=False, related_name="+")
    beneficiary = models.ForeignKey(Beneficiary, on_delete=models.PROTECT, db_index=False, related_name="+")
    row_number = models.PositiveIntegerField()
    values = models.JSONField(null=True)
    sealed = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(values__isnull=True, sealed__isnull=False) | Q(values__isnull=False, sealed=None),
                name="record_open_or_sealed",
            )
        ]
        triggers = append_only("record")


class DeliveryReject(models.Model):
    """A row that did not go in, with every reason. `raw` is the row as JSON, encrypted for persons."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="rejects")
    row_number = models.PositiveIntegerField()
    raw = models.TextField()
    # [{"column": …, "value": …, "code": …, "zh": …, "en": …}]
    problems = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "row_number"], name="delivery_reject_row_once")]
        triggers = append_only("reject")
