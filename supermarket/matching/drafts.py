"""Drafts decided for everybody, before anything is published."""

from datetime import date, datetime

from django.utils import timezone

from enterprises.population import Snapshot, population_as_of
from policies.definition import Definition, canonical_json
from policies.definition.plain import digest
from policies.models import Policy, PolicyVersion, range_from_span
from supermarket.matching.catalogue import StoreCatalogue, store_catalogue
from supermarket.matching.everybody import draft_matches, engine_population, outcome_with_sums
from supermarket.matching.periods import Offer, offer_for, period_of
from supermarket.matching.simulation import Comparison, Outcome, PayersOf, Simulation, compared, places_of, simulated


def draft_simulated(
    *, definition: Definition, as_of: date, payers_of: PayersOf, known_at: datetime | None = None
) -> Simulation:
    """Whom a definition would hit, for the period that the day lies in, and what it would cost; nothing is stored.

    Raises RuleProblems where it does not compile.
    """
    catalogue, offer = store_catalogue(), draft_offer(definition, as_of)
    population = _population(definition, offer, known_at)
    outcome = draft_outcome(offer, population, catalogue)
    return simulated(outcome, places_of(population.table), payers_of, pool_fen=_pool_fen(offer, catalogue))


def drafts_compared(
    *,
    before: Definition,
    after: Definition,
    as_of: date,
    known_at: datetime | None = None,
    decided_after: Outcome | None = None,
) -> Comparison:
    """What changes between two definitions for one audience, each on the facts of its own reference date.

    `decided_after`: what `after` comes to on what was known at `known_at`, where a simulation has found it already.
    """
    if before.audience is not after.audience:
        raise ValueError("two drafts are compared for one audience")
    catalogue, known_at = store_catalogue(), known_at or timezone.now()

    def decided_for(definition: Definition) -> Outcome:
        offer = draft_offer(definition, as_of)
        return draft_outcome(offer, _population(definition, offer, known_at), catalogue)

    return compared(decided_for(before), decided_after or decided_for(after))


def draft_offer(definition: Definition, as_of: date) -> Offer:
    """The definition as a version that was never saved."""
    data = definition.as_data()
    version = PolicyVersion(
        policy=Policy(code=definition.code, department=definition.department),
        number=0,
        definition=data,
        sha256=digest(canonical_json(data)),
        in_force=range_from_span(definition.in_force),
    )
    return offer_for(version, period_of(definition.period, as_of), as_of)


def draft_outcome(offer: Offer, population: Snapshot, catalogue: StoreCatalogue) -> Outcome:
    """Verdicts and sums of all rows; also what those would get of whom it cannot be told whether they are eligible."""
    columns = engine_population(population, catalogue)
    return outcome_with_sums(offer, draft_matches(offer, columns, catalogue), catalogue, of_unknown=True)


def _population(definition: Definition, offer: Offer, known_at: datetime | None) -> Snapshot:
    return population_as_of(
        audience=definition.audience.value, reference=offer.reference, known_at=known_at or timezone.now()
    )


def _pool_fen(offer: Offer, catalogue: StoreCatalogue) -> int | None:
    """What the pool holds, where the sum is one to be shared out."""
    total = catalogue.compiled(offer.version).pool_total
    return None if total is None else total.evaluate({}, context=catalogue.context(offer.reference)).fen
