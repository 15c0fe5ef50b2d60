"""What is known of one beneficiary on a day, as it was known at a moment.

Two times: `reference`, the day whose facts count (a delivery's `as_of` is on or before it, and not older than the
fact's freshness), and `known_at`, the moment of deciding (the delivery was loaded by then, and not yet withdrawn).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

import psycopg
from django.db import connection
from django.utils import timezone

from .computed import add_computed
from .definitions import ABSENT_UNKNOWN, Audience, FactDefinition
from .known import Conflict, KnownFact, stored_values, value_from_stored
from .models import Beneficiary
from .personal import person_key
from .secrets import unseal
from .vocabulary import fact_definitions, source_definitions

LATEST = """
WITH live AS (
    SELECT d.id, s.code AS source, d.as_of, d.known_from, d.extent
    FROM enterprises_delivery d
    JOIN enterprises_source s ON s.id = d.source_id
    JOIN unnest(%(sources)s::text[], %(days)s::int[]) AS fresh (source, days) ON fresh.source = s.code
    WHERE d.known_from <= %(known_at)s::timestamptz
      AND (d.withdrawn_at IS NULL OR d.withdrawn_at > %(known_at)s::timestamptz)
      AND d.as_of BETWEEN %(reference)s::date - fresh.days AND %(reference)s::date
)
(SELECT DISTINCT ON (source) source, live.id, as_of, extract(epoch FROM known_from), row_number, values::text, sealed
 FROM live JOIN enterprises_record ON delivery_id = live.id AND beneficiary_id = %(beneficiary)s::bigint
 ORDER BY source, as_of DESC, known_from DESC, live.id DESC)
UNION ALL
(SELECT DISTINCT ON (source) source, id, as_of, extract(epoch FROM known_from), NULL, NULL, NULL
 FROM live WHERE extent = 'whole' AND source = ANY(%(complete)s::text[])
 ORDER BY source, as_of DESC, known_from DESC, id DESC)
"""


@dataclass(frozen=True)
class Statement:
    """What one source says of the beneficiary: the values of a record, or None: not in the (complete) delivery."""

    source: str
    delivery_id: int
    as_of: date
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
        key = person_key(beneficiary)
        if key is None:  # erased
            return {}
    rows = latest_rows(
        {
            "sources": sources,
            "days": days,
            "complete": complete,
            "known_at": known_at,
            "reference": reference,
            "beneficiary": beneficiary.pk,
        }
    )
    found: dict[str, Statement] = {}
    newest: dict[str, tuple[Any, ...]] = {}
    for source, delivery_id, as_of, loaded, row_number, values, sealed in rows:
        place = (as_of, loaded, delivery_id, row_number is not None)
        # A later whole delivery of a complete source that does not name the beneficiary outdates its record.
        if source in newest and newest[source] > place:
            continue
        if sealed is not None and key is not None:
            values = unseal(bytes(sealed), key=key)
        newest[source] = place
        found[source] = Statement(
            source, delivery_id, as_of, row_number, None if values is None else stored_values(values)
        )
    return found


def latest_rows(parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of LATEST, planned once a connection: planning takes as long as running it."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(LATEST, parameters, prepare=True).fetchall()


def stated_fact(fact: FactDefinition, said: Statement, reference: date) -> KnownFact | None:
    """What the source says of the fact, None if nothing or nothing fresh."""
    if (reference - said.as_of).days > fact.freshness_days:
        return None
    stored = fact.when_absent if said.values is None else said.values.get(fact.code)
    if stored is None or stored is ABSENT_UNKNOWN:
        return None
    value = value_from_stored(fact, stored)
    return KnownFact(fact.code, value, said.source, said.as_of, said.delivery_id, said.row_number, said.values is None)


@lru_cache
def facts_of(audience: Audience) -> list[tuple[FactDefinition, tuple[str, ...]]]:
    """The facts of the audience with the sources that state them, the one that goes first in front."""
    return [(fact, fact.sources[audience]) for fact in fact_definitions().values() if audience in fact.audience]


def facts_as_of(*, beneficiary: Beneficiary, reference: date, known_at: datetime | None = None) -> dict[str, KnownFact]:
    """Every fact that is known, by code; unknown ones are not in it.

    A fact is that of the latest record of its source, unknown where that record is older than the fact's freshness or
    leaves it empty. Where the source is complete and its latest delivery does not name the beneficiary, it is the
    fact's `when_absent`, with the delivery as provenance; not so for an enterprise registered after that date.
    """
    audience = cast("Audience", beneficiary.kind)
    said = statements(beneficiary, reference, known_at or timezone.now())
    known: dict[str, KnownFact] = {}
    for fact, sources in facts_of(audience):
        found = [one for source in sources if source in said and (one := stated_fact(fact, said[source], reference))]
        if found:
            known[fact.code] = found[0] if len(found) == 1 else with_conflicts(*found)
    registered = known.get("registered_on")
    if registered is not None:
        known = {code: one for code, one in known.items() if not (one.absent and one.as_of < registered.value)}
    add_computed(known, reference)
    return known


def with_conflicts(first: KnownFact, *others: KnownFact) -> KnownFact:
    """The fact of the source that goes first, with what the others say differently."""
    conflicts = [Conflict(one.source, one.as_of, one.value) for one in others if one.value != first.value]
    return replace(first, conflicts=tuple(conflicts))
