"""Reads of the catalogue."""

from datetime import date

from django.db.models import QuerySet

from policies.definition import Audience
from policies.errors import PolicyError
from policies.models import PolicyVersion

PUBLISHED = PolicyVersion.State.PUBLISHED


def versions_published(*, audience: Audience | str | None = None) -> QuerySet[PolicyVersion]:
    """All published versions, also of days past and to come, ordered by code."""
    versions = PolicyVersion.objects.filter(state=PUBLISHED).select_related("policy").order_by("policy__code", "number")
    return versions if audience is None else versions.filter(definition__audience=str(audience))


def versions_in_force(*, on: date, audience: Audience | str | None = None) -> QuerySet[PolicyVersion]:
    """The published versions in force on a day: at most one per policy, ordered by code."""
    return versions_published(audience=audience).filter(in_force__contains=on)


def version_get(*, code: str, on: date) -> PolicyVersion:
    """The published version of a policy in force on a day; raises PolicyError where there is none."""
    version = versions_in_force(on=on).filter(policy__code=code).first()
    if version is None:
        raise PolicyError(
            zh=f"政策事项 {code} 在 {on} 没有生效的已发布版本", en=f"no published version of {code} is in force on {on}"
        )
    return version
