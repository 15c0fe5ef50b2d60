"""Lines of a sheet, from facts as they are known."""

from collections.abc import Iterable, Mapping
from typing import Any

from enterprises.models import Delivery
from enterprises.selectors import KnownFact
from policies.definition import Definition, Text
from policies.rules import Vocabulary
from supermarket.papers.types import FactLine, Paper, ReasonLine
from supermarket.shelf import Reason
from supermarket.shelf.knowledge import is_shown
from supermarket.shelf.values import fact_label, value_text

Known = Mapping[str, KnownFact]
# Deeper than this, a rule reads as its parts; the claim's page has all of it.
DEEPEST = 2


def paper_lines(definition: Definition, known: Known) -> tuple[Paper, ...]:
    """Each paper of the policy, and the deliveries that speak in its place."""
    papers = []
    for material in definition.materials:
        stated = [fact for fact in known.values() if fact.source == material.source]
        papers.append(
            Paper(
                name=material.name,
                source=material.source,
                as_of=max((fact.as_of for fact in stated), default=None),
                deliveries=tuple(sorted({fact.delivery_id for fact in stated})),
            )
        )
    return tuple(papers)


def fact_lines(known: Known, vocabulary: Vocabulary) -> tuple[FactLine, ...]:
    """In the order of their sources, so that what one delivery says stands together."""
    ordered = sorted(known.values(), key=lambda fact: (fact.source, fact.delivery_id, fact.code))
    return tuple(
        FactLine(
            label=fact_label(vocabulary.get(fact.code), fact.code),
            value=value_text(vocabulary[fact.code], fact.value) if is_shown(fact.code) else None,
            source=fact.source,
            as_of=fact.as_of,
            delivery=fact.delivery_id,
            row=fact.row_number,
            absent=fact.absent,
        )
        for fact in ordered
    )


def parameter_lines(values: Mapping[str, Any], vocabulary: Vocabulary) -> tuple[tuple[Text, Text], ...]:
    """What the city sets and the decision reads: name and value."""
    return tuple(
        (fact_label(vocabulary[code], code), value_text(vocabulary[code], value))
        for code, value in sorted(values.items())
        if code in vocabulary and value is not None
    )


def reasons_shown(reasons: Iterable[Reason], depth: int = 0) -> Iterable[ReasonLine]:
    """Reasons of the shelf, flattened."""
    for reason in reasons:
        yield ReasonLine(reason.truth, reason.text, depth)
        if depth < DEEPEST:
            yield from reasons_shown(reason.children, depth + 1)


def reasons_frozen(data: Mapping[str, Any]) -> Iterable[ReasonLine]:
    """Reasons of a claim's evidence, flattened; where all conditions must hold, the conditions."""
    parts = data.get("parts", []) if data.get("kind") == "all" else [data]
    for part in parts:
        yield from reason_frozen(part, 0)


def reason_frozen(data: Mapping[str, Any], depth: int) -> Iterable[ReasonLine]:
    yield ReasonLine(data["truth"], Text(data["zh"], data["en"]), depth)
    if depth < DEEPEST:
        for part in data.get("parts", []):
            yield from reason_frozen(part, depth + 1)


def deliveries_of(ids: Iterable[int]) -> tuple[Delivery, ...]:
    return tuple(Delivery.objects.filter(pk__in=set(ids)).select_related("source").order_by("source__code", "pk"))
