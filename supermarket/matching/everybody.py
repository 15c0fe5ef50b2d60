"""Policies decided for the whole population of a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np
from django.utils import timezone

from enterprises.definitions import Audience
from enterprises.population import KEY, Snapshot, population_as_of
from policies.compiled import engine_data
from policies.engine import Catalogue, Population
from policies.models import PolicyVersion
from supermarket.matching.catalogue import StoreCatalogue, engine_code, store_catalogue
from supermarket.matching.periods import Offer, offer_for
from supermarket.matching.simulation import Flags, Numbers, Outcome

if TYPE_CHECKING:
    from policies.engine.matches import Matches  # numba: loaded by those who match populations only

THREADS, OFFERS_AT_ONCE = 2, 32
FEW = 4  # of so many published policies one: the others are not matched along


@dataclass(frozen=True)
class Decided:
    """One offer for every row of a population, in its order."""

    offer: Offer
    population: Snapshot
    outcome: Outcome


def decided(offers: Sequence[Offer], population: Snapshot, catalogue: StoreCatalogue) -> Iterator[Decided]:
    """The offers, all of the population's reference date, for everybody in it: verdicts by the engine, all at once,
    and the sums of the eligible. One after the other: a city's answers at once would fill the memory."""
    columns = engine_population(population, catalogue)
    matches = (
        published_matches(offers, columns, catalogue)
        if len(offers) > 1
        else draft_matches(offers[0], columns, catalogue)
    )
    with ThreadPoolExecutor(THREADS) as pool:  # the engine works without the interpreter lock
        for start in range(0, len(offers), OFFERS_AT_ONCE):
            some = offers[start : start + OFFERS_AT_ONCE]
            outcomes = pool.map(lambda offer: outcome_with_sums(offer, matches, catalogue), some)
            for offer, outcome in zip(some, outcomes, strict=True):
                yield Decided(offer, population, outcome)


def engine_population(population: Snapshot, catalogue: StoreCatalogue) -> Population:
    return Population(population.table, catalogue.lexicon.vocabulary, key=KEY)


def published_matches(offers: Sequence[Offer], columns: Population, catalogue: StoreCatalogue) -> Matches:
    """Offers of published versions of one audience and reference date, at once: by the engine of all of them, unless
    only a few are wanted."""
    audience, reference = offers[0].version.parsed.audience, offers[0].reference
    engine = catalogue.engine(reference, audience)
    if len(offers) * FEW < len(engine.codes):
        data = (engine_data(one.version.parsed, catalogue.lexicon, code=engine_code(one.version)) for one in offers)
        engine = Catalogue(data, catalogue.lexicon.vocabulary, context=catalogue.context(reference))
    return engine.match(columns)


def draft_matches(offer: Offer, columns: Population, catalogue: StoreCatalogue) -> Matches:
    """One version, which need not be published."""
    engine = Catalogue([], catalogue.lexicon.vocabulary, context=catalogue.context(offer.reference))
    data = engine_data(offer.version.parsed, catalogue.lexicon, code=engine_code(offer.version))
    return engine.match_one(data, columns)


def outcome_of(offer: Offer, matches: Matches) -> Outcome:
    """Verdicts; no sums."""
    code, rows = engine_code(offer.version), matches.population.rows
    return Outcome(matches.eligible(code), matches.unknown(code), np.zeros(rows, np.int64), np.zeros(rows, np.bool_))


def outcome_with_sums(
    offer: Offer, matches: Matches, catalogue: StoreCatalogue, *, of_unknown: bool = False
) -> Outcome:
    """Verdicts, and the sums of the eligible, before earlier payments; with `of_unknown` also those of whom it cannot
    be told whether they are eligible. No sum is known where facts are missing or the policy prints none."""
    outcome, code = outcome_of(offer, matches), engine_code(offer.version)
    if catalogue.compiled(offer.version).amount is not None:
        enter_sums(outcome, outcome.eligible, matches.amounts(code), matches.amount_unknown(code))
        if of_unknown:
            possible = matches.possible_amounts(code)
            enter_sums(outcome, outcome.unknown, possible.fen, possible.unknown)
    return outcome


def enter_sums(outcome: Outcome, rows: Flags, fen: Numbers, unknown: Flags) -> None:
    outcome.amounts_fen[rows], outcome.amount_known[rows] = fen, ~unknown


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


def shelf_offers(audience: Audience, as_of: date, catalogue: StoreCatalogue) -> dict[date, list[Offer]]:
    """What stands on the shelf of an audience on a day, by reference date: one population each."""
    by_reference: dict[date, list[Offer]] = {}
    for offer in catalogue.offers(as_of, audience):
        by_reference.setdefault(offer.reference, []).append(offer)
    return dict(sorted(by_reference.items()))
