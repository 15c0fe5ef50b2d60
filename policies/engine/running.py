"""A program over a population: block by block, so that everything in between stays in the processor's cache, and on all
processors."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from policies.engine import kernels
from policies.engine.binding import Binding
from policies.engine.kernels import BLOCK
from policies.engine.operations import Program

THREADS: Final = min(2, os.cpu_count() or 1)

Matrix = NDArray[np.uint64]
Range = tuple[int, int]  # of words


def run_program(
    program: Program,
    binding: Binding,
    planes: tuple[Matrix, Matrix],
    targets: NDArray[np.int32],
    ranges: Sequence[Range],
    threads: int = THREADS,
) -> NDArray[np.int64]:
    """Write the planes of the program's policies to rows `targets` of (certain, possible), within the ranges. Gives
    (eligible, unknown) a policy."""
    operations = program.literals, program.steps, program.starts, program.results, targets
    blocks = [(at, min(BLOCK, end - at)) for start, end in ranges for at in range(start, end, BLOCK)]

    def work(share: NDArray[np.int64]) -> NDArray[np.int64]:
        counts = np.zeros((len(targets), 2), np.int64)
        buffers = binding.buffer(), np.empty((program.literals + program.temporaries, 2 * BLOCK), np.uint64)
        kernels.decide(share, binding.sources, binding.literals, operations, (*planes, counts), buffers)
        return counts

    if threads == 1 or len(blocks) < 2:
        return work(np.array(blocks, np.int64).reshape(-1, 2))
    with ThreadPoolExecutor(threads) as pool:
        return np.sum(list(pool.map(work, np.array_split(np.array(blocks, np.int64), threads))), axis=0)
