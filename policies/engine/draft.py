"""One policy against a population, quickly: the planes of its conditions are kept with the population, so that the
next draft, which mostly asks the same, only has to join them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Final

import numpy as np

from policies.engine import kernels
from policies.engine.binding import Binding
from policies.engine.columns import Words
from policies.engine.conditions import Literal
from policies.engine.logic import All, Logic, Tree
from policies.engine.population import Population

KEPT_BYTES: Final = 1 << 28
FILL_WORDS: Final = 1 << 17  # of all planes that are filled at a time
CERTAIN, POSSIBLE = 0, 1

# (certain, possible) of a literal.
Planes = Mapping[Literal, tuple[Words, Words]]


def draft_planes(logic: Logic, population: Population) -> tuple[Words, Words]:
    """(certain, possible) of a rule without free conditions."""
    kept = population.kept
    missing = [literal for literal in logic.literals if literal not in kept]
    if missing:
        _keep(missing, population)
    planes = {literal: kept[literal] for literal in logic.literals}
    certain = _joined(logic.certain, CERTAIN, planes, population.valid)
    possible = _joined(logic.possible, POSSIBLE, planes, population.valid)
    return certain & population.valid, possible & population.valid


def _joined(tree: Tree, side: int, planes: Planes, everybody: Words) -> Words:
    if isinstance(tree, Literal):
        return planes[tree][side]
    if isinstance(tree, bool):
        return everybody if tree else np.zeros_like(everybody)
    join = np.bitwise_and if isinstance(tree, All) else np.bitwise_or
    return reduce(join, [_joined(part, side, planes, everybody) for part in tree.parts])


def _keep(literals: Sequence[Literal], population: Population) -> None:
    """Work out the planes of literals. The oldest that are kept go when they are too many."""
    kept = population.kept
    most = max(len(literals), KEPT_BYTES // (16 * population.words + 1))
    while len(kept) + len(literals) > most:
        del kept[next(iter(kept))]
    kept.update(zip(literals, literal_planes(literals, population), strict=True))


def literal_planes(literals: Sequence[Literal], population: Population) -> list[tuple[Words, Words]]:
    """(certain, possible) of each literal, over all words. Bits behind the last row may be set."""
    binding = Binding(literals, population, {})
    found = [(np.empty(population.words, np.uint64), np.empty(population.words, np.uint64)) for _ in literals]
    step = min(population.words, max(1, FILL_WORDS // binding.slots))
    buffer = np.empty((len(literals), 2 * step), np.uint64)
    for first in range(0, population.words, step):
        size = min(step, population.words - first)
        planes = binding.fill(first, size)
        kernels.literal_planes(planes, 0, size, binding.known, binding.negated, binding.starts, binding.pieces, buffer)
        for (certain, possible), row in zip(found, buffer, strict=True):
            certain[first : first + size] = row[:size]
            possible[first : first + size] = row[size : 2 * size]
    return found
