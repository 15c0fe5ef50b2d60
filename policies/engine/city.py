"""A whole population against many policies: the planes of all policies, kept so that a part can be done again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from policies.engine.binding import Binding, FreePlanes
from policies.engine.columns import packed, unpacked
from policies.engine.conditions import Normaliser, Variable
from policies.engine.free import answer_free, truths
from policies.engine.operations import Program, program_of
from policies.engine.policy import CompiledPolicy
from policies.engine.population import Population
from policies.engine.running import Matrix, Range, run_program


class City:
    """The planes of policies over one population: row r of `certain` and of `possible` belongs to policies[r]."""

    def __init__(
        self,
        policies: Sequence[CompiledPolicy],
        population: Population,
        normaliser: Normaliser,
        planes: tuple[Matrix, Matrix] | None = None,
    ) -> None:
        self.policies, self.population, self.normaliser = list(policies), population, normaliser
        shape = len(policies), population.words
        self.certain, self.possible = planes or (np.empty(shape, np.uint64), np.empty(shape, np.uint64))
        self._counts = np.zeros((len(policies), 2), np.int64)
        self._uncounted = set(range(len(policies)))

    @property
    def counts(self) -> NDArray[np.int64]:
        """(eligible, unknown) of each row."""
        for row in self._uncounted:
            eligible = int(np.bitwise_count(self.certain[row]).sum())
            self._counts[row] = eligible, int(np.bitwise_count(self.possible[row]).sum()) - eligible
        self._uncounted.clear()
        return self._counts

    def put(self, policy: CompiledPolicy, row: int | None) -> int:
        """Give a policy a row, one more than there are if None; gives the row."""
        if row is None:
            row = len(self.policies)
            self.policies.append(policy)
            if row == len(self.certain):
                room = np.empty((row // 8 + 1, self.population.words), np.uint64)
                self.certain, self.possible = (
                    np.concatenate([self.certain, room]),
                    np.concatenate([self.possible, room]),
                )
                self._counts = np.concatenate([self._counts, np.zeros((len(room), 2), np.int64)])
        self.policies[row] = policy
        return row

    def decide(self, rows: Sequence[int], ranges: Sequence[Range]) -> None:
        """Work out the planes of some policies within some ranges of words."""
        self._uncounted.update(rows)
        changing = []
        for row in rows:
            if self.policies[row].operations.constant is None:
                changing.append(row)
            else:
                self._fill(row, ranges)
        counts = self._run(changing, ranges, {})
        if list(ranges) == [(0, self.population.words)]:
            self._counts[changing] = counts
            self._uncounted.difference_update(changing)
        asking = [row for row in changing if self.policies[row].logic.free_variables]
        if asking:
            self._run(asking, ranges, self._answers(asking, ranges))
        inexact = [row for row in changing if not self.policies[row].logic.exact]
        for row in inexact:
            self._ask_evaluator(row, ranges)
        self._uncounted.update(asking, inexact)

    def _fill(self, row: int, ranges: Sequence[Range]) -> None:
        holds = self.policies[row].operations.constant
        for start, end in ranges:
            plane = self.population.valid[start:end] if holds else 0
            self.certain[row, start:end] = self.possible[row, start:end] = plane

    def _run(
        self, rows: Sequence[int], ranges: Sequence[Range], free: Mapping[Variable, FreePlanes]
    ) -> NDArray[np.int64]:
        program = program_for(tuple(self.policies[row] for row in rows))
        binding = Binding(program.layout, self.population, free)
        planes = self.certain, self.possible
        return run_program(program, binding, planes, np.array(rows, np.int32), ranges)

    def _open(self, row: int, ranges: Sequence[Range]) -> NDArray[np.uint64]:
        """The plane of the beneficiaries for whom a policy is undecided, within the ranges."""
        plane = np.zeros(self.population.words, np.uint64)
        for start, end in ranges:
            plane[start:end] = self.possible[row, start:end] & ~self.certain[row, start:end]
        return plane

    def _answers(self, rows: Sequence[int], ranges: Sequence[Range]) -> dict[Variable, FreePlanes]:
        """The answers of the free conditions of some policies, for whoever is undecided without them."""
        asking: dict[Variable, list[int]] = {}
        for row in rows:
            for variable in self.policies[row].logic.free_variables:
                asking.setdefault(variable, []).append(row)
        found: dict[Variable, FreePlanes] = {}
        for variable, askers in asking.items():
            undecided = np.bitwise_or.reduce([self._open(row, ranges) for row in askers])
            rule = self.policies[askers[0]].rule
            found[variable] = answer_free(variable, rule, undecided, self.population, self.normaliser.context)
        return found

    def _ask_evaluator(self, row: int, ranges: Sequence[Range]) -> None:
        """Have the evaluator decide where the planes do not."""
        rows = np.flatnonzero(unpacked(self._open(row, ranges), self.population.rows))
        answers = truths(self.policies[row].rule, rows, self.population, self.normaliser.context)
        for answer, plane, keep in ((True, self.certain, True), (False, self.possible, False)):
            flags = np.zeros(self.population.rows, np.bool_)
            flags[rows[[each is answer for each in answers]]] = True
            if keep:
                plane[row] |= packed(flags)
            else:
                plane[row] &= ~packed(flags)


@lru_cache(maxsize=4)
def program_for(policies: tuple[CompiledPolicy, ...]) -> Program:
    """The program of some policies, none of them constant. It belongs to what is compiled: a stock that is matched
    again has it already."""
    literals = (literal for policy in policies for literal in policy.logic.literals)
    return program_of([policy.operations for policy in policies], literals)
