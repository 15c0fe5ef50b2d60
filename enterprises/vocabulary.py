"""The vocabulary: every fact that a rule may name, where it comes from and what its absence means.

Read once from fixtures/facts.yaml, sources.yaml and reference/; `VocabularyError` lists all that is wrong.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import yaml
from django.conf import settings

from policies.rules import FactType

from .definitions import (
    ABSENT_UNKNOWN,
    Audience,
    FactDefinition,
    FieldDefinition,
    Labels,
    Pull,
    SourceDefinition,
)
from .errors import VocabularyError
from .vocabulary_schema import shape_problems

__all__ = ["fact_definitions", "reference_table", "source_definitions", "vocabulary"]

# The source of this fact is the register that makes beneficiaries known.
NAME_FACTS: Mapping[Audience, str] = {"enterprise": "name", "person": "person.name"}


def yaml_read(path: Path) -> Any:
    with path.open("rb") as file:
        return yaml.load(file, yaml.CSafeLoader)


@lru_cache
def reference_table(name: str) -> Mapping[str, Any]:
    """A table of fixtures/reference/, for example "divisions"."""
    table: Mapping[str, Any] = yaml_read(settings.FIXTURES / "reference" / f"{name}.yaml")
    return table


@lru_cache
def source_definitions() -> Mapping[str, SourceDefinition]:
    """Source code -> definition, in the order of sources.yaml."""
    sources = yaml_read(settings.FIXTURES / "sources.yaml")
    facts = yaml_read(settings.FIXTURES / "facts.yaml")
    problems = shape_problems("sources.yaml", sources) + shape_problems("facts.yaml", facts)
    problems = problems or cross_problems(facts, sources)
    if problems:
        raise VocabularyError(problems)
    return {code: source_definition(code, data, facts) for code, data in sources.items()}


@lru_cache
def fact_definitions() -> Mapping[str, FactDefinition]:
    """Fact code -> definition, in the order of facts.yaml."""
    sources = source_definitions()  # checks both files first
    facts = yaml_read(settings.FIXTURES / "facts.yaml")
    return {code: fact_definition(code, data, sources) for code, data in facts.items()}


@lru_cache
def vocabulary() -> Mapping[str, FactType]:
    """Fact code -> type, as the rule language and the engine want it."""
    return {code: fact_type(fact) for code, fact in fact_definitions().items()}


def audiences(data: Mapping[str, Any]) -> tuple[Audience, ...]:
    """`audience` of a fact: one or several."""
    value = data["audience"]
    return (cast("Audience", value),) if isinstance(value, str) else tuple(value)


def sources_of(data: Mapping[str, Any]) -> dict[Audience, tuple[str, ...]]:
    """`source` of a fact by audience: one code, several, or a mapping by audience."""

    def codes(value: str | list[str]) -> tuple[str, ...]:
        return (value,) if isinstance(value, str) else tuple(value)

    source = data["source"]
    return {one: codes(source[one] if isinstance(source, Mapping) else source) for one in audiences(data)}


def column_definition(code: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that facts and fields share."""
    kind = data["type"]
    counts = kind in ("integer", "decimal") and data.get("unit")
    return {
        "code": code,
        "kind": kind,
        "labels": data["labels"],
        "column": data.get("column", data["labels"]["zh"]),
        "unit": data.get("unit"),
        "codes": codes_of(data),
        "aliases": reference_table("divisions")["aliases"] if data.get("codes_from") == "divisions.codes" else {},
        "minimum": data.get("minimum", 0 if counts else None),
    }


def codes_of(data: Mapping[str, Any]) -> dict[str, Labels] | None:
    if "codes_from" in data:
        table, key = data["codes_from"].split(".")
        rows = reference_table(table)[key]
        return {str(code): {"zh": row["zh"], "en": row["en"]} for code, row in rows.items()}
    return {str(code): labels for code, labels in data["codes"].items()} if "codes" in data else None


