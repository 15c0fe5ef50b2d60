"""Facts that a caller types, checked against the vocabulary and turned into values of the rule language."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from enterprises.vocabulary import fact_definitions, vocabulary
from policies.rules import FactValueError
from policies.rules.facts import read_fact

ROWS_AT_MOST = 1000
NUMBER_BELOW = Decimal(10) ** 16
EXPECTED = {
    "boolean": "true, false",
    "integer": "42",
    "decimal": "42.5",
    "money": "1200000.00",
    "ratio": "0.055",
    "date": "2023-06-15",
}


def facts_read(typed: Mapping[str, Any], audience: str) -> dict[str, Any]:
    """Code -> value; null is unknown and left out. Raises ValidationError that names every wrong fact."""
    definitions, types = fact_definitions(), vocabulary()
    values: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for code, value in typed.items():
        definition = definitions.get(code)
        if definition is None or audience not in definition.audience:
            wrong[code] = [_("is no fact of this audience; see the list of facts")]
        elif value is not None:
            try:
                refuse_large(code, value)
                values[code] = read_fact(code, types[code], value)
            except FactValueError:
                example = EXPECTED.get(definition.kind) or ", ".join(definition.codes or {})
                wrong[code] = [_("expected something like: %(example)s") % {"example": example}]
    if wrong:
        raise ValidationError({"facts": wrong})
    return values


def refuse_large(code: str, value: Any) -> None:
    """Numbers and lists that no fact has, before anything is computed with them."""
    match value:
        case bool():
            return
        case int() | Decimal() if not -NUMBER_BELOW < value < NUMBER_BELOW or value != round(value, 6):
            raise FactValueError(code, value, "a number of at most 16 digits and 6 decimals")
        case list() if len(value) > ROWS_AT_MOST:
            raise FactValueError(code, value, f"at most {ROWS_AT_MOST} rows")
        case list():
            for one in value:
                refuse_large(code, one)
        case dict():
            for one in value.values():
                refuse_large(code, one)
