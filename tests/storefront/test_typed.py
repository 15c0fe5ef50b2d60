"""Facts that are typed: every kind reads to a value of the rule language, or says what is wrong."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict

from enterprises.vocabulary import fact_definitions, vocabulary
from policies.rules.facts import read_fact
from supermarket.storefront.typed import FactsForm, field


def form(typed: dict[str, str]) -> FactsForm:
    data = QueryDict(mutable=True)
    for code, value in typed.items():
        data.setlist(code, value.split("|"))
    return FactsForm(typed, "enterprise", data)


@pytest.mark.parametrize(
    ("code", "text", "value"),
    [
        ("insured_headcount", "27", 27),
        ("revenue.year_yoy", "5.5", Decimal("0.055")),
        ("serious_dishonesty_listed", "no", False),
        ("serious_dishonesty_listed", "yes", True),
        ("registered_on", "2015-03-01", date(2015, 3, 1)),
        ("accepting_area", "340207", "340207"),
    ],
)
def test_a_fact_is_read(code: str, text: str, value: Any) -> None:
    assert form({code: text}).known == {code: value}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("insured_headcount", "-1"),
        ("insured_headcount", "2.5"),
        ("insured_headcount", "1e9999"),
        ("revenue.year_yoy", "NaN"),
        ("serious_dishonesty_listed", "maybe"),
        ("accepting_area", "340100x"),
        ("registered_on", "2023-02-30"),
    ],
)
def test_a_wrong_fact_is_told(code: str, text: str) -> None:
    wrong = form({code: text})
    assert wrong.known == {}
    assert wrong.errors[code]


def test_nothing_typed_is_unknown() -> None:
    assert form({"insured_headcount": "", "serious_dishonesty_listed": ""}).known == {}


def test_every_fact_that_has_a_field_reads_to_a_value_of_the_language() -> None:
    samples = {
        "integer": "3",
        "money": "3.50",
        "decimal": "3.5",
        "ratio": "3.5",
        "boolean": "yes",
        "date": "2023-01-01",
        "text": "甲",
    }
    for code, fact in fact_definitions().items():
        made = field(fact)
        if made is None:
            assert fact.kind == "items" or not fact.codes, code
            continue
        sample: Any = samples.get(fact.kind) or next(iter(fact.codes or {}))
        value = made.clean([sample] if fact.kind == "tags" else sample)
        read_fact(code, vocabulary()[code], value)  # raises where the type does not take it
