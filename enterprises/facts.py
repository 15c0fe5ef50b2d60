"""What is known of one beneficiary on a day, as it was known at a moment.

Two times: `reference`, the day whose facts count (a delivery's `as_of` is on or before it, and not older than the
fact's freshness), and `known_at`, the moment of deciding (the delivery was loaded by then, and not yet withdrawn).
"""

from collections.abc import Collection, Iterable, Mapping
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

# Each delivery that counts on an asked day says what its record says, or, whole and of a complete source, that nobody
# else is named; the newest of each source goes.
LATEST = """
SELECT reference, source, id, as_of, row_number, values::text, sealed
FROM (
    SELECT DISTINCT ON (reference, source) reference, source, live.id, as_of, row_number, values, sealed
    FROM (
        SELECT reference, d.id, s.code AS source, d.as_of, d.known_from, d.extent
        FROM enterprises_delivery d
        JOIN enterprises_source s ON s.id = d.source_id
        JOIN unnest(%(sources)s::text[], %(days)s::int[]) AS fresh (source, days) ON fresh.source = s.code
        JOIN unnest(%(references)s::date[]) AS asked (reference)
          ON d.as_of BETWEEN reference - fresh.days AND reference
        WHERE d.known_from <= %(known_at)s::timestamptz
          AND (d.withdrawn_at IS NULL OR d.withdrawn_at > %(known_at)s::timestamptz)
    ) AS live
    LEFT JOIN enterprises_record ON delivery_id = live.id AND beneficiary_id = %(beneficiary)s::bigint
    WHERE row_number IS NOT NULL OR (extent = 'whole' AND source = ANY(%(complete)s::text[]))
    ORDER BY reference, source, as_of DESC, known_from DESC, live.id DESC
) AS newest
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
def source_freshness(audience: Audience, *, public: bool) -> dict[str, str]:
    """Parameters of LATEST: codes of the audience's sources, the longest freshness of their facts in days, and the
    complete ones' codes; `public`: of the sources that state public facts, by these alone."""
    days: dict[str, int] = {}
    for fact, sources in facts_of(audience, public=public).values():
        for source in sources:
            days[source] = max(fact.freshness_days, days.get(source, 0))
    complete = [code for code in days if source_definitions()[code].complete]
    return {"sources": array_literal(days), "days": array_literal(days.values()), "complete": array_literal(complete)}


def array_literal(values: Iterable[object]) -> str:
    """PostgreSQL's text for an array of plain words; psycopg would write it anew for every query."""
    return "{" + ",".join(map(str, values)) + "}"


Statements = dict[str, Statement]


def statements(beneficiary: Beneficiary, reference: date, known_at: datetime) -> Statements:
    """Source code -> what that source says; sources that say nothing are not in it."""
    return statements_on(beneficiary, [reference], known_at, public=False)[reference]


def statements_on(
    beneficiary: Beneficiary, references: Collection[date], known_at: datetime, *, public: bool
) -> dict[date, Statements]:
    """The same for each of some days, by one query."""
    found: dict[date, Statements] = {reference: {} for reference in references}
    freshness = source_freshness(cast("Audience", beneficiary.kind), public=public)
    key = None
    if beneficiary.kind == Beneficiary.Kind.PERSON:
        key = person_key(beneficiary)
        if key is None:  # erased
            return found
    rows = latest_rows(
        {
            **freshness,
            "known_at": known_at,
            "references": list(references),
            "beneficiary": beneficiary.pk,
        }
    )
    for reference, source, delivery_id, as_of, row_number, values, sealed in rows:
        if sealed is not None and key is not None:
            values = unseal(bytes(sealed), key=key)
        found[reference][source] = Statement(
            source, delivery_id, as_of, row_number, None if values is None else stored_values(values)
        )
    return found


def latest_rows(parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of LATEST, planned once a connection: planning takes longer than running it."""
    connection.ensure_connection()
    session = connection.connection
    with psycopg.Cursor(session) as cursor:
        session.prepare_threshold = 0  # Django's connections prepare nothing, whatever `prepare` says
        try:
            return cursor.execute(LATEST, parameters, prepare=True).fetchall()
        finally:
            session.prepare_threshold = None


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
def facts_of(audience: Audience, *, public: bool) -> dict[str, tuple[FactDefinition, tuple[str, ...]]]:
    """The facts of the audience by code, with the sources that state them, the one that goes first in front."""
    return {
        fact.code: (fact, fact.sources[audience])
        for fact in fact_definitions().values()
        if audience in fact.audience and (fact.visibility == "public" or not public)
    }


def facts_as_of(*, beneficiary: Beneficiary, reference: date, known_at: datetime | None = None) -> dict[str, KnownFact]:
    """Every fact that is known, by code; unknown ones are not in it.

    A fact is that of the latest record of its source, unknown where that record is older than the fact's freshness or
    leaves it empty. Where the source is complete and its latest delivery does not name the beneficiary, it is the
    fact's `when_absent`, with the delivery as provenance; not so for an enterprise registered after that date.
    """
    return facts_on(beneficiary=beneficiary, references=[reference], known_at=known_at)[reference]


def facts_on(
    *,
    beneficiary: Beneficiary,
    references: Collection[date],
    known_at: datetime | None = None,
    public: bool = False,
) -> dict[date, dict[str, KnownFact]]:
    """`facts_as_of` for each of some days, by one query; `public`: those facts alone that anybody may know, computed
    from nothing else."""
    audience = cast("Audience", beneficiary.kind)
    said = statements_on(beneficiary, references, known_at or timezone.now(), public=public)
    return {day: _facts(facts_of(audience, public=public), said[day], day) for day in references}


def _facts(
    facts: Mapping[str, tuple[FactDefinition, tuple[str, ...]]], said: Statements, reference: date
) -> dict[str, KnownFact]:
    known: dict[str, KnownFact] = {}
    for fact, sources in facts.values():
        found = [one for source in sources if source in said and (one := stated_fact(fact, said[source], reference))]
        if found:
            known[fact.code] = found[0] if len(found) == 1 else with_conflicts(*found)
    registered = known.get("registered_on")
    if registered is not None:
        known = {code: one for code, one in known.items() if not (one.absent and one.as_of < registered.value)}
    add_computed(known, reference, facts)
    return known


def with_conflicts(first: KnownFact, *others: KnownFact) -> KnownFact:
    """The fact of the source that goes first, with what the others say differently."""
    conflicts = [Conflict(one.source, one.as_of, one.value) for one in others if one.value != first.value]
    return replace(first, conflicts=tuple(conflicts))
