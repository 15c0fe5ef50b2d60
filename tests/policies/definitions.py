"""Definitions for tests: one that is right, to be bent."""

import copy
from typing import Any

from policies.definition import Definition, definition_parse

RIGHT: dict[str, Any] = {
    "code": "test-rd-award",
    "title": {"zh": "研发奖励", "en": "R&D award"},
    "document": {"title": "若干政策", "issued_by": "芜湖市人民政府", "issued_on": "2023-01-05"},
    "department": "芜湖市科学技术局",
    "audience": "enterprise",
    "area": "340200",
    "level": "city",
    "paid_by": "here",
    "delivery": "no_application",
    "pay": "automatic",
    "in_force": {"from": "2023-01-01", "until": "2025-12-31"},
    "eligibility": "insured_headcount >= 30",
    "amount": "10000",
    "period": "yearly",
}


def data(**changes: Any) -> dict[str, Any]:
    """The right definition with keys replaced; a key set to None is left out."""
    merged = {**copy.deepcopy(RIGHT), **changes}
    return {key: value for key, value in merged.items() if value is not None}


def definition(**changes: Any) -> Definition:
    return definition_parse(data(**changes))
