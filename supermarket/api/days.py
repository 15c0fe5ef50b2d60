"""The day of an answer as a parameter."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from supermarket.dates import FIRST_DAY, LAST_DAY, today


class DayField(serializers.DateField):
    """Today where absent; days far off are refused."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = f"The day of the answer, from {FIRST_DAY} to {LAST_DAY}; today where absent."
        super().__init__(default=today, help_text=help_text, **kwargs)

    def to_internal_value(self, value: Any) -> Any:
        day = super().to_internal_value(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            message = _("Choose a day between %(first)s and %(last)s.")
            raise serializers.ValidationError(message % {"first": FIRST_DAY, "last": LAST_DAY})
        return day
