"""The columns of a population as the kernels read them: plain integers, padded to whole words, with a plane of which
rows are known.

Numbers are integers of their smallest step (`scale` decimals: money is fen), as narrow as all fit. A value
beyond 64 bits stands as the greatest (least) integer, which compares rightly with every constant within; constants
beyond are compared with `beyond`, and sums over such rows go to the evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from policies.engine.errors import PopulationError
from policies.rules import FactType

Words = NDArray[np.uint64]
GREATEST: Final = int(np.iinfo(np.int64).max)
LEAST: Final = int(np.iinfo(np.int64).min)


@dataclass(frozen=True, eq=False)
class Numbers:
    """`values`: int8 to int64, 0 where unknown; `low` and `high` bound them. A date is days since 1970-01-01.
    `beyond`: row -> value of those that 64 bits do not hold."""

    known: Words
    values: NDArray[Any]
    scale: int
    low: int
    high: int
    beyond: Mapping[int, int] = field(default_factory=dict)

    def before(self, index: int) -> Words:
        """The plane of the values less than an integer beyond 64 bits."""
        flags = np.full(len(self.values), index > 0)
        for row, value in self.beyond.items():
            flags[row] = value < index
        return packed(flags)


@dataclass(frozen=True, eq=False)
class Codes:
    """`codes`: positions in `dictionary` (an Arrow array of texts), int8 to int64, 0 where unknown."""

    known: Words
    codes: NDArray[Any]
    dictionary: pa.Array

    @cached_property
    def positions(self) -> dict[str, int]:
        return _positions(self.dictionary)


@dataclass(frozen=True, eq=False)
class Flags:
    """`bits`: the plane of the true ones."""

    known: Words
    bits: Words


@dataclass(frozen=True, eq=False)
class TagLists:
    """The tags of the rows of word w are codes[starts[w]:starts[w + 1]], positions in `dictionary`; `places` are the
    rows' within the word."""

    known: Words
    starts: NDArray[np.int64]
    places: NDArray[np.int8]
    codes: NDArray[np.int32]
    dictionary: pa.Array

    @cached_property
    def positions(self) -> dict[str, int]:
        return _positions(self.dictionary)


@dataclass(frozen=True, eq=False)
class Lists:
    """Lists of rows: the kernels see only which are known."""

    known: Words


Column = Numbers | Codes | Flags | TagLists | Lists


def _positions(dictionary: pa.Array) -> dict[str, int]:
    return {text: place for place, text in enumerate(dictionary.to_pylist())}


def word_count(rows: int) -> int:
    return (rows + 63) // 64


