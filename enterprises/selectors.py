"""What may be asked about beneficiaries, facts and deliveries."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Q, QuerySet

from .deliveries import rejects
from .deliveries.locking import is_worked_on
from .facts import facts_as_of, facts_on
from .identifiers import credit_code_clean
from .known import KnownFact
from .models import Beneficiary, Delivery, FactDispute
from .personal import reveal
from .vocabulary import source_definitions

__all__ = [
    "KnownFact",
    "beneficiary_find",
    "disputes_answered",
    "disputes_open",
    "disputes_overdue",
    "facts_as_of",
    "facts_on",
    "is_worked_on",
    "registered_name",
    "rejects_table",
]

FOUND_AT_MOST = 50


def beneficiary_find(*, query: str) -> list[Beneficiary]:
    """By code (a former one too), its beginning, or part of a name (a former one too); at most 50, codes first.

    Persons are found by their whole public code only.
    """
    text = query.strip()
    if not text:
        return []
    code = credit_code_clean(text)
    exact = Beneficiary.objects.filter(Q(code=code) | Q(former_codes__code=code)).distinct()
    if found := list(exact):
        return found
    enterprises = Beneficiary.objects.filter(kind=Beneficiary.Kind.ENTERPRISE)
    if len(code) >= 4 and code.isascii() and code.isalnum():
        by_code = enterprises.filter(code__startswith=code).order_by("code")[:FOUND_AT_MOST]
        if found := list(by_code):
            return found
    named = Q(name__contains=text) | Q(
        pk__in=Beneficiary.objects.filter(former_names__name__contains=text).values("pk")
    )
    return list(enterprises.filter(named).order_by("sort_key", "code")[:FOUND_AT_MOST])


def rejects_table(*, delivery: Delivery, language: str = "zh") -> Iterator[list[str]]:
    """The rejected rows under a header, with the reasons in front: to be mended and delivered again."""
    return rejects.as_rows(delivery, source_definitions()[delivery.source.code].audience, language)


def registered_name(*, beneficiary: Beneficiary) -> str:
    """The full name, a person's too. To be shown to the beneficiary and to officials who pay him; masked elsewhere."""
    if beneficiary.kind == Beneficiary.Kind.ENTERPRISE:
        return beneficiary.name
    return reveal(beneficiary, beneficiary.person.name_sealed) or beneficiary.name


def disputes_open() -> QuerySet[FactDispute]:
    """Disputes that wait for an answer, the most urgent first."""
    waiting = FactDispute.objects.filter(state=FactDispute.State.OPEN).select_related("beneficiary")
    return waiting.order_by("due_on", "pk")


def disputes_answered() -> QuerySet[FactDispute]:
    """Disputes that were upheld or rejected, the newest answer first."""
    answered = FactDispute.objects.filter(answered_at__isnull=False).select_related("beneficiary")
    return answered.order_by("-answered_at", "-pk")


def disputes_overdue(*, on: date) -> QuerySet[FactDispute]:
    """Disputes whose department should have answered before the day."""
    return disputes_open().filter(due_on__lt=on)
