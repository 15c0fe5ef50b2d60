"""A draft before it is out: whom it would hit and what it would cost, over the whole population of a day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from policies.lexicon import ACCEPTING_AREA

CITY_LEVEL = "city_level"
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
# (accepting area or None, paid wholly by the city?) -> payer and share. Claims know it; matching does not know claims.
PayersOf = Callable[[str | None, bool], Iterable[tuple[str, Fraction]]]


@dataclass(frozen=True)
class Outcome:
    """One policy decided for every row of a population, in its order. `amounts_fen` of all rows, whatever their
    verdict; 0 where not known. A policy without a sum has all sums unknown."""

    eligible: Flags
    unknown: Flags
    amounts_fen: Numbers
    amount_known: Flags


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a group of beneficiaries. `least_fen`: known sums of who is eligible; `most_fen`: with those whose verdict is
    unknown; `sums_unknown`: how many of both have a sum that is not known, in neither figure."""

    eligible: int
    unknown: int
    least_fen: int
    most_fen: int
    sums_unknown: int


@dataclass(frozen=True, slots=True)
class PayerCost:
    payer: str
    least_fen: int
    most_fen: int


@dataclass(frozen=True)
class Simulation:
    """`areas`: cost by accepting area, None where that is unknown; `payers`: by payer, odd fen left to the first;
    `pool_fen`: what is shared out in all, where the policy has a pool in place of sums."""

    total: Cost
    areas: dict[str | None, Cost]
    payers: tuple[PayerCost, ...]
    pool_fen: int | None
    outcome: Outcome = field(repr=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two drafts over one population: how many gain or lose the right, how many keep it with more or less money (known
    sums), and what changes between the least sums."""

    gained: int
    lost: int
    kept: int
    more: int
    less: int
    difference_fen: int


@dataclass(frozen=True)
class Places:
    """Where each row belongs: `number` of its (accepting area, city level) in `keys`."""

    keys: tuple[tuple[str | None, bool], ...]
    number: npt.NDArray[np.intp]


def places_of(table: pa.Table) -> Places:
    """`table`: the population, with or without columns `accepting_area` and `city_level`; unknown is not city level."""
    rows = table.num_rows
    areas: list[str | None] = [None]
    area_number = np.zeros(rows, np.intp)
    if ACCEPTING_AREA in table.column_names:
        encoded = pc.dictionary_encode(table.column(ACCEPTING_AREA).combine_chunks().cast(pa.string()))
        areas = [*encoded.dictionary.to_pylist(), None]
        area_number = pc.fill_null(encoded.indices, len(areas) - 1).to_numpy(zero_copy_only=False).astype(np.intp)
    city = np.zeros(rows, np.bool_)
    if CITY_LEVEL in table.column_names:
        city = pc.fill_null(table.column(CITY_LEVEL), False).to_numpy().astype(np.bool_)
    keys = tuple((area, level) for area in areas for level in (False, True))
    return Places(keys, area_number * 2 + city)


def simulated(outcome: Outcome, places: Places, payers_of: PayersOf, *, pool_fen: int | None = None) -> Simulation:
    """What the outcome comes to: in all, by area, by payer."""
    costs = _costs(outcome, places)
    areas: dict[str | None, Cost] = {}
    payers: dict[str, tuple[int, int]] = {}
    for (area, city_level), cost in zip(places.keys, costs, strict=True):
        if not cost.eligible and not cost.unknown:
            continue
        areas[area] = _sum(areas[area], cost) if area in areas else cost
        for payer, least, most in _split(cost, list(payers_of(area, city_level))):
            before = payers.get(payer, (0, 0))
            payers[payer] = (before[0] + least, before[1] + most)
    total = Cost(0, 0, 0, 0, 0)
    for cost in areas.values():
        total = _sum(total, cost)
    return Simulation(
        total=total,
        areas=dict(sorted(areas.items(), key=lambda entry: (entry[0] is None, entry[0] or ""))),
        payers=tuple(PayerCost(payer, *sums) for payer, sums in sorted(payers.items())),
        pool_fen=pool_fen,
        outcome=outcome,
    )


def _costs(outcome: Outcome, places: Places) -> list[Cost]:
    """One a place."""

    def counted(rows: Flags) -> Numbers:
        return np.bincount(places.number[rows], minlength=len(places.keys))

    def summed(rows: Flags) -> Numbers:
        sums = np.zeros(len(places.keys), np.int64)
        np.add.at(sums, places.number[rows], outcome.amounts_fen[rows])
        return sums

    least = summed(outcome.eligible & outcome.amount_known)
    more = summed(outcome.unknown & outcome.amount_known)
    columns = (
        counted(outcome.eligible),
        counted(outcome.unknown),
        least,
        least + more,
        counted((outcome.eligible | outcome.unknown) & ~outcome.amount_known),
    )
    return [Cost(*(int(column[place]) for column in columns)) for place in range(len(places.keys))]


def _sum(one: Cost, other: Cost) -> Cost:
    return Cost(
        one.eligible + other.eligible,
        one.unknown + other.unknown,
        one.least_fen + other.least_fen,
        one.most_fen + other.most_fen,
        one.sums_unknown + other.sums_unknown,
    )


def _split(cost: Cost, shares: list[tuple[str, Fraction]]) -> list[tuple[str, int, int]]:
    """(payer, least, most): each its share rounded down, the first what is left."""
    if not shares:
        return []
    parts = [(payer, int(cost.least_fen * share), int(cost.most_fen * share)) for payer, share in shares[1:]]
    least = cost.least_fen - sum(least for _, least, _ in parts)
    most = cost.most_fen - sum(most for _, _, most in parts)
    return [(shares[0][0], least, most), *parts]


def compared(before: Outcome, after: Outcome) -> Comparison:
    """Two outcomes over the same population."""
    kept = before.eligible & after.eligible
    known = kept & before.amount_known & after.amount_known
    least = (int(one.amounts_fen[one.eligible & one.amount_known].sum()) for one in (before, after))
    old, new = least
    return Comparison(
        gained=int((after.eligible & ~before.eligible).sum()),
        lost=int((before.eligible & ~after.eligible).sum()),
        kept=int(kept.sum()),
        more=int((after.amounts_fen > before.amounts_fen)[known].sum()),
        less=int((after.amounts_fen < before.amounts_fen)[known].sum()),
        difference_fen=new - old,
    )
