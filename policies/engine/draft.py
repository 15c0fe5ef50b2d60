"""One policy against a population, quickly: the planes of its conditions are kept with the population, so that the
next draft, which mostly asks the same, only has to join them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Final

import numpy as np

from policies.engine.binding import Binding
from policies.engine.columns import Words
from policies.engine.conditions import Literal
from policies.engine.logic import All, Logic, Tree
from policies.engine.operations import NO_STEPS, Operations, program_of
from policies.engine.population import Population
from policies.engine.running import run_program

KEPT_BYTES: Final = 1 << 28
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
    """(certain, possible) of each literal, over all words."""
    program = program_of([Operations(NO_STEPS, (each.number, each.number)) for each in literals], literals)
    shape = len(literals), population.words
    planes = np.empty(shape, np.uint64), np.empty(shape, np.uint64)
    rows, words = np.arange(len(literals), dtype=np.int32), [(0, population.words)]
    run_program(program, Binding(program.layout, population, {}), planes, rows, words, threads=1)
    return [(certain.copy(), possible.copy()) for certain, possible in zip(*planes, strict=True)]
