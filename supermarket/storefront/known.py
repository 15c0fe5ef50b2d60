"""What departments delivered about one beneficiary, department by department, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from enterprises.definitions import FactDefinition, SourceDefinition
from enterprises.models import Beneficiary
from enterprises.selectors import KnownFact, facts_as_of
from enterprises.vocabulary import fact_definitions, source_definitions, vocabulary
from policies.rules import FactType
from supermarket.shelf.values import fact_label, value_text
from supermarket.templatetags.store import say


@dataclass(frozen=True)
class FactLine:
    """One fact in words; `good_until` the last day on which it still counts."""

    code: str
    label: str
    value: str
    as_of: date
    good_until: date
    absent: bool
    items: list[dict[str, str]] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


@dataclass
class SourceFacts:
    """What one source says, and which of its facts are not known."""

    name: str
    department: str
    known: list[FactLine] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def item_texts(fact: FactType, item: Mapping[str, Any]) -> dict[str, str]:
    """Label -> value of one row of an items fact."""
    fields = fact.fields or {}
    return {
        say(fact_label(fields[code], code)): say(value_text(fields[code], value))
        for code, value in item.items()
        if code in fields
    }


def fact_line(definition: FactDefinition, known: KnownFact) -> FactLine:
    sources, fact_type = source_definitions(), vocabulary()[known.code]
    return FactLine(
        code=known.code,
        label=say(definition.labels),
        value=say(value_text(fact_type, known.value)),
        as_of=known.as_of,
        good_until=known.as_of + timedelta(days=definition.freshness_days),
        absent=known.absent,
        items=[item_texts(fact_type, item) for item in known.value] if definition.kind == "items" else [],
        conflicts=[
            _("%(source)s says %(value)s")
            % {"source": say(sources[one.source].name), "value": say(value_text(fact_type, one.value))}
            for one in known.conflicts
        ],
    )


def known_by_source(beneficiary: Beneficiary, reference: date) -> list[SourceFacts]:
    """Sources in the order of sources.yaml; those that say nothing come with all their facts unknown."""
    known = facts_as_of(beneficiary=beneficiary, reference=reference)
    found = [
        source_facts(source, known) for source in source_definitions().values() if source.audience == beneficiary.kind
    ]
    return [one for one in found if one.known or one.unknown]


def source_facts(source: SourceDefinition, known: Mapping[str, KnownFact]) -> SourceFacts:
    definitions = fact_definitions()
    lines = SourceFacts(name=say(source.name), department=source.department)
    for code in source.facts:
        fact = known.get(code)
        if fact is None:
            lines.unknown.append(say(definitions[code].labels))
        elif fact.source == source.code:
            lines.known.append(fact_line(definitions[code], fact))
    return lines
