"""The compiled loops of `city`: all that numba makes, and nothing else.

A *plane* is one bit a beneficiary, 64 to a word, the lowest bit first. All loops release the GIL, so that ranges of
words can go to threads; none uses numba's own threads, because worker processes are forked. Signatures are explicit: a
process loads the functions from the cache when it imports this module and compiles nothing inside a match.
"""

from __future__ import annotations

from typing import Any, Final

from numba import int64, njit, uint64

from policies.engine.vectors import below, equal, lowest_one, ones_in

AND: Final = 0
OR: Final = 1
# Slots of the constant planes among the planes of a chunk.
ZEROS: Final = 0
ONES: Final = 1

_FULL: Final = 0xFFFFFFFFFFFFFFFF
_OPTIONS: Final[dict[str, Any]] = {"cache": True, "nogil": True, "boundscheck": False, "error_model": "numpy"}


def _cut_planes(values: Any, first: int, cuts: Any, slots: Any, planes: Any) -> None:
    """planes[slots[k]] = values < cuts[k], for the rows from word `first` on. Values are padded to whole words."""
    for k in range(len(cuts)):
        for word in range(planes.shape[1]):
            planes[slots[k], word] = below(values, (first + word) * 64, cuts[k])


cut_planes_32 = njit("(int32[::1], int64, int32[::1], int32[::1], uint64[:, ::1])", **_OPTIONS)(_cut_planes)
cut_planes_64 = njit("(int64[::1], int64, int64[::1], int32[::1], uint64[:, ::1])", **_OPTIONS)(_cut_planes)


@njit("(int32[::1], int64, int32[::1], int32[::1], uint64[:, ::1])", **_OPTIONS)
def value_planes(codes: Any, first: int, wanted: Any, slots: Any, planes: Any) -> None:
    """planes[slots[k]] = codes == wanted[k]."""
    for k in range(len(wanted)):
        for word in range(planes.shape[1]):
            planes[slots[k], word] = equal(codes, (first + word) * 64, wanted[k])


@njit("(int64[::1], int32[::1], int64, int64, int32[::1], uint64[:, ::1])", **_OPTIONS)
def tag_planes(offsets: Any, codes: Any, first: int, rows: int, slots: Any, planes: Any) -> None:
    """Set a row's bit in the planes of its codes, which stand from offsets[row] on; `slots[code]` is ZEROS for codes
    that nobody asks for."""
    for row in range(rows):
        at = first * 64 + row
        for position in range(offsets[at], offsets[at + 1]):
            slot = slots[codes[position]]
            if slot != ZEROS:
                planes[slot, row >> 6] |= uint64(1) << uint64(row & 63)


@njit("(uint64[:, ::1], int64, int64, int32[::1], boolean[::1], int32[::1], int32[:, ::1], uint64[:, ::1])", **_OPTIONS)
def literal_planes(
    planes: Any, first: int, words: int, known: Any, negated: Any, starts: Any, pieces: Any, buffer: Any
) -> None:
    """Row l of `buffer`: `words` words where literal l is certain, then as many where it is possible.

    The pieces of literal l are pieces[starts[l]:starts[l + 1]]: below plane `high` and not below plane `low`.
    """
    for literal in range(len(known)):
        certain = buffer[literal, :words]
        possible = buffer[literal, words : 2 * words]
        for word in range(words):
            certain[word] = 0
        for piece in range(starts[literal], starts[literal + 1]):
            high, low = planes[pieces[piece, 0]], planes[pieces[piece, 1]]
            for word in range(words):
                certain[word] |= high[first + word] & ~low[first + word]
        turn = uint64(_FULL) if negated[literal] else uint64(0)
        valid = planes[known[literal]]
        for word in range(words):
            inside = certain[word] ^ turn
            certain[word] = inside & valid[first + word]
            possible[word] = inside | ~valid[first + word]


@njit(
    "(Tuple((uint64[:, ::1], int64)), Tuple((int32[:, ::1], int32[::1], int32[:, ::1], int32[::1])), "
    "Tuple((uint64[::1], int64)), Tuple((uint64[:, ::1], uint64[:, ::1], int64[:, ::1])))",
    **_OPTIONS,
)
def policy_planes(rows: Any, program: Any, block: Any, planes: Any) -> None:
    """Run the operations of all policies over one block of words and write the planes of policy p to rows targets[p] of
    `certain` and `possible`, from word `first` on; counts[p] grows by the eligible and the unknown rows.

    Operation (kind, a, b) joins two rows of the buffer into the next temporary one; results[p] are the rows where the
    certain and the possible plane of policy p stand. Row numbers below `literals` are literals, above temporaries.
    """
    buffer, literals = rows
    operations, starts, results, targets = program
    valid, first = block
    certain, possible, counts = planes
    words = len(valid)
    for policy in range(len(starts) - 1):
        target = literals
        for step in range(starts[policy], starts[policy + 1]):
            left, right, joined = buffer[operations[step, 1]], buffer[operations[step, 2]], buffer[target]
            if operations[step, 0] == AND:
                for word in range(2 * words):
                    joined[word] = left[word] & right[word]
            else:
                for word in range(2 * words):
                    joined[word] = left[word] | right[word]
            target += 1
        sure, maybe = buffer[results[policy, 0]], buffer[results[policy, 1]]
        eligible = unknown = uint64(0)
        target_row = targets[policy]
        for word in range(words):
            true = sure[word] & valid[word]
            either = maybe[words + word] & valid[word]
            certain[target_row, first + word] = true
            possible[target_row, first + word] = either
            eligible += ones_in(true)
            unknown += ones_in(either & ~true)
        counts[policy, 0] += eligible
        counts[policy, 1] += unknown


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


def _stepped_amounts(plane: Any, known: Any, values: Any, steps: Any, unit: int, fen: Any, unknown: Any) -> None:
    """The entries of `fen` for the rows of a plane: (factors[k] * x + offsets[k]) / unit, half rounded away from 0,
    where k counts the cuts up to x. Rows whose bit in `known` is 0 give 0 and are `unknown`."""
    cuts, factors, offsets = steps
    half = unit // 2
    entry = 0
    for word in range(len(plane)):
        bits, valid = plane[word], known[word]
        while bits:
            bit = lowest_one(bits)
            bits &= bits - uint64(1)
            if valid >> bit & uint64(1):
                x = values[word * 64 + bit]
                part = 0
                for cut in cuts:
                    part += x >= cut
                amount = factors[part] * x + offsets[part]
                if unit != 1:
                    size = uint64(abs(amount) + half) // uint64(unit)
                    amount = int64(size) if amount >= 0 else -int64(size)
                fen[entry] = amount
            else:
                fen[entry] = 0
                unknown[entry] = True
            entry += 1


_STEPPED = "(uint64[::1], uint64[::1], {}[::1], UniTuple(int64[::1], 3), int64, int64[::1], boolean[::1])"
stepped_amounts_32 = njit(_STEPPED.format("int32"), **_OPTIONS)(_stepped_amounts)
stepped_amounts_64 = njit(_STEPPED.format("int64"), **_OPTIONS)(_stepped_amounts)
