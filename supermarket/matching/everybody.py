"""Policies decided for the whole population of a day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.utils import timezone

from enterprises.definitions import Audience
from enterprises.population import KEY, BlockStore, Snapshot, population_as_of
from policies.compiled import engine_data
from policies.engine import Catalogue, Population
from policies.engine.matches import Matches
from policies.models import PolicyVersion
from supermarket.matching.catalogue import StoreCatalogue, engine_code, store_catalogue
from supermarket.matching.periods import Offer, offer_for
from supermarket.matching.simulation import Outcome

ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Decided:
    """One offer for every row of a population, in its order."""

    offer: Offer
    population: Snapshot
    outcome: Outcome


def decided(offers: Sequence[Offer], population: Snapshot, catalogue: StoreCatalogue) -> Iterator[Decided]:
    """The offers, all of the population's reference date, for everybody in it: verdicts by the engine, all at once,
    sums of the eligible by the evaluator. One after the other: a city's answers at once would fill the memory."""
    columns = engine_population(population, catalogue)
    matches = (
        published_matches(offers, columns, catalogue)
        if len(offers) > 1
        else draft_matches(offers[0], columns, catalogue)
    )
    for offer in offers:
        outcome = outcome_of(offer, matches, columns.rows)
        if catalogue.compiled(offer.version).amount is not None:
            for rows, known in in_parts(np.flatnonzero(outcome.eligible), population):
                for row, facts in zip(rows, known, strict=True):
                    enter_amount(outcome, row, policy_amount(offer, facts, catalogue))
        yield Decided(offer, population, outcome)


def verdicts(offer: Offer, population: Snapshot, catalogue: StoreCatalogue) -> Outcome:
    """Who is eligible and who may be under one offer; no sums."""
    columns = engine_population(population, catalogue)
    return outcome_of(offer, draft_matches(offer, columns, catalogue), columns.rows)


def engine_population(population: Snapshot, catalogue: StoreCatalogue) -> Population:
    return Population(population.table, catalogue.lexicon.vocabulary, key=KEY)


def published_matches(offers: Sequence[Offer], columns: Population, catalogue: StoreCatalogue) -> Matches:
    """All published versions of the offers' audience, at once."""
    offer = offers[0]
    return catalogue.engine(offer.reference, offer.version.parsed.audience).match(columns)


def draft_matches(offer: Offer, columns: Population, catalogue: StoreCatalogue) -> Matches:
    """One version, which need not be published."""
    engine = Catalogue([], catalogue.lexicon.vocabulary, context=catalogue.context(offer.reference))
    data = engine_data(offer.version.parsed, catalogue.lexicon, code=engine_code(offer.version))
    return engine.match_one(data, columns)


def outcome_of(offer: Offer, matches: Matches, rows: int) -> Outcome:
    code = engine_code(offer.version)
    return Outcome(matches.eligible(code), matches.unknown(code), np.zeros(rows, np.int64), np.zeros(rows, np.bool_))


def in_parts(rows: np.ndarray, population: Snapshot) -> Iterator[tuple[list[int], list[dict[str, object]]]]:
    """Rows and their facts, some thousand rows at a time."""
    for start in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[start : start + ROWS_AT_ONCE].tolist()
        yield part, [{code: fact.value for code, fact in one.items()} for one in population.known(part)]


def policy_amount(offer: Offer, facts: Mapping[str, object], catalogue: StoreCatalogue) -> int | None:
    """Fen before earlier payments; None while facts are missing, and where the policy prints no sum."""
    amount = catalogue.compiled(offer.version).amount
    return None if amount is None else amount.evaluate(facts, context=catalogue.context(offer.reference)).fen


def enter_amount(outcome: Outcome, row: int, fen: int | None) -> None:
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
) -> Iterator[tuple[Snapshot, Iterator[Decided]]]:
    """Every policy on the shelf of an audience on a day: one population a reference date, with its policies."""
    catalogue = store_catalogue()
    by_reference: dict[date, list[Offer]] = {}
    for offer in catalogue.offers(as_of, audience):
        by_reference.setdefault(offer.reference, []).append(offer)
    for reference, offers in sorted(by_reference.items()):
        population = population_as_of(audience=audience, reference=reference, known_at=known_at, store=store)
        yield population, decided(offers, population, catalogue)
