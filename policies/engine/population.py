"""A population: one Arrow table, a row a beneficiary, a column a fact, null where it is unknown."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from policies.engine.columns import Column, Words, column_of, packed, word_count
from policies.engine.errors import PopulationError
from policies.rules import Vocabulary

MAX_CHANGES: Final = 16


@dataclass(frozen=True, eq=False)
class Change:
    """One step from an earlier population: the facts and the words of the rows that it touched."""

    before: object
    facts: frozenset[str]
    words: NDArray[np.intp]


class Population:
    """`table`: columns the vocabulary lacks are ignored; facts the table lacks are unknown. `key`: the column that
    tells the beneficiaries apart. A population does not change: `replace` gives another one. Raises PopulationError.
    """

    def __init__(self, table: pa.Table, vocabulary: Vocabulary, key: str = "credit_code") -> None:
        importlib.import_module("policies.engine.kernels")  # loaded here, not inside the first match
        if key not in table.column_names:
            raise PopulationError(key, "is not in the table; it tells the beneficiaries apart")
        self.vocabulary, self.key = vocabulary, key
        self.rows, self.words = table.num_rows, word_count(table.num_rows)
        self.keys: pa.Array = _whole(table.column(key))
        if self.keys.null_count or len(pc.unique(self.keys)) < self.rows:
            raise PopulationError(key, "holds a key twice or not at all; give one row a beneficiary")
        facts = [code for code in table.column_names if code in vocabulary and not vocabulary[code].parameter]
        self._arrays: dict[str, pa.Array] = {code: _whole(table.column(code)) for code in facts}
        self._columns = {code: column_of(code, vocabulary[code], array) for code, array in self._arrays.items()}
        self.state: object = object()
        self.changes: tuple[Change, ...] = ()
        self.kept: dict[Any, tuple[Words, Words]] = {}  # planes of conditions, for `draft`

    @property
    def facts(self) -> frozenset[str]:
        """The facts that the table has."""
        return frozenset(self._columns)

    def column(self, code: str) -> Column | None:
        """The column of a fact, None where the table does not have it."""
        return self._columns.get(code)

    def array(self, code: str) -> pa.Array | None:
        """The values of a fact as the table has them, None where it does not have it."""
        return self._arrays.get(code)

    @cached_property
    def valid(self) -> Words:
        """The plane of all rows."""
        return packed(np.ones(self.rows, np.bool_))

    def profiles(self, rows: Sequence[int] | NDArray[np.int64], codes: Iterable[str]) -> list[dict[str, Any]]:
        """The known facts of some rows, in the types of the rule language."""
        found: list[dict[str, Any]] = [{} for _ in rows]
        chosen = pa.array(rows, pa.int64())
        for code in codes:
            array = self._arrays.get(code)
            if array is None:
                continue
            for facts, value in zip(found, array.take(chosen).to_pylist(), strict=True):
                if value is not None:
                    facts[code] = value
        return found

    def alike(self, rows: NDArray[np.int64], codes: Iterable[str]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """(places, numbers): rows[places] know different things by these facts, and what rows[i] knows is the same as
        what rows[places[numbers[i]]] knows. Rows with lists that are not empty are not compared."""
        chosen = pa.array(rows, pa.int64())
        numbers = np.zeros(len(rows), np.int64)
        for code in codes:
            if code in self._arrays:
                values = _numbered(self._arrays[code].take(chosen))
                numbers = np.unique(numbers * (int(values.max(initial=0)) + 1) + values, return_inverse=True)[1]
        places, numbers = np.unique(numbers, return_index=True, return_inverse=True)[1:]
        return places, numbers

    # --- changes -------------------------------------------------------------------------------------------------

    def replace(self, rows: pa.Table) -> Population:
        """With new values of some beneficiaries. `rows`: the key and any of the facts; null is unknown. Facts whose
        values do not differ are shared. Raises PopulationError for a key that is not in the population."""
        places = pc.index_in(_whole(rows.column(self.key)), self.keys)
        if places.null_count:
            stranger = rows.column(self.key)[int(pc.index(places.is_null(), True).as_py())]
            raise PopulationError(self.key, f"{stranger} is not in this population; build it anew to add beneficiaries")
        at = places.to_numpy()
        take = np.arange(self.rows)
        take[at] = self.rows + np.arange(len(at))
        arrays: dict[str, pa.Array] = {}
        for code in rows.column_names:
            if code in self.vocabulary and not self.vocabulary[code].parameter:
                new = self._merged(code, _whole(rows.column(code)), places, take)
                if new is not None:
                    arrays[code] = new
        return self._with(arrays, np.unique(at >> 6))

    def _merged(self, code: str, given: pa.Array, places: pa.Array, take: NDArray[np.intp]) -> pa.Array | None:
        """The column with the given values in their places; None where they were there before."""
        old = self._arrays.get(code)
        if old is None:
            old = pa.nulls(self.rows, given.type)
        plain = old.type.value_type if pa.types.is_dictionary(old.type) else old.type
        given = given.cast(plain)
        if old.take(places).cast(plain).equals(given):
            return None
        return pa.concat_arrays([old.cast(plain), given]).take(pa.array(take))

    def with_column(self, code: str, array: pa.Array | pa.ChunkedArray) -> Population:
        """With one fact's column in place of another. Raises PopulationError."""
        if code not in self.vocabulary:
            raise PopulationError(code, "is no fact of the vocabulary")
        if len(array) != self.rows:
            raise PopulationError(code, f"has {len(array)} rows, the population {self.rows}")
        return self._with({code: _whole(array)}, np.arange(self.words))

    def _with(self, arrays: Mapping[str, pa.Array], words: NDArray[np.intp]) -> Population:
        other = Population.__new__(Population)
        other.vocabulary, other.key, other.keys = self.vocabulary, self.key, self.keys
        other.rows, other.words = self.rows, self.words
        other._arrays = {**self._arrays, **arrays}
        new = {code: column_of(code, self.vocabulary[code], array) for code, array in arrays.items()}
        other._columns = {**self._columns, **new}
        other.kept = {literal: planes for literal, planes in self.kept.items() if literal.variable.fact not in arrays}
        other.state = object()
        other.changes = (*self.changes, Change(self.state, frozenset(arrays), words))[-MAX_CHANGES:]
        return other

    def changed_since(self, state: object) -> tuple[Change, ...] | None:
        """The changes that led from an earlier state to this one; None where they are not known."""
        if state is self.state:
            return ()
        for number, change in enumerate(self.changes):
            if change.before is state:
                return self.changes[number:]
        return None


def _whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One array of a column's chunks."""
    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries().combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _numbered(values: pa.Array) -> NDArray[np.int64]:
    """A number a value, the same for the same one, 0 for null; lists get the same number where they are empty."""
    if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        lengths = pc.list_value_length(values).fill_null(-1).to_numpy()
        return np.where(lengths < 1, lengths + 1, np.arange(2, len(lengths) + 2))
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    found: NDArray[np.int64] = values.indices.cast(pa.int64()).fill_null(-1).to_numpy() + 1
    return found
