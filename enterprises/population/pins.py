"""What a population was made of: enough to make the same table again, whatever was delivered or declared since."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db import connection

from enterprises.definitions import Audience
from enterprises.models import Delivery
from enterprises.vocabulary import fact_definitions, source_definitions

from .blocks import PinnedDelivery
from .columns import Column, column_from_data, column_of_fact

# A whole delivery of a complete source says everything that earlier ones said.
LIVE = """
SELECT s.code, d.id, d.as_of, d.known_from, d.extent = 'whole', d.sha256
FROM enterprises_delivery d JOIN enterprises_source s ON s.id = d.source_id
WHERE d.known_from <= %(known_at)s AND (d.withdrawn_at IS NULL OR d.withdrawn_at > %(known_at)s)
  AND d.as_of <= %(reference)s AND s.code = ANY(%(sources)s)
ORDER BY d.as_of, d.known_from, d.id
"""


@dataclass(frozen=True)
class Pins:
    """`reference`: the day whose facts count. `beneficiaries`: how many; `last_beneficiary`: the greatest id of theirs.
    `complete`: codes of the sources that name everybody. `deliveries`: by source, the later ones outdo the earlier."""

    audience: Audience
    reference: date
    beneficiaries: int
    last_beneficiary: int
    columns: tuple[Column, ...]
    complete: frozenset[str]
    deliveries: Mapping[str, tuple[PinnedDelivery, ...]]

    def columns_of(self, source: str) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if source in column.sources)

    def as_data(self) -> dict[str, Any]:
        """Plain JSON values; deliveries by id and hash, what else is known of them stands in the database."""
        return {
            "audience": self.audience,
            "reference": self.reference.isoformat(),
            "beneficiaries": self.beneficiaries,
            "last_beneficiary": self.last_beneficiary,
            "columns": [column.as_data() for column in self.columns],
            "complete": sorted(self.complete),
            "deliveries": {
                source: [[delivery.id, delivery.sha256] for delivery in deliveries]
                for source, deliveries in self.deliveries.items()
            },
        }

    @property
    def sha256(self) -> str:
        text = json.dumps(self.as_data(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def pins_of(*, audience: Audience, reference: date, known_at: datetime) -> Pins:
    """What `facts_as_of` reads for that day and moment, for everybody of the audience who was registered by then."""
    facts = [fact for fact in fact_definitions().values() if audience in fact.audience]
    columns = tuple(column_of_fact(fact, audience) for fact in facts)
    stating = {source for column in columns for source in column.sources}
    sources = {code: one for code, one in source_definitions().items() if code in stating}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(max(id), 0) FROM enterprises_beneficiary WHERE kind = %s AND created_at <= %s",
            [audience, known_at],
        )
        count, last = cursor.fetchone()
        cursor.execute(LIVE, {"known_at": known_at, "reference": reference, "sources": list(sources)})
        live: dict[str, list[PinnedDelivery]] = {}
        for source, *row in cursor.fetchall():
            live.setdefault(source, []).append(PinnedDelivery(*row))
    complete = frozenset(code for code, source in sources.items() if source.complete)
    deliveries = {
        source: needed(live[source], reference, columns, source, source in complete)
        for source in sources
        if source in live
    }
    return Pins(
        audience,
        reference,
        count,
        last,
        columns,
        complete,
        {source: some for source, some in deliveries.items() if some},
    )


def needed(
    live: list[PinnedDelivery], reference: date, columns: Iterable[Column], source: str, complete: bool
) -> tuple[PinnedDelivery, ...]:
    """The deliveries that still say something on the day."""
    longest = max(column.freshness_days for column in columns if source in column.sources)
    fresh = [delivery for delivery in live if delivery.as_of >= reference - timedelta(days=longest)]
    last_whole = max((place for place, delivery in enumerate(fresh) if delivery.whole), default=0)
    return tuple(fresh[last_whole:] if complete else fresh)


def pins_from_data(data: Mapping[str, Any]) -> Pins:
    """The inverse of `Pins.as_data`."""
    ids = [number for deliveries in data["deliveries"].values() for number, _ in deliveries]
    rows = Delivery.objects.in_bulk(ids)
    found = {
        number: PinnedDelivery(number, row.as_of, row.known_from, row.extent == Delivery.Extent.WHOLE, row.sha256)
        for number, row in rows.items()
        if row.known_from is not None
    }
    return Pins(
        audience=cast("Audience", data["audience"]),
        reference=date.fromisoformat(data["reference"]),
        beneficiaries=data["beneficiaries"],
        last_beneficiary=data["last_beneficiary"],
        columns=tuple(column_from_data(column) for column in data["columns"]),
        complete=frozenset(data["complete"]),
        deliveries={
            source: tuple(found[number] for number, _ in deliveries)
            for source, deliveries in data["deliveries"].items()
        },
    )
