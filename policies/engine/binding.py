"""The literals of a program on the columns of a population: from which planes of single values and cuts each literal is
put together, and how those planes are filled for a range of words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from policies.engine import kernels
from policies.engine.columns import GREATEST, LEAST, Codes, Column, Flags, Numbers, TagLists, Words
from policies.engine.conditions import Literal, Variable
from policies.engine.kernels import ONES, ZEROS
from policies.engine.population import Population
from policies.engine.sets import Cut, Intervals, Members, grid_index

Ints = NDArray[np.int32]
Piece = tuple[int, int]  # slots (high, low): below the one plane and not below the other
# Fills its planes of a chunk: (first word, rows, planes).
Job = Callable[[int, int, Words], None]
_FIRST_SLOT = 2  # behind ZEROS and ONES


@dataclass(frozen=True, eq=False)
class FreePlanes:
    """A free condition answered for a population: where it is true, where false, where it has an answer at all or is
    known to have no value."""

    true: Words
    false: Words
    known: Words


class Binding:
    """`literals` in the order of the program. `free`: the answers of free conditions; without them they are unknown."""

    def __init__(
        self, literals: Sequence[Literal], population: Population, free: Mapping[Variable, FreePlanes]
    ) -> None:
        self._population, self._free = population, free
        self.slots = _FIRST_SLOT
        self._copied: list[Words] = []  # planes that are there already
        self._copied_slots: dict[tuple[str, object], int] = {}
        by_variable: dict[Variable, list[int]] = {}
        for number, literal in enumerate(literals):
            by_variable.setdefault(literal.variable, []).append(number)
        self.known: Ints = np.zeros(len(literals), np.int32)
        for variable, numbers in by_variable.items():
            self.known[numbers] = self._known_slot(variable)
        self._cuts: dict[str, dict[int, int]] = {}
        self._values: dict[str, dict[object, int]] = {}
        pieces = [self._pieces(literal) for literal in literals]
        self.negated = np.array(
            [isinstance(each.values, Members) and each.values.negated for each in literals], np.bool_
        )
        self.starts: Ints = np.zeros(len(literals) + 1, np.int32)
        np.cumsum([len(each) for each in pieces], out=self.starts[1:])
        self.pieces: Ints = np.array([piece for each in pieces for piece in each], np.int32).reshape(-1, 2)
        self._matrix: NDArray[np.uint64] = (
            np.stack(self._copied) if self._copied else np.zeros((0, population.words), np.uint64)
        )
        self._copied_at = np.array(list(self._copied_slots.values()), np.intp)
        self._jobs = self._cut_jobs() + self._value_jobs()

    # --- slots ---------------------------------------------------------------------------------------------------

    def _copy(self, key: tuple[str, object], plane: Words) -> int:
        """The slot of a plane that only needs copying."""
        if key not in self._copied_slots:
            self._copied_slots[key] = self._new_slot()
            self._copied.append(plane)
        return self._copied_slots[key]

    def _known_slot(self, variable: Variable) -> int:
        """Where it is known whether the literal holds. Planes that its pieces copy get their slots along the way."""
        if variable.kind == "free":
            planes = self._free.get(variable)
            if planes is None:
                return ZEROS
            self._copy(("true", variable), planes.true)
            self._copy(("false", variable), planes.false)
            return self._copy(("answered", variable), planes.known)
        column = self._population.column(variable.fact)
        if column is None:
            return ONES if variable.kind == "known" else ZEROS
        if isinstance(column, Flags):
            self._copy(("bits", variable.fact), column.bits)
        known = self._copy(("known", variable.fact), column.known)
        return ONES if variable.kind == "known" else known

    def _new_slot(self) -> int:
        self.slots += 1
        return self.slots - 1

    def _pieces(self, literal: Literal) -> list[Piece]:
        """The pieces whose union is the literal's set (without `negated`)."""
        variable, values = literal.variable, literal.values
        if isinstance(values, Intervals):
            column = self._population.column(variable.fact)
            if not isinstance(column, Numbers):
                return []
            return [
                (self._cut_slot(variable.fact, column, high, ONES), self._cut_slot(variable.fact, column, low, ZEROS))
                for low, high in values.pieces
            ]
        pieces = [self._value_piece(variable, value) for value in values.values]
        return [piece for piece in pieces if piece[0] != ZEROS]

    def _cut_slot(self, fact: str, column: Numbers, cut: Cut | None, unbounded: int) -> int:
        """The plane of the values before a cut."""
        if cut is None:
            return unbounded
        index = grid_index(cut, column.scale)
        if column.beyond and not LEAST < index <= GREATEST:
            return self._copy(("before", (fact, index)), column.before(index))
        if index <= column.low:
            return ZEROS
        if index > column.high:
            return ONES
        slots = self._cuts.setdefault(fact, {})
        if index not in slots:
            slots[index] = self._new_slot()
        return slots[index]

    def _value_piece(self, variable: Variable, value: object) -> Piece:
        """The plane of one value of a variable that is only equal or not; (ZEROS, ZEROS) where nobody has it."""
        fact = variable.fact
        if variable.kind == "free":
            return self._copied_slots.get(("true" if value else "false", variable), ZEROS), ZEROS
        if variable.kind == "known":
            slot = self._copied_slots.get(("known", fact), ZEROS)
            return (slot, ZEROS) if value else (ONES, slot)
        column = self._population.column(fact)
        if isinstance(column, Flags):
            slot = self._copied_slots["bits", fact]
            return (slot, ZEROS) if value else (ONES, slot)
        if isinstance(column, TagLists):
            slot = self._value_slot(fact, column, variable.key)
            return (slot, ZEROS) if value else (ONES, slot)
        return (self._value_slot(fact, column, value), ZEROS) if isinstance(column, Codes) else (ZEROS, ZEROS)

    def _value_slot(self, fact: str, column: Codes | TagLists, value: object) -> int:
        slots = self._values.setdefault(fact, {})
        if value not in slots:
            slots[value] = self._new_slot() if value in column.positions else ZEROS
        return slots[value]

    # --- jobs ----------------------------------------------------------------------------------------------------

    def _column(self, fact: str) -> Column:
        column = self._population.column(fact)
        assert column is not None
        return column

    def _cut_jobs(self) -> list[Job]:
        jobs: list[Job] = []
        for fact, slots in self._cuts.items():
            column = self._column(fact)
            assert isinstance(column, Numbers)
            jobs.append(_cut_job(column.values, slots))
        return jobs

    def _value_jobs(self) -> list[Job]:
        jobs: list[Job] = []
        for fact, slots in self._values.items():
            column = self._column(fact)
            assert isinstance(column, Codes | TagLists)
            jobs.append(_value_job(column, slots))
        return jobs

    def fill(self, first: int, words: int) -> NDArray[np.uint64]:
        """All planes for `words` words from word `first` on, a row a slot."""
        planes = np.zeros((self.slots, words), np.uint64)
        planes[ONES] = np.uint64(0xFFFFFFFFFFFFFFFF)
        planes[self._copied_at] = self._matrix[:, first : first + words]
        rows = min(self._population.rows - first * 64, words * 64)
        for job in self._jobs:
            job(first, rows, planes)
        return planes


def _cut_job(values: NDArray[np.generic], slots: Mapping[int, int]) -> Job:
    cuts, numbers = np.array(list(slots), values.dtype), np.array(list(slots.values()), np.int32)
    kernel = kernels.cut_planes_32 if values.dtype == np.int32 else kernels.cut_planes_64
    return lambda first, rows, planes: kernel(values, first, cuts, numbers, planes)


def _value_job(column: Codes | TagLists, slots: Mapping[object, int]) -> Job:
    wanted = {column.positions[str(value)]: slot for value, slot in slots.items() if slot != ZEROS}
    codes, numbers = np.array(list(wanted), np.int32), np.array(list(wanted.values()), np.int32)
    if isinstance(column, Codes):
        return lambda first, rows, planes: kernels.value_planes(column.codes, first, codes, numbers, planes)
    targets = np.full(len(column.positions) + 1, ZEROS, np.int32)
    targets[codes] = numbers
    return lambda first, rows, planes: kernels.tag_planes(column.offsets, column.codes, first, rows, targets, planes)
