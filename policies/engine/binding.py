"""A layout on the columns of a population: where each plane comes from, in tables that the kernels read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from policies.engine.columns import GREATEST, LEAST, Codes, Flags, Numbers, TagLists, Words
from policies.engine.conditions import Variable
from policies.engine.kernels import BLOCK, ONES, VALID, ZEROS
from policies.engine.layout import EVERYBODY, Asked, Layout, cut_of
from policies.engine.population import Population
from policies.engine.sets import grid_index

Table = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FreePlanes:
    """A free condition answered for a population: where it is true, where false, where it has an answer at all or is
    known to have no value."""

    true: Words
    false: Words
    known: Words


class Binding:
    """`free`: the answers of free conditions; without them they are unknown.

    `planes`: how many rows the planes of a block take. The tables have addresses of arrays, which the binding keeps:
    `columns` (values, bytes of one, first and last of its `cuts`, row of the plane of the first), `copies` (words,
    row), `tags` (`TagLists` starts, places, codes; row of each code; first and last row).
    """

    def __init__(self, layout: Layout, population: Population, free: Mapping[Variable, FreePlanes]) -> None:
        self._population, self._free = population, free
        self._kept: list[NDArray[np.generic]] = []
        self._rows = np.zeros(layout.planes, np.int32)  # of the planes of the layout: ZEROS unless said otherwise
        self._rows[EVERYBODY] = ONES
        self._copied: dict[int, int] = {}
        self._columns: list[tuple[int, ...]] = []
        self._cuts: list[int] = []
        self._tags: dict[str, list[Asked]] = {}
        self.planes = VALID
        self._copy(population.valid)
        known = np.array([self._bind(asked) for asked in layout.variables], np.int32)
        tags = [self._tag_rows(fact, asked) for fact, asked in self._tags.items()]
        self.sources = (
            _table(self._columns, 5),
            np.array(self._cuts, np.int64),
            _table(list(self._copied.items()), 2),
            _table(tags, 6),
        )
        self.literals = known[layout.variable], layout.negated, layout.starts, self._rows[layout.pieces]

    def _bind(self, asked: Asked) -> int:
        """Give the planes of a variable their rows; gives the one of the plane where it is known."""
        variable = asked.variable
        if variable.kind == "free":
            return self._bind_free(asked)
        column = self._population.column(variable.fact)
        if column is None:
            return ONES if variable.kind == "known" else ZEROS
        known = self._copy(column.known)
        if variable.kind == "known":
            self._rows[list(asked.planes.values())] = known
            return ONES
        if isinstance(column, Flags):
            self._rows[list(asked.planes.values())] = self._copy(column.bits)
        elif isinstance(column, TagLists):
            self._tags.setdefault(variable.fact, []).append(asked)
        elif isinstance(column, Numbers):
            self._bind_numbers(asked, column)
        elif isinstance(column, Codes):
            self._bind_codes(asked, column)
        return known

    def _bind_free(self, asked: Asked) -> int:
        planes = self._free.get(asked.variable)
        if planes is None:
            return ZEROS
        for truth, plane in asked.planes.items():
            self._rows[plane] = self._copy(planes.true if truth else planes.false)
        return self._copy(planes.known)

    def _bind_numbers(self, asked: Asked, column: Numbers) -> None:
        indices: dict[int, int] = {}
        for key, plane in asked.planes.items():
            index = grid_index(cut_of(key), column.scale)
            if column.beyond and not LEAST < index <= GREATEST:
                self._rows[plane] = self._copy(column.before(index))
            else:
                indices[plane] = index
        self._cut(indices, column.values, column.low, column.high)

    def _bind_codes(self, asked: Asked, column: Codes) -> None:
        indices: dict[int, int] = {}
        for key, plane in asked.planes.items():
            value, side = cut_of(key)
            position = column.positions.get(value)
            if position is not None:
                indices[plane] = position + side
        self._cut(indices, column.codes, 0, len(column.dictionary) - 1)

    def _cut(self, indices: Mapping[int, int], values: NDArray[np.generic], low: int, high: int) -> None:
        """Rows for planes of the values, which lie from low to high, below certain integers."""
        first, start, rows = self.planes, len(self._cuts), dict[int, int]()
        for plane, index in indices.items():
            if index > high:
                self._rows[plane] = ONES
            elif index > low:
                self._rows[plane] = rows.setdefault(index, first + len(rows))
        if rows:
            self._cuts += rows
            self.planes += len(rows)
            self._columns.append((self._address(values), values.itemsize, start, len(self._cuts), first))

    def _tag_rows(self, fact: str, asked: Sequence[Asked]) -> tuple[int, ...]:
        column = self._population.column(fact)
        assert isinstance(column, TagLists)
        first = self.planes
        trash = first + len(asked)  # a row of the tags that nobody asks for
        rows = np.full(len(column.positions) + 1, trash, np.int32)
        for row, each in enumerate(asked, first):
            position = column.positions.get(str(each.variable.key))
            if position is not None:
                self._rows[list(each.planes.values())] = rows[position] = row
        self.planes = trash + 1
        arrays = column.starts, column.places, column.codes, rows
        return *(self._address(array) for array in arrays), first, trash

    def _copy(self, plane: Words) -> int:
        """The row of a plane that only needs copying."""
        address = self._address(plane)
        if address not in self._copied:
            self._copied[address] = self.planes
            self.planes += 1
        return self._copied[address]

    def _address(self, array: NDArray[np.generic]) -> int:
        self._kept.append(array)
        return int(array.ctypes.data)

    def buffer(self) -> Words:
        """Room for the planes of a block."""
        return np.zeros((self.planes, BLOCK), np.uint64)


def _table(rows: Sequence[tuple[int, ...]], width: int) -> Table:
    return np.array(rows, np.int64).reshape(-1, width)
