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
from policies.engine.columns import GREATEST, LEAST, Numbers, Words
from policies.engine.errors import TotalTooLargeError
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
    """One entry an eligible row. `fen` is 0 where it is `unknown`. `most`: none is farther from 0, where that is known
    beforehand."""

    fen: NDArray[np.int64]
    unknown: NDArray[np.bool_]
    most: int | None = None


def amounts_of(policy: CompiledPolicy, eligible: Words, population: Population) -> Amounts:
    """The sums of a policy for the rows of a plane, in row order; 0 for a policy that has none."""
    count = int(np.bitwise_count(eligible).sum())
    if policy.amount is None or not count:
        return _same(0, count)
    found = _stepped(policy, eligible, count, population)
    if found is not None:
        return found
    rows = np.empty(count, np.int64)
    kernels.rows_of(eligible, rows)
    amounts = _same(0, count)
    _ask_evaluator(_bound_amounts(policy, rows, population, amounts), rows, amounts, policy, population)
    return Amounts(amounts.fen, amounts.unknown)


def _same(fen: int, count: int) -> Amounts:
    """The same known sum for all."""
    return Amounts(np.full(count, fen, np.int64), np.zeros(count, np.bool_), abs(fen))


def total_of(amounts: Amounts, code: str) -> int:
    """The exact sum. Raises TotalTooLargeError."""
    fen, most = amounts.fen, amounts.most
    if not len(fen):
        return 0
    if most is None:
        most = max(int(fen.max()), -int(fen.min()))
    if most * len(fen) <= GREATEST:
        return int(fen.sum())
    total = sum(fen.tolist())
    if not LEAST <= total <= GREATEST:
        raise TotalTooLargeError(code)
    return total


def _stepped(policy: CompiledPolicy, eligible: Words, count: int, population: Population) -> Amounts | None:
    """The amounts by a piecewise linear form; None if it cannot be done."""
    form = policy.piecewise
    if form is None:
        return None
    if form.fact is None:
        return _same(form.fen, count) if LEAST <= form.fen <= GREATEST else None
    column = population.column(form.fact)
    if not isinstance(column, Numbers) or (not form.strict and (eligible & ~column.known).any()):
        return None
    steps, most = form.steps(column.scale), max(-column.low, column.high)
    if steps is None or most > steps.greatest:
        return None
    fen, unknown = np.empty(count, np.int64), np.empty(count, np.bool_)
    kernel, parts = kernels.stepped_amounts[column.values.itemsize], (steps.cuts, steps.factors, steps.offsets)
    kernel(eligible, column.known, column.values.ctypes.data, parts, steps.division, fen, unknown)
    return Amounts(fen, unknown, steps.farthest(most))


def _bound_amounts(policy: CompiledPolicy, rows: Rows, population: Population, amounts: Amounts) -> NDArray[np.intp]:
    """Fill in the amounts of an expression over several facts; gives the places that are the evaluator's."""
    try:
        number, binder = _bound(policy, population)
    except NotVectorised:
        return np.arange(len(rows))
    amounts.fen[:] = number.at(rows)
    asked = np.zeros(len(rows), np.bool_)
    for column in binder.facts:
        if column.low < -binder.limit or column.high > binder.limit:
            values = column.values[rows]
            asked |= (values > binder.limit) | (values < -binder.limit)
    if binder.known:
        without = ~bits_at(reduce(np.bitwise_and, binder.known), rows)
        amounts.unknown[without] = True
        amounts.fen[without] = 0
        asked = asked & ~without if binder.strict else asked | without
    return np.flatnonzero(asked)


def _bound(policy: CompiledPolicy, population: Population) -> tuple[Number, Binder]:
    """The amount in fen, bound with the widest limit that it bears. Raises NotVectorised."""
    assert policy.amount is not None
    for limit in LIMITS:
        binder = Binder(population, policy.normaliser, limit, policy.amount.items)
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
) -> None:
    """Have the evaluator work out the entries at some places."""
    assert policy.amount is not None
    chosen, numbers = population.alike(rows[places], policy.amount_facts)  # of rows that know the same, one is asked
    fen, unknown = np.zeros(len(chosen), np.int64), np.zeros(len(chosen), np.bool_)
    for batch in batches(np.arange(len(chosen))):
        profiles = population.profiles(rows[places[chosen[batch]]], policy.amount_facts)
        for place, facts in zip(batch.tolist(), profiles, strict=True):
            found = policy.amount.evaluate(facts, policy.normaliser.context).fen
            fen[place], unknown[place] = found or 0, found is None
    amounts.fen[places], amounts.unknown[places] = fen[numbers], unknown[numbers]
