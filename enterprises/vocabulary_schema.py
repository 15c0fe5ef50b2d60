"""The shape of facts.yaml and sources.yaml, as JSON Schema (2020-12): an unknown key or a wrong type is an error."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

LABELS = {
    "type": "object",
    "properties": {"zh": {"type": "string", "minLength": 1}, "en": {"type": "string", "minLength": 1}},
    "required": ["zh", "en"],
    "additionalProperties": False,
}
CODES = {"type": "object", "minProperties": 1, "additionalProperties": LABELS}
PLAIN_KINDS = ["integer", "decimal", "money", "ratio", "date", "text", "boolean", "code", "tags"]
AUDIENCE = {"enum": ["enterprise", "person"]}
COLUMN = {
    "unit": {"type": "string"},
    "labels": LABELS,
    "column": {"type": "string", "minLength": 1},
    "codes": CODES,
    "codes_from": {"type": "string", "pattern": r"^[a-z_]+\.[a-z_]+$"},
    "minimum": {"type": "integer"},
}
ITEM_FIELD = {
    "type": "object",
    "properties": {"type": {"enum": PLAIN_KINDS}, **COLUMN},
    "required": ["type", "labels"],
    "additionalProperties": False,
}
SOURCE_OF_FACT = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
FACTS = {
    "type": "object",
    "propertyNames": {"pattern": r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$"},
    "additionalProperties": {
        "type": "object",
        "properties": {
            "type": {"enum": [*PLAIN_KINDS, "items"]},
            **COLUMN,
            "audience": {"anyOf": [AUDIENCE, {"type": "array", "items": AUDIENCE, "minItems": 1}]},
            "source": {
                "anyOf": [
                    *SOURCE_OF_FACT["anyOf"],
                    {"type": "object", "propertyNames": AUDIENCE, "additionalProperties": SOURCE_OF_FACT},
                ]
            },
            "freshness_days": {"type": "integer", "minimum": 1},
            "visibility": {"enum": ["public", "owner", "statistics"]},
            "when_absent": {"type": ["boolean", "integer", "string", "array", "null"]},
            "applies_if": {"type": ["string", "null"]},
            "key": {"type": "string"},
            "fields": {"type": "object", "minProperties": 1, "additionalProperties": ITEM_FIELD},
        },
        "required": ["type", "audience", "labels", "source", "freshness_days", "visibility"],
        "dependentRequired": {"fields": ["key"], "key": ["fields"]},
        "additionalProperties": False,
    },
}
SOURCES = {
    "type": "object",
    "propertyNames": {"pattern": r"^[a-z][a-z0-9_]{0,39}$"},
    "additionalProperties": {
        "type": "object",
        "properties": {
            "name": LABELS,
            "department": {"type": "string", "minLength": 1},
            "audience": AUDIENCE,
            "coverage": {"enum": ["complete", "partial"]},
            "precedence": {"type": "integer", "minimum": 0},
            "due": {"enum": ["daily", "weekly", "monthly", "quarterly", "half_yearly", "yearly", "once"]},
            "key_column": {"type": "string", "minLength": 1},
            "items": {"type": "string"},
            "encoding": {"enum": ["utf-8", "gb18030"]},
            "compiled": {"type": "boolean"},
            "pull": {
                "type": "object",
                "properties": {"manifest": {"type": "string", "pattern": "^https?://"}, "token": {"type": "string"}},
                "required": ["manifest"],
                "additionalProperties": False,
            },
        },
        "required": ["name", "department", "audience", "coverage", "precedence", "due", "key_column"],
        "additionalProperties": False,
    },
}


@lru_cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator({"facts.yaml": FACTS, "sources.yaml": SOURCES}[name])


def shape_problems(file: str, data: Mapping[str, Any]) -> list[str]:
    """Every place of `data` that breaks the shape of `file`: "facts.yaml msme_size.codes: …"."""
    return [
        f"{file} {'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in _validator(file).iter_errors(data)
    ]
