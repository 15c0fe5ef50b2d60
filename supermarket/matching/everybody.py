"""Policies decided for the whole population of a day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.utils import timezone

from enterprises.definitions import Audience
from enterprises.population import BlockStore, Snapshot, population_as_of
from policies.models import PolicyVersion
from supermarket.matching.catalogue import StoreCatalogue, store_catalogue
from supermarket.matching.periods import Offer, offer_for
from supermarket.matching.selectors import PolicyAnswer, policy_answer
from supermarket.matching.simulation import Outcome

ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Decided:
    """One offer for every row of a population, in its order."""

    offer: Offer
    population: Snapshot
    outcome: Outcome


def decided(offers: Sequence[Offer], population: Snapshot, catalogue: StoreCatalogue) -> list[Decided]:
    """The offers, all of the population's reference date, for everybody in it."""
    rows = len(population.ids)
    answers = [Decided(offer, population, nothing_yet(rows)) for offer in offers]
    for start in range(0, rows, ROWS_AT_ONCE):
        part = range(start, min(start + ROWS_AT_ONCE, rows))
        for row, known in zip(part, population.known(part), strict=True):
            facts = {code: fact.value for code, fact in known.items()}
            for one in answers:
                enter(one.outcome, row, policy_answer(one.offer, facts, catalogue))
    return answers


def nothing_yet(rows: int) -> Outcome:
    flags = [np.zeros(rows, np.bool_) for _ in range(3)]
    return Outcome(flags[0], flags[1], np.zeros(rows, np.int64), flags[2])


def enter(outcome: Outcome, row: int, answer: PolicyAnswer) -> None:
    truth, fen = answer.decided.truth, answer.amount_fen
    outcome.eligible[row], outcome.unknown[row] = truth is True, truth is None
    outcome.amounts_fen[row], outcome.amount_known[row] = fen or 0, fen is not None


def version_decided(
    *, version: PolicyVersion, period: str, decision: date, known_at: datetime | None = None
) -> Decided:
    """One version for one period, as a run decides it: for everybody of its audience, on the facts of its reference
    date as known at a moment (default: now). `population.known(rows)` gives facts with provenance for evidence;
    `population.pins` what to pin."""
    offer = offer_for(version, period, decision)
    population = population_as_of(
        audience=version.parsed.audience.value, reference=offer.reference, known_at=known_at or timezone.now()
    )
    (answer,) = decided([offer], population, store_catalogue())
    return answer


def shelf_decided(
    *, audience: Audience, as_of: date, known_at: datetime, store: BlockStore
) -> Iterator[tuple[Snapshot, list[Decided]]]:
    """Every policy on the shelf of an audience on a day: one population a reference date, with its policies."""
    catalogue = store_catalogue()
    by_reference: dict[date, list[Offer]] = {}
    for offer in catalogue.offers(as_of, audience):
        by_reference.setdefault(offer.reference, []).append(offer)
    for reference, offers in sorted(by_reference.items()):
        population = population_as_of(audience=audience, reference=reference, known_at=known_at, store=store)
        yield population, decided(offers, population, catalogue)
