"""The compiled loops of `city`: all that numba makes, and nothing else.

A *plane* is one bit a beneficiary, 64 to a word, the lowest bit first. All loops release the GIL, so that blocks of
words can go to threads; none uses numba's own threads, because worker processes are forked. Signatures are explicit: a
process loads the functions from the cache when it imports this module and compiles nothing inside a match.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from numba import int64, njit, uint64

from policies.engine.vectors import (
    below_8,
    below_16,
    below_32,
    below_64,
    joiner,
    lowest_one,
    ones_in,
    putter,
    upper_half,
    value_8,
    value_16,
    value_32,
    value_64,
)

# So many words of all planes at a time: what one block needs stays in the processor's cache.
BLOCK: Final = 64
AND: Final = 0
OR: Final = 1
# Rows of the planes of nobody, of all 64 bits of every word, and of all beneficiaries.
ZEROS: Final = 0
ONES: Final = 1
VALID: Final = 2

_join_and, _join_or, _put = joiner("and_", 2 * BLOCK), joiner("or_", 2 * BLOCK), putter(BLOCK)
_FULL: Final = 0xFFFFFFFFFFFFFFFF
_OPTIONS: Final[dict[str, Any]] = {"cache": True, "nogil": True, "boundscheck": False, "error_model": "numpy"}


# --- planes of cuts, of tags, and those that are there already --------------------------------------------------------


def _cut_planes(below: Callable[..., Any]) -> Any:
    @njit(boundscheck=False, error_model="numpy")
    def fill(address: Any, first: int, words: int, cuts: Any, row: int, planes: Any) -> None:
        """planes[row + k] = values < cuts[k], for the rows from word `first` on. Values are padded to whole words."""
        for k in range(len(cuts)):
            for word in range(words):
                planes[row + k, word] = below(address, (first + word) * 64, cuts[k])

    return fill


_cut_planes_8, _cut_planes_16, _cut_planes_32, _cut_planes_64 = (
    _cut_planes(each) for each in (below_8, below_16, below_32, below_64)
)


@njit(boundscheck=False, error_model="numpy")
def _fill(first: int, words: int, sources: Any, planes: Any) -> None:
    """All planes of `words` words from word `first` on. The tables of `sources` are those of `Binding`."""
    columns, cuts, copies, tags = sources
    for column in range(len(columns)):
        address, width, start, end, row = columns[column]
        if width == 1:
            _cut_planes_8(address, first, words, cuts[start:end], row, planes)
        elif width == 2:
            _cut_planes_16(address, first, words, cuts[start:end], row, planes)
        elif width == 4:
            _cut_planes_32(address, first, words, cuts[start:end], row, planes)
        else:
            _cut_planes_64(address, first, words, cuts[start:end], row, planes)
    for copy in range(len(copies)):
        address, row = copies[copy]
        for word in range(words):
            planes[row, word] = value_64(address, first + word)
    for column in range(len(tags)):
        starts, places, codes, rows, row, end = tags[column]
        for tag in range(row, end):
            for word in range(words):
                planes[tag, word] = 0
        for word in range(words):
            for entry in range(value_64(starts, first + word), value_64(starts, first + word + 1)):
                bit = uint64(1) << uint64(value_8(places, entry))
                planes[value_32(rows, value_32(codes, entry)), word] |= bit


# --- literals and policies --------------------------------------------------------------------------------------------


@njit(boundscheck=False, error_model="numpy")
def _literals(planes: Any, literals: Any, buffer: Any) -> None:
    """Row l of `buffer`: the words where literal l is certain, then those where it is possible.

    The pieces of literal l are pieces[starts[l]:starts[l + 1]]: below plane `high` and not below plane `low`.
    """
    known, negated, starts, pieces = literals
    valid = planes[VALID]
    for literal in range(len(known)):
        certain, possible = buffer[literal, :BLOCK], buffer[literal, BLOCK:]
        for word in range(BLOCK):
            certain[word] = 0
        for piece in range(starts[literal], starts[literal + 1]):
            high, low = planes[pieces[piece, 0]], planes[pieces[piece, 1]]
            for word in range(BLOCK):
                certain[word] |= high[word] & ~low[word]
        turn = uint64(_FULL) if negated[literal] else uint64(0)
        answered = planes[known[literal]]
        for word in range(BLOCK):
            inside = certain[word] ^ turn
            certain[word] = inside & answered[word] & valid[word]
            possible[word] = (inside | ~answered[word]) & valid[word]


@njit(boundscheck=False, error_model="numpy")
def _policies(buffer: Any, first: int, words: int, program: Any, results: Any) -> None:
    """Operation (kind, a, b) joins two rows of the buffer into the next temporary one; answers[p] are the rows where
    the certain and the possible plane of policy p stand. Row numbers below `literals` are literals, above temporaries.
    """
    literals, operations, starts, answers, targets = program
    certain, possible, counts = results
    for policy in range(len(starts) - 1):
        target = literals
        for step in range(starts[policy], starts[policy + 1]):
            if operations[step, 0] == AND:
                _join_and(buffer, target, operations[step, 1], operations[step, 2])
            else:
                _join_or(buffer, target, operations[step, 1], operations[step, 2])
            target += 1
        sure, maybe, row = answers[policy, 0], answers[policy, 1], targets[policy]
        if words == BLOCK:
            eligible = _put(buffer, sure, 0, certain, row, first)
            either = _put(buffer, maybe, BLOCK, possible, row, first)
        else:
            eligible = either = uint64(0)
            for word in range(words):
                certain[row, first + word] = buffer[sure, word]
                possible[row, first + word] = buffer[maybe, BLOCK + word]
                eligible += ones_in(buffer[sure, word])
                either += ones_in(buffer[maybe, BLOCK + word])
        counts[policy, 0] += eligible
        counts[policy, 1] += either - eligible


@njit(
    "(int64[:, ::1], Tuple((int64[:, ::1], int64[::1], int64[:, ::1], int64[:, ::1])), "
    "Tuple((int32[::1], boolean[::1], int32[::1], int32[:, ::1])), "
    "Tuple((int64, int32[:, ::1], int32[::1], int32[:, ::1], int32[::1])), "
    "Tuple((uint64[:, ::1], uint64[:, ::1], int64[:, ::1])), UniTuple(uint64[:, ::1], 2))",
    **_OPTIONS,
)
def decide(blocks: Any, sources: Any, literals: Any, program: Any, results: Any, buffers: Any) -> None:
    """Write the planes of policy p of a program to rows targets[p] of `certain` and `possible`, within the blocks
    (first word, at most BLOCK words); counts[p] grows by the eligible and the unknown rows."""
    planes, buffer = buffers
    for word in range(BLOCK):
        planes[ZEROS, word], planes[ONES, word] = 0, uint64(_FULL)
    for block in range(len(blocks)):
        first, words = blocks[block]
        _fill(first, words, sources, planes)
        _literals(planes, literals, buffer)
        _policies(buffer, first, words, program, results)


# --- amounts ----------------------------------------------------------------------------------------------------------


@njit("int64(uint64[::1], int64[::1])", **_OPTIONS)
def rows_of(plane: Any, rows: Any) -> int:
    """Write the numbers of the rows whose bit is set into `rows`; gives how many."""
    count = 0
    for word in range(len(plane)):
        bits = plane[word]
        while bits:
            rows[count] = word * 64 + lowest_one(bits)
            count += 1
            bits &= bits - uint64(1)
    return count


def _stepped_amounts(value_at: Callable[..., Any]) -> Any:
    @njit(
        "(uint64[::1], uint64[::1], int64, UniTuple(int64[::1], 3), Tuple((int64, uint64, int64)), int64[::1], "
        "boolean[::1])",
        **_OPTIONS,
    )
    def amounts(plane: Any, known: Any, address: int, steps: Any, division: Any, fen: Any, unknown: Any) -> None:
        """The entries of `fen` for the rows of a plane, by `Steps` of `piecewise`: (factors[k] * x + offsets[k]) /
        unit, half rounded away from 0, where k counts the cuts up to x. Rows whose bit in `known` is 0 give 0 and are
        `unknown`."""
        cuts, factors, offsets = steps
        half, reciprocal, shift = division
        count = uint64(0)
        for word in range(len(plane)):  # first the values alone: the sums are then worked out without a jump
            bits, valid = plane[word], known[word]
            while bits:
                bit = lowest_one(bits)
                bits &= bits - uint64(1)
                fen[count] = value_at(address, word * 64 + int64(bit))
                unknown[count] = valid >> bit & uint64(1) == 0
                count += uint64(1)
        for entry in range(count):
            x = fen[entry]
            part = uint64(0)
            for k in range(uint64(len(cuts))):
                part += uint64(x >= cuts[k])
            amount = factors[part] * x + offsets[part]
            if reciprocal:
                sign = amount >> 63
                size = int64(upper_half(uint64((amount ^ sign) - sign + half), reciprocal) >> uint64(shift))
                amount = (size ^ sign) - sign
            fen[entry] = 0 if unknown[entry] else amount

    return amounts


# By the bytes of a value.
stepped_amounts = {
    1: _stepped_amounts(value_8),
    2: _stepped_amounts(value_16),
    4: _stepped_amounts(value_32),
    8: _stepped_amounts(value_64),
}
