"""Carrying out a match: policies decided for everybody, a part at a time, each part one transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import numpy as np
from django.db import transaction
from django.utils import timezone

from enterprises import locks
from enterprises.definitions import Audience
from enterprises.population import Snapshot, block_store, population_as_of
from supermarket.bulk import rows_copy
from supermarket.matching.bitsets import Flags, Ids, flags_pack, ids_pack
from supermarket.matching.catalogue import StoreCatalogue, store_catalogue
from supermarket.matching.changes import Earlier, match_before
from supermarket.matching.errors import MatchBusyError, MatchGoneError
from supermarket.matching.everybody import THREADS, Decided, decided, shelf_offers
from supermarket.matching.models import MatchNews, MatchPopulation, MatchRun, MatchSet
from supermarket.matching.periods import Offer
from supermarket.matching.telling import news_tell

PART_POLICIES = 64
Progress = Callable[[int, int], None]  # policies done, policies in all


@contextmanager
def alone(run: MatchRun) -> Iterator[None]:
    """One process a match. Raises MatchBusyError."""
    with locks.alone("matching.run", run.pk) as mine:
        if not mine:
            raise MatchBusyError(run=run.pk)
        yield


def match_carry_out(run: MatchRun, progress: Progress | None) -> None:
    """Match what is not matched yet and finish the run. One moment of knowledge gives the same populations, however
    often it was interrupted. Raises MatchGoneError."""
    catalogue, store, before = store_catalogue(), block_store(), match_before(run)
    audience = cast("Audience", run.audience)
    shelf = shelf_offers(audience, run.as_of, catalogue)
    done = set(run.sets.values_list("version", flat=True))
    policies = sum(len(offers) for offers in shelf.values())
    run_set(run, policies=policies)
    for reference, offers in shelf.items():
        left = [offer for offer in offers if offer.version.pk not in done]
        if not left:
            continue
        population = population_as_of(audience=audience, reference=reference, known_at=run.started_at, store=store)
        for part in parts_matched(run, left, population, before, catalogue):
            done |= part
            if progress:
                progress(len(done), policies)
    with transaction.atomic():
        run_set(run, finished_at=timezone.now())
        news_tell(run)
    store.prune()


def run_set(run: MatchRun, **fields: object) -> None:
    """Set fields of a run that is not finished. Raises MatchGoneError."""
    if not MatchRun.objects.filter(pk=run.pk, finished_at=None).update(**fields):
        raise MatchGoneError(run=run.pk)


def parts_matched(
    run: MatchRun, offers: Sequence[Offer], population: Snapshot, before: MatchRun | None, catalogue: StoreCatalogue
) -> Iterator[set[int]]:
    """Ids of the versions that were matched and kept, part by part."""
    pinned = match_population(population)
    earlier = None if before is None else Earlier(before, population.ids)
    part: list[Decided] = []
    for one in decided(offers, population, catalogue):
        part.append(one)
        if len(part) == PART_POLICIES:
            yield part_keep(run, part, pinned, earlier)
            part = []
    if part:
        yield part_keep(run, part, pinned, earlier)


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


@dataclass(frozen=True)
class Found:
    """A set to be kept, and who is to be told of the policy."""

    row: MatchSet
    came_in: Ids


def part_keep(run: MatchRun, part: Sequence[Decided], pinned: MatchPopulation, earlier: Earlier | None) -> set[int]:
    """Keep some policies of the run. Raises MatchGoneError."""
    codes = [one.offer.version.policy.code for one in part]
    sets = {} if earlier is None else earlier.sets(codes)
    before = {code: earlier.eligible(one) for code, one in sets.items()} if earlier else {}

    def found(one: Decided) -> Found:
        return match_set(one, run, pinned, before)

    with ThreadPoolExecutor(THREADS) as pool:  # packing goes on without the interpreter lock
        rows = list(pool.map(found, part))
    with transaction.atomic():
        if not MatchRun.objects.select_for_update().filter(pk=run.pk, finished_at=None).exists():
            raise MatchGoneError(run=run.pk)
        MatchSet.objects.bulk_create(one.row for one in rows)
        if earlier is not None:
            news_keep(rows)
    return {one.row.version_id for one in rows}


def match_set(one: Decided, run: MatchRun, pinned: MatchPopulation, before: Mapping[str, tuple[Flags, int]]) -> Found:
    """`before`: policy code -> who was eligible in the match before, and how many of those are in no population now."""
    outcome, known_before = one.outcome, before.get(one.offer.version.policy.code)
    known = outcome.eligible & outcome.amount_known
    then, gone = (np.zeros_like(outcome.eligible), 0) if known_before is None else known_before
    came_in = one.population.ids[outcome.eligible & ~then]
    row = MatchSet(
        run=run,
        population=pinned,
        version=one.offer.version,
        period=one.offer.period,
        reference=one.offer.reference,
        eligible=int(outcome.eligible.sum()),
        unknown=int(outcome.unknown.sum()),
        amount_fen=int(outcome.amounts_fen[known].sum()),
        sums_unknown=int((outcome.eligible & ~outcome.amount_known).sum()),
        gained=None if known_before is None else len(came_in),
        lost=None if known_before is None else int((then & ~outcome.eligible).sum()) + gone,
        eligible_bits=flags_pack(outcome.eligible),
        unknown_bits=flags_pack(outcome.unknown),
    )
    return Found(row, came_in)


def news_keep(found: Sequence[Found]) -> None:
    """Who came in, a row each."""
    rows = ((one.row.pk, pk) for one in found for pk in one.came_in.tolist())
    rows_copy(MatchNews._meta.db_table, ("of_id", "beneficiary_id"), rows)
