"""The policies on the shelf of a day, and narrowing them down: the same for pages and API."""

from datetime import date

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from policies.definition import Audience, DeliveryMode, Level
from policies.models import PolicyVersion
from policies.selectors import versions_in_force
from supermarket.matching.catalogue import store_catalogue

AUDIENCES = [(Audience.ENTERPRISE, _("enterprises")), (Audience.PERSON, _("persons"))]
MODES = [
    (DeliveryMode.NO_APPLICATION, _("No application")),
    (DeliveryMode.APPLY_AND_ENJOY, _("Apply and enjoy")),
    (DeliveryMode.TIME_LIMITED, _("Time-limited")),
    (DeliveryMode.TAX_DECLARATION, _("Tax declaration")),
]
LEVELS = [
    (Level.NATION, _("national")),
    (Level.PROVINCE, _("provincial")),
    (Level.CITY, _("municipal")),
    (Level.DISTRICT, _("district")),
]


def versions_on_shelf(*, on: date) -> QuerySet[PolicyVersion]:
    """In force on a day, and of an area that is this installation's."""
    return versions_in_force(on=on).filter(pk__in=[version.pk for version in store_catalogue().versions])


class PolicyFilter(django_filters.FilterSet):
    """`q` looks into titles of both languages, the department and the code."""

    q = django_filters.CharFilter(method="containing", label=_("Words"), max_length=100)
    audience = django_filters.ChoiceFilter(
        field_name="definition__audience", choices=AUDIENCES, label=_("For"), empty_label=_("all")
    )
    delivery = django_filters.ChoiceFilter(
        field_name="definition__delivery", choices=MODES, label=_("Delivery mode"), empty_label=_("all")
    )
    level = django_filters.ChoiceFilter(
        field_name="definition__level", choices=LEVELS, label=_("Level"), empty_label=_("all")
    )

    class Meta:
        model = PolicyVersion
        fields: list[str] = []

    def containing(self, queryset: QuerySet[PolicyVersion], name: str, value: str) -> QuerySet[PolicyVersion]:
        return queryset.filter(
            Q(definition__title__zh__icontains=value)
            | Q(definition__title__en__icontains=value)
            | Q(definition__department__icontains=value)
            | Q(policy__code__icontains=value)
        )
