"""What may be done with matches."""

from datetime import date

import numpy as np
from django.db import transaction
from django.utils import timezone

from enterprises.definitions import Audience
from enterprises.population import Snapshot, block_store
from supermarket.matching.bitsets import flags_pack, ids_pack
from supermarket.matching.changes import members, sets_by_policy
from supermarket.matching.everybody import Decided, shelf_decided
from supermarket.matching.models import MatchPopulation, MatchRun, MatchSet


def match_run(*, audience: Audience, as_of: date) -> MatchRun:
    """Match everybody of an audience against every policy on the shelf of a day, on what is known now.

    Who is eligible and unknown is kept for every policy: all of it or, where anything fails, nothing.
    """
    started_at, store = timezone.now(), block_store()
    with transaction.atomic():
        before = sets_by_policy(MatchRun.objects.filter(audience=audience).order_by("-pk").first())
        run = MatchRun(audience=audience, as_of=as_of, started_at=started_at)
        sets: list[MatchSet] = []
        for population, policies in shelf_decided(audience=audience, as_of=as_of, known_at=started_at, store=store):
            pinned = match_population(population)
            sets += [match_set(one, pinned, before.get(one.offer.version.policy.code)) for one in policies]
        run.finished_at = timezone.now()
        run.save()
        for one in sets:
            one.run = run
        MatchSet.objects.bulk_create(sets)
    store.prune()
    return run


def match_population(population: Snapshot) -> MatchPopulation:
    """The population's row; the same pins are the same row."""
    found, _ = MatchPopulation.objects.get_or_create(
        sha256=population.pins.sha256,
        defaults={
            "pins": population.pins.as_data(),
            "rows": len(population.ids),
            "ids": ids_pack(population.ids),
        },
    )
    return found


def match_set(one: Decided, population: MatchPopulation, before: MatchSet | None) -> MatchSet:
    ids, outcome = one.population.ids, one.outcome
    now, then = ids[outcome.eligible], None if before is None else members(before)
    known = outcome.eligible & outcome.amount_known
    return MatchSet(
        population=population,
        version=one.offer.version,
        period=one.offer.period,
        reference=one.offer.reference,
        eligible=len(now),
        unknown=int(outcome.unknown.sum()),
        amount_fen=int(outcome.amounts_fen[known].sum()),
        sums_unknown=len(now) - int(known.sum()),
        gained=None if then is None else len(np.setdiff1d(now, then, assume_unique=True)),
        lost=None if then is None else len(np.setdiff1d(then, now, assume_unique=True)),
        eligible_bits=flags_pack(outcome.eligible),
        unknown_bits=flags_pack(outcome.unknown),
    )