def fact_definition(code: str, data: Mapping[str, Any], sources: Mapping[str, SourceDefinition]) -> FactDefinition:
    def in_order(codes: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(codes, key=lambda source: sources[source].precedence))

    absent = data.get("when_absent", ABSENT_UNKNOWN)
    return FactDefinition(
        **column_definition(code, data),
        audience=audiences(data),
        sources={one: in_order(codes) for one, codes in sources_of(data).items()},
        freshness_days=data["freshness_days"],
        visibility=data["visibility"],
        when_absent=ABSENT_UNKNOWN if absent is None else absent,
        applies_if=data.get("applies_if"),
        key=data.get("key"),
        fields={name: FieldDefinition(**column_definition(name, one)) for name, one in data.get("fields", {}).items()},
    )


def source_definition(code: str, data: Mapping[str, Any], facts: Mapping[str, Any]) -> SourceDefinition:
    audience: Audience = data["audience"]
    name = NAME_FACTS[audience]
    stated = tuple(fact for fact, one in facts.items() if code in sources_of(one).get(audience, ()))
    return SourceDefinition(
        code=code,
        name=data["name"],
        department=data["department"],
        audience=audience,
        complete=data["coverage"] == "complete",
        precedence=data["precedence"],
        due=data["due"],
        key_column=data["key_column"],
        items=data.get("items"),
        facts=stated,
        encoding=data.get("encoding", "utf-8"),
        compiled=data.get("compiled", False),
        pull=Pull(**data["pull"]) if "pull" in data else None,
        name_column=facts[name]["column"] if name in stated else None,
    )


def fact_type(fact: FieldDefinition) -> FactType:
    fields = fact.fields if isinstance(fact, FactDefinition) else {}
    return FactType(
        cast("Any", fact.kind),
        unit=fact.unit,
        codes=fact.codes,
        fields={code: fact_type(one) for code, one in fields.items()} or None,
        labels=fact.labels,
        applies_if=fact.applies_if if isinstance(fact, FactDefinition) else None,
    )


def cross_problems(facts: Mapping[str, Any], sources: Mapping[str, Any]) -> list[str]:
    """What a shape cannot say: references to nothing, labels and columns used twice, absence without coverage."""
    problems: list[str] = []
    seen: dict[tuple[str, ...], str] = {}

    def once(what: tuple[str, ...], place: str) -> None:
        if seen.setdefault(what, place) != place:
            problems.append(f"facts.yaml {place}: {' '.join(what)} is already that of {seen[what]}")

    for code, data in facts.items():
        place = f"facts.yaml {code}"
        for language, label in data["labels"].items():
            once((language, label), code)
        for audience, stated_by in sources_of(data).items():
            for source in stated_by:
                if source not in sources:
                    problems.append(f"{place}.source: {source} is not in sources.yaml")
                    continue
                once((source, data.get("column", data["labels"]["zh"])), code)
                problems += source_problems(place, data, audience, sources[source])
        if data.get("applies_if") and facts.get(data["applies_if"], {}).get("type") != "boolean":
            problems.append(f"{place}.applies_if: {data['applies_if']} is not a boolean fact")
        if data.get("key") and data["key"] not in data["fields"]:
            problems.append(f"{place}.key: {data['key']} is not one of its fields")
        if data["type"] == "code" and not {"codes", "codes_from"} & set(data):
            problems.append(f"{place}: a code needs codes or codes_from")
    for code, data in sources.items():
        if facts.get(data.get("items", ""), {"type": "items"})["type"] != "items":
            problems.append(f"sources.yaml {code}.items: {data['items']} is not an items fact")
    return problems


def source_problems(place: str, fact: Mapping[str, Any], audience: str, source: Mapping[str, Any]) -> list[str]:
    problems = []
    if source["audience"] != audience:
        problems.append(f"{place}.source: its source speaks of {source['audience']}s, the fact of {audience}s")
    if fact.get("when_absent") is not None and source["coverage"] != "complete":
        problems.append(f"{place}.when_absent: its source is partial, absence there says nothing")
    if (fact["type"] == "items") != ("items" in source):
        problems.append(f"{place}: an items fact has a source of its own, with `items` in sources.yaml")
    return problems
