"""Instructions that numba does not offer: read a column where it lies, compare 64 values at once into one word, count
and find one bits, and the upper half of a product.

A plain loop over 64 comparisons costs four times as much for 64-bit values: LLVM does not see that it makes one word.
Told so (a vector of 64 lanes, its 64 answers read as an integer), it picks the best instructions of any processor.

Columns are of different widths, which no array of numba's can hold together: they are given by their addresses.
Whoever passes an address keeps the array alive.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 64
PIECE = 16
_INDEX = ir.IntType(32)
_WORD, _WIDE = ir.IntType(64), ir.IntType(128)
_PIECE = ir.VectorType(_WORD, PIECE)


def _pointer(builder: Any, address: Any, index: Any, lane: Any) -> Any:
    return builder.gep(builder.inttoptr(address, lane.as_pointer()), [index])


def _below(bits: int) -> Any:
    """(address, row, constant): bit i of the answer is values[row + i] < constant, of integers of `bits` bits."""
    lane = ir.IntType(bits)
    vector = ir.VectorType(lane, LANES)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        start = builder.bitcast(_pointer(builder, args[0], args[1], lane), vector.as_pointer())
        values = builder.load(start, align=bits // 8)
        constant = args[2] if bits == LANES else builder.trunc(args[2], lane)
        undefined = ir.Constant(vector, ir.Undefined)
        first = builder.insert_element(undefined, constant, ir.Constant(_INDEX, 0))
        constants = builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(_INDEX, LANES), [0] * LANES))
        return builder.bitcast(builder.icmp_signed("<", values, constants), _WORD)

    def compare(typing_context: Any, address: Any, row: Any, constant: Any) -> Any:
        return types.uint64(types.int64, types.int64, types.int64), generate

    return intrinsic(compare)


def _value(bits: int) -> Any:
    """(address, index): the signed integer of `bits` bits that stands there."""
    lane = ir.IntType(bits)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        found = builder.load(_pointer(builder, args[0], args[1], lane), align=bits // 8)
        return found if bits == LANES else builder.sext(found, _WORD)

    def value(typing_context: Any, address: Any, index: Any) -> Any:
        return types.int64(types.int64, types.int64), generate

    return intrinsic(value)


below_8, below_16, below_32, below_64 = (_below(bits) for bits in (8, 16, 32, 64))
value_8, value_16, value_32, value_64 = (_value(bits) for bits in (8, 16, 32, 64))


def _words(context: Any, builder: Any, matrix: tuple[Any, Any], row: Any, first: Any) -> Any:
    """The address of the words of a matrix from a place in a row on."""
    matrix_type, value = matrix
    array = context.make_array(matrix_type)(context, builder, value)
    width = builder.extract_value(array.shape, 1)
    return builder.gep(array.data, [builder.add(builder.mul(row, width), first)])


def _piece(builder: Any, words: Any, number: int) -> Any:
    """The address of a piece of the words: as much as the registers of a processor hold with ease."""
    return builder.bitcast(builder.gep(words, [ir.Constant(_WORD, number * PIECE)]), _PIECE.as_pointer())


def joiner(operation: str, count: int) -> Any:
    """(buffer, target, left, right): a row of so many words becomes the `and_` or the `or_` of two rows."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        buffer, first = (signature.args[0], args[0]), ir.Constant(_WORD, 0)
        target, left, right = (_words(context, builder, buffer, row, first) for row in args[1:])
        for number in range(count // PIECE):
            parts = [builder.load(_piece(builder, words, number), align=8) for words in (left, right)]
            builder.store(getattr(builder, operation)(*parts), _piece(builder, target, number), align=8)
        return context.get_dummy_value()

    def join(typing_context: Any, buffer: Any, target: Any, left: Any, right: Any) -> Any:
        return types.void(buffer, types.int64, types.int64, types.int64), generate

    return intrinsic(join)


def putter(count: int) -> Any:
    """(buffer, source, offset, matrix, row, first): so many words from buffer[source, offset] on go to matrix[row,
    first]; gives how many of their bits are set."""
    ones_type, sum_type = ir.FunctionType(_PIECE, [_PIECE]), ir.FunctionType(_WORD, [_PIECE])

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        start = _words(context, builder, (signature.args[0], args[0]), args[1], args[2])
        end = _words(context, builder, (signature.args[3], args[3]), args[4], args[5])
        ones_in_each = cgutils.get_or_insert_function(builder.module, ones_type, f"llvm.ctpop.v{PIECE}i64")
        sum_of = cgutils.get_or_insert_function(builder.module, sum_type, f"llvm.vector.reduce.add.v{PIECE}i64")
        ones: Any = ir.Constant(_PIECE, [0] * PIECE)
        for number in range(count // PIECE):
            words = builder.load(_piece(builder, start, number), align=8)
            builder.store(words, _piece(builder, end, number), align=8)
            ones = builder.add(ones, builder.call(ones_in_each, [words]))
        return builder.call(sum_of, [ones])

    def put(typing_context: Any, buffer: Any, source: Any, offset: Any, matrix: Any, row: Any, first: Any) -> Any:
        place = types.int64
        return types.uint64(buffer, place, place, matrix, place, place), generate

    return intrinsic(put)


def _of_word(typing_context: Any, word: Any) -> Any:
    return types.uint64(types.uint64), lambda context, builder, signature, args: builder.ctpop(args[0])


def _of_set_word(typing_context: Any, word: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), generate


def _of_factors(typing_context: Any, left: Any, right: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        wide_left, wide_right = (builder.zext(arg, _WIDE) for arg in args)
        return builder.trunc(builder.lshr(builder.mul(wide_left, wide_right), ir.Constant(_WIDE, 64)), _WORD)

    return types.uint64(types.uint64, types.uint64), generate


# How many bits of a word are set; the number of the lowest one, of a word that is not 0; the upper half of a product.
ones_in: Any = intrinsic(_of_word)
lowest_one: Any = intrinsic(_of_set_word)
upper_half: Any = intrinsic(_of_factors)
