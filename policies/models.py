"""Policies, their versions and history, and the city's parameters by date."""

from datetime import timedelta
from functools import cached_property

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Q

from policies import guards
from policies.definition import Definition, ExactDecoder, ExactEncoder, Span, definition_parse


def span_from_range(days: DateRange) -> Span:
    """PostgreSQL's half-open range as a span with both ends included."""
    until = None if days.upper is None else days.upper - timedelta(days=1)
    return Span(since=days.lower, until=until)


def range_from_span(span: Span) -> DateRange:
    return DateRange(span.since, None if span.until is None else span.until + timedelta(days=1), "[)")


class Policy(models.Model):
    """One item on the shelf. `department` is that of the newest published version, or of the first draft."""

    code = models.SlugField(max_length=80, unique=True)
    department = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["code"]
        triggers = [guards.refuse_truncate()]

    def __str__(self) -> str:
        return self.code


class PolicyVersion(models.Model):
    """Immutable once it leaves the draft; in force over days that no other published version of the policy overlaps.

    `in_force` is the definition's, but that a published successor may end it earlier. `definition` is the canonical
    data of `parsed`, `sha256` the digest of its canonical JSON.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        IN_REVIEW = "in_review"
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"

    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    in_force = DateRangeField()
    definition = models.JSONField(encoder=ExactEncoder, decoder=ExactDecoder)
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    withdrawal_proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["policy__code", "number"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_number_once"),
            models.UniqueConstraint(
                fields=["policy"],
                condition=Q(state__in=["draft", "in_review"]),
                name="policy_version_one_open",
                violation_error_message="The policy has a draft already.",
            ),
            ExclusionConstraint(
                name="policy_version_published_no_overlap",
                expressions=[("policy", RangeOperators.EQUAL), ("in_force", RangeOperators.OVERLAPS)],
                condition=Q(state="published"),
            ),
            models.CheckConstraint(condition=~Q(in_force__isempty=True), name="policy_version_in_force_not_empty"),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("made_by")), name="policy_version_maker_is_not_checker"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "in_review"])
                | Q(checked_by__isnull=False, published_at__isnull=False)
                | Q(state="withdrawn", published_at=None),
                name="policy_version_published_by_checker",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None) | ~Q(withdrawn_by=F("withdrawal_proposed_by")),
                name="policy_version_withdrawn_by_second_official",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(published_at=None) | Q(withdrawn_by__isnull=False),
                name="policy_version_withdrawal_signed",
            ),
        ]
        triggers = guards.version_triggers()

    def __str__(self) -> str:
        return f"{self.policy.code} v{self.number}"

    @cached_property
    def parsed(self) -> Definition:
        return definition_parse(self.definition)

    @property
    def days(self) -> Span:
        """The days in force, both ends included."""
        return span_from_range(self.in_force)


class PolicyEvent(models.Model):
    """What happened to a version: who, when, why; append-only."""

    class Kind(models.TextChoices):
        DRAFTED = "drafted"
        SAVED = "saved"
        SUBMITTED = "submitted"
        RETURNED = "returned"
        PUBLISHED = "published"
        SUPERSEDED = "superseded"
        WITHDRAWAL_PROPOSED = "withdrawal_proposed"
        WITHDRAWN = "withdrawn"
        DISCARDED = "discarded"

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)  # of the definition at that moment

    class Meta:
        ordering = ["id"]
        triggers = guards.append_only()


class Parameter(models.Model):
    """A city value that rules read by `parameter("code")`: `kind` and `unit` as FactType has them."""

    code = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10)
    unit = models.CharField(max_length=20, blank=True)
    labels = models.JSONField()
    area = models.CharField(max_length=6)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class ParameterValue(models.Model):
    """The value from `since` until the next one, as text, with its document. Append-only: a correction is a
    later entry for the same day. `sample`: not printed in a source at hand, to be replaced before real use."""

    parameter = models.ForeignKey(Parameter, on_delete=models.PROTECT, related_name="values")
    since = models.DateField()
    value = models.CharField(max_length=40)
    document = models.CharField(max_length=300, blank=True)
    sample = models.BooleanField(default=False)
    entered_at = models.DateTimeField(auto_now_add=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["parameter__code", "since", "id"]
        triggers = guards.append_only()