def packed(flags: NDArray[np.bool_]) -> Words:
    """A plane of one flag a row."""
    data = np.zeros(word_count(len(flags)) * 8, np.uint8)
    data[: (len(flags) + 7) // 8] = np.packbits(flags, bitorder="little")
    return data.view(np.uint64)


def unpacked(plane: Words, rows: int) -> NDArray[np.bool_]:
    """One flag a row of a plane."""
    return np.unpackbits(plane.view(np.uint8), count=rows, bitorder="little").view(np.bool_)


def padded(values: NDArray[Any], dtype: Any = None) -> NDArray[Any]:
    filled = np.zeros(word_count(len(values)) * 64, dtype or values.dtype)
    filled[: len(values)] = values
    return filled


def column_of(code: str, fact_type: FactType, array: pa.Array) -> Column:
    """The column of a fact. Raises PopulationError where the array is not of the fact's type."""
    if pa.types.is_null(array.type):
        array = pa.nulls(len(array), _PLAIN_TYPES[fact_type.kind])
    known = packed(np.asarray(array.is_valid()))
    return _READERS[fact_type.kind](code, fact_type, array, known)


def _wrong(code: str, array: pa.Array, expected: str) -> PopulationError:
    return PopulationError(code, f"has the Arrow type {array.type}, expected {expected}")


# --- numbers and dates ------------------------------------------------------------------------------------------------


def _numbers(code: str, fact_type: FactType, array: pa.Array, known: Words) -> Numbers:
    if not pa.types.is_integer(array.type) and not pa.types.is_decimal(array.type):
        raise _wrong(code, array, "an integer or decimal128 (binary fractions are refused)")
    scale = 0 if pa.types.is_integer(array.type) or fact_type.kind == "integer" else max(array.type.scale, 0)
    try:
        array = array.cast(pa.decimal128(38, scale) if pa.types.is_decimal(array.type) else pa.int64())
    except pa.ArrowInvalid as problem:
        expected = "whole numbers" if scale == 0 else "at most 38 digits"
        raise PopulationError(code, f"holds a number that does not fit, expected {expected}: {problem}") from None
    if pa.types.is_integer(array.type):
        return _narrowed(known, array.fill_null(0).to_numpy(), 0)
    values, beyond = _unscaled(array)
    return _narrowed(known, values, scale, beyond)


def _unscaled(array: pa.Array) -> tuple[NDArray[np.int64], dict[int, int]]:
    """The integers behind a decimal128 array, 0 where null, and those beyond 64 bits by row."""
    halves = np.frombuffer(array.buffers()[1], np.int64)[2 * array.offset : 2 * (array.offset + len(array))]
    low, high = halves[0::2], halves[1::2]
    valid = np.asarray(array.is_valid())
    outside = np.flatnonzero(valid & (high != low >> 63)).tolist()
    values = np.where(valid, low, 0)
    beyond = {row: (int(high[row]) << 64) + int(low[row].view(np.uint64)) for row in outside}
    for row, value in beyond.items():
        values[row] = GREATEST if value > 0 else LEAST
    return values, beyond


def _narrowed(known: Words, values: NDArray[np.int64], scale: int, beyond: Mapping[int, int] | None = None) -> Numbers:
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    return Numbers(known, padded(values, _narrowest(low, high)), scale, low, high, beyond or {})


def _narrowest(low: int, high: int) -> Any:
    """The narrowest type that holds values from low to high."""
    return next(each for each in (np.int8, np.int16, np.int32, np.int64) if _fits(low, high, np.iinfo(each)))


def _fits(low: int, high: int, limits: np.iinfo[Any]) -> bool:
    return int(limits.min) <= low and high <= int(limits.max)


def _dates(code: str, fact_type: FactType, array: pa.Array, known: Words) -> Numbers:
    if not pa.types.is_date(array.type):
        raise _wrong(code, array, "date32")
    days = array.cast(pa.date32()).cast(pa.int32()).fill_null(0).to_numpy()
    return _narrowed(known, days.astype(np.int64), 0)


# --- texts, truths, lists ---------------------------------------------------------------------------------------------


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _encoded(code: str, fact_type: FactType, array: pa.Array) -> tuple[NDArray[np.int32], pa.Array]:
    """(positions, dictionary) of texts; 0 where null. Raises PopulationError for a code that the fact does not have."""
    if pa.types.is_dictionary(array.type) and (array.dictionary.null_count or not _is_text(array.type.value_type)):
        array = array.cast(array.type.value_type)
    if _is_text(array.type):
        array = array.dictionary_encode()
    if not pa.types.is_dictionary(array.type):
        raise _wrong(code, array, "string or dictionary")
    dictionary = array.dictionary.cast(pa.string())
    if fact_type.codes is not None:
        used = dictionary.take(pc.unique(array.indices).drop_null())
        strange = used.filter(pc.invert(pc.is_in(used, pa.array(list(fact_type.codes), pa.string()))))
        if len(strange):
            raise PopulationError(code, f"holds {strange[0].as_py()!r}, which is none of its codes")
    return array.indices.cast(pa.int32()).fill_null(0).to_numpy(), dictionary


def _codes(code: str, fact_type: FactType, array: pa.Array, known: Words) -> Codes:
    positions, dictionary = _encoded(code, fact_type, array)
    return Codes(known, padded(positions, _narrowest(0, len(dictionary))), dictionary)


def _flags(code: str, fact_type: FactType, array: pa.Array, known: Words) -> Flags:
    if not pa.types.is_boolean(array.type):
        raise _wrong(code, array, "boolean")
    return Flags(known, packed(array.fill_null(False).to_numpy(zero_copy_only=False)))


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def _tag_lists(code: str, fact_type: FactType, array: pa.Array, known: Words) -> TagLists:
    if not _is_list(array.type):
        raise _wrong(code, array, "list<string>")
    lengths = pc.list_value_length(array).fill_null(0).to_numpy()
    members = array.flatten()
    if members.null_count:
        raise PopulationError(code, "holds lists with null tags; a tag is held or not")
    positions, dictionary = _encoded(code, fact_type, members)
    starts = np.zeros(word_count(len(array)) + 1, np.int64)
    np.cumsum(padded(lengths).reshape(-1, 64).sum(axis=1), out=starts[1:])
    places = np.repeat(np.arange(len(array)) & 63, lengths).astype(np.int8)
    return TagLists(known, starts, places, np.array(positions), dictionary)


def _lists(code: str, fact_type: FactType, array: pa.Array, known: Words) -> Lists:
    if not _is_list(array.type) or not pa.types.is_struct(array.type.value_type):
        raise _wrong(code, array, "list<struct>")
    return Lists(known)


_PLAIN_TYPES: Final = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(38, 6),
    "money": pa.decimal128(38, 2),
    "ratio": pa.decimal128(38, 6),
    "date": pa.date32(),
    "code": pa.string(),
    "text": pa.string(),
    "tags": pa.list_(pa.string()),
    "items": pa.list_(pa.struct([])),
}
_READERS: Final[dict[str, Callable[[str, FactType, pa.Array, Words], Column]]] = {
    "boolean": _flags,
    "integer": _numbers,
    "decimal": _numbers,
    "money": _numbers,
    "ratio": _numbers,
    "date": _dates,
    "code": _codes,
    "text": _codes,
    "tags": _tag_lists,
    "items": _lists,
}
