"""Three instructions that numba does not offer: compare 64 values at once into one word, count and find one bits.

A plain loop over 64 comparisons costs four times as much for 64-bit values: LLVM does not see that it makes one word.
Told so (a vector of 64 lanes, its 64 answers read as an integer), it picks the best instructions of any processor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES = 64
_INDEX = ir.IntType(32)


def _lanes(context: Any, builder: Any, signature: Any, args: Any) -> tuple[Any, Any]:
    """The 64 values from a row on, and 64 times the constant."""
    array = context.make_array(signature.args[0])(context, builder, args[0])
    lane = context.get_value_type(signature.args[0].dtype)
    vector = ir.VectorType(lane, LANES)
    start = builder.bitcast(builder.gep(array.data, [args[1]]), vector.as_pointer())
    values = builder.load(start, align=lane.width // 8)
    undefined = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(undefined, args[2], ir.Constant(_INDEX, 0))
    constants = builder.shuffle_vector(first, undefined, ir.Constant(ir.VectorType(_INDEX, LANES), [0] * LANES))
    return values, constants


def _comparison(operator: str) -> Callable[..., Any]:
    def compare(typing_context: Any, values: Any, row: Any, constant: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            values, constants = _lanes(context, builder, signature, args)
            return builder.bitcast(builder.icmp_signed(operator, values, constants), ir.IntType(LANES))

        return types.uint64(values, types.int64, values.dtype), generate

    return compare


# (values, row, constant): bit i of the answer is values[row + i] < constant (== constant).
below: Any = intrinsic(_comparison("<"))
equal: Any = intrinsic(_comparison("=="))


def _of_word(generate: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def instruction(typing_context: Any, word: Any) -> Any:
        return types.uint64(types.uint64), lambda context, builder, signature, args: generate(builder, args[0])

    return instruction


# How many bits of a word are set; the number of the lowest one, of a word that is not 0.
ones_in: Any = intrinsic(_of_word(lambda builder, word: builder.ctpop(word)))
lowest_one: Any = intrinsic(_of_word(lambda builder, word: builder.cttz(word, ir.Constant(ir.IntType(1), 1))))
