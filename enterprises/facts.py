"""What is known of one beneficiary on a day, as it was known at a moment.

Two times: `reference`, the day whose facts count (a delivery's `as_of` is on or before it, and not older than the
fact's freshness), and `known_at`, the moment of deciding (the delivery was loaded by then, and not yet withdrawn).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

from django.db import connection
from django.utils import timezone

from .computed import add_computed
from .definitions import ABSENT_UNKNOWN, Audience, FactDefinition
from .known import Conflict, KnownFact, stored_values, value_from_stored
from .models import Beneficiary
from .secrets import key_unwrap, unseal
from .vocabulary import fact_definitions, source_definitions

LATEST = """
WITH live AS (
    SELECT d.id, s.code AS source, d.as_of, d.known_from, d.extent
    FROM enterprises_delivery d
    JOIN enterprises_source s ON s.id = d.source_id
    JOIN unnest(%(sources)s::text[], %(days)s::int[]) AS fresh (source, days) ON fresh.source = s.code
    WHERE d.known_from <= %(known_at)s AND (d.withdrawn_at IS NULL OR d.withdrawn_at > %(known_at)s)
      AND d.as_of BETWEEN %(reference)s - fresh.days AND %(reference)s
)
(SELECT DISTINCT ON (source) source, live.id, as_of, known_from, row_number, values::text, sealed
 FROM live JOIN enterprises_record ON delivery_id = live.id AND beneficiary_id = %(beneficiary)s
 ORDER BY source, as_of DESC, known_from DESC, live.id DESC)
UNION ALL
(SELECT DISTINCT ON (source) source, id, as_of, known_from, NULL, NULL, NULL
 FROM live WHERE extent = 'whole' AND source = ANY(%(complete)s)
 ORDER BY source, as_of DESC, known_from DESC, id DESC)
"""


@dataclass(frozen=True)
class Statement:
    """What one source says of the beneficiary: the values of a record, or None: not in the (complete) delivery."""

    source: str
    delivery_id: int
    as_of: date
    known_from: datetime
    row_number: int | None
    values: dict[str, Any] | None


@lru_cache
def source_freshness(audience: Audience) -> tuple[list[str], list[int], list[str]]:
    """Codes of the audience's sources, the longest freshness of their facts in days, and the complete ones' codes."""
    facts = fact_definitions()
    sources = [source for source in source_definitions().values() if source.audience == audience and source.facts]
    return (
        [source.code for source in sources],
        [max(facts[code].freshness_days for code in source.facts) for source in sources],
        [source.code for source in sources if source.complete],
    )


def statements(beneficiary: Beneficiary, reference: date, known_at: datetime) -> dict[str, Statement]:
    """Source code -> what that source says; sources that say nothing are not in it."""
    sources, days, complete = source_freshness(cast("Audience", beneficiary.kind))
    key = None
    if beneficiary.kind == Beneficiary.Kind.PERSON:
        if beneficiary.person.wrapped_key is None:  # erased
            return {}
        key = key_unwrap(beneficiary.person.wrapped_key)
    with connection.cursor() as cursor:
        cursor.execute(
            LATEST,
            {
                "sources": sources,
                "days": days,
                "complete": complete,
                "known_at": known_at,
                "reference": reference,
                "beneficiary": beneficiary.pk,
            },
        )
        rows = cursor.fetchall()
    found: dict[str, Statement] = {}
    for source, delivery_id, as_of, known_from, row_number, values, sealed in rows:
        if sealed is not None and key is not None:
            values = unseal(bytes(sealed), key=key)
        statement = Statement(
            source, delivery_id, as_of, known_from, row_number, None if values is None else stored_values(values)
        )
        earlier = found.get(source)
        # A later whole delivery of a complete source that does not name the beneficiary outdates its record.
        if earlier is None or (earlier.as_of, earlier.known_from, earlier.delivery_id) < (
            as_of,
            known_from,
            delivery_id,
        ):
            found[source] = statement
    return found


def stated_facts(fact: FactDefinition, audience: Audience, said: dict[str, Statement]) -> Iterator[KnownFact]:
    """What each source that states the fact says of it, the one that goes first in front."""
    for source in fact.sources[audience]:
        statement = said.get(source)
        if statement is None:
            continue
        absent = statement.values is None
        if statement.values is None:
            if fact.when_absent is ABSENT_UNKNOWN:
                continue
            stored = fact.when_absent
        elif fact.code in statement.values:
            stored = statement.values[fact.code]
        else:
            continue
        yield KnownFact(
            code=fact.code,
            value=value_from_stored(fact, stored),
            source=source,
            as_of=statement.as_of,
            delivery_id=statement.delivery_id,
            row_number=statement.row_number,
            absent=absent,
        )


def facts_as_of(*, beneficiary: Beneficiary, reference: date, known_at: datetime | None = None) -> dict[str, KnownFact]:
    """Every fact that is known, by code; unknown ones are not in it.

    A fact is that of the latest record of its source, unknown where that record is older than the fact's freshness or
    leaves it empty. Where the source is complete and its latest delivery does not name the beneficiary, it is the
    fact's `when_absent`, with the delivery as provenance; not so for an enterprise registered after that date.
    """
    audience = cast("Audience", beneficiary.kind)
    said = statements(beneficiary, reference, known_at or timezone.now())
    known: dict[str, KnownFact] = {}
    for code, fact in fact_definitions().items():
        if audience not in fact.audience:
            continue
        fresh = [
            one for one in stated_facts(fact, audience, said) if (reference - one.as_of).days <= fact.freshness_days
        ]
        if fresh:
            first, *others = fresh
            conflicts = tuple(Conflict(one.source, one.as_of, one.value) for one in others if one.value != first.value)
            known[code] = replace(first, conflicts=conflicts) if conflicts else first
    registered = known.get("registered_on")
    if registered is not None:
        known = {code: one for code, one in known.items() if not (one.absent and one.as_of < registered.value)}
    add_computed(known, reference)
    return known
