"""What a policy gives to each eligible beneficiary, in whole fen, equal to the evaluator's to the fen.

Most sums are worked out for all rows at once. The evaluator is asked where that cannot be done or not be proved: lists
of items, values beyond what 64 bits hold, rows where an unknown fact may not be needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np
from numpy.typing import NDArray

from policies.engine import kernels
from policies.engine.columns import Words
from policies.engine.conditions import Normaliser
from policies.engine.expressions import Binder
from policies.engine.free import batches
from policies.engine.numbers import LIMIT, NotVectorised, Number, Rows, TooWide, bits_at, rounded
from policies.engine.policy import CompiledPolicy
from policies.engine.population import Population

FEN_PLACES: Final = 2
# Facts up to such values (in the units of their columns) are provided for, the most that the expression bears.
LIMITS: Final = (LIMIT, 1 << 53, 1 << 46, 1 << 40, 1 << 34, 1 << 28, 1 << 20)


@dataclass(frozen=True, eq=False)
class Amounts:
    """One entry an eligible row. `fen` is 0 where it is `unknown`."""

    fen: NDArray[np.int64]
    unknown: NDArray[np.bool_]


def amounts_of(policy: CompiledPolicy, eligible: Words, population: Population, normaliser: Normaliser) -> Amounts:
    """The sums of a policy for the rows of a plane, in row order; 0 for a policy that has none."""
    rows = np.empty(int(np.bitwise_count(eligible).sum()), np.int64)
    kernels.rows_of(eligible, rows)
    amounts = Amounts(np.zeros(len(rows), np.int64), np.zeros(len(rows), np.bool_))
    if policy.amount is None or not len(rows):
        return amounts
    try:
        number, binder = _bound(policy, population, normaliser)
    except NotVectorised:
        _ask_evaluator(np.arange(len(rows)), rows, amounts, policy, population, normaliser)
        return amounts
    amounts.fen[:] = number.at(rows)
    asked = np.zeros(0, np.intp)
    for column in binder.facts:
        if column.low < -binder.limit or column.high > binder.limit:
            beyond = np.abs(column.values[rows]) > binder.limit
            asked = np.union1d(asked, np.flatnonzero(beyond))
    if binder.known:
        known = reduce(np.bitwise_and, binder.known)
        if (eligible & ~known).any():
            without = np.flatnonzero(~bits_at(known, rows))
            amounts.unknown[without] = True
            amounts.fen[without] = 0
            if not binder.strict:
                asked = np.union1d(asked, without)
    _ask_evaluator(asked, rows, amounts, policy, population, normaliser)
    return amounts


def _bound(policy: CompiledPolicy, population: Population, normaliser: Normaliser) -> tuple[Number, Binder]:
    """The amount in fen, bound with the widest limit that it bears. Raises NotVectorised."""
    assert policy.amount is not None
    for limit in LIMITS:
        binder = Binder(population, normaliser, limit)
        try:
            number = binder.number(policy.amount.tree)
            return rounded(number, FEN_PLACES, "half up").scaled(FEN_PLACES), binder
        except TooWide:
            continue
    raise NotVectorised


def _ask_evaluator(
    places: NDArray[np.intp],
    rows: Rows,
    amounts: Amounts,
    policy: CompiledPolicy,
    population: Population,
    normaliser: Normaliser,
) -> None:
    """Have the evaluator work out the entries at some places."""
    assert policy.amount is not None
    for batch in batches(places):
        for place, facts in zip(batch.tolist(), population.profiles(rows[batch], policy.amount_facts), strict=True):
            fen = policy.amount.evaluate(facts, normaliser.context).fen
            amounts.fen[place], amounts.unknown[place] = fen or 0, fen is None
