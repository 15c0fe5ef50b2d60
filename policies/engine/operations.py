"""The logic of a policy as operations on planes: each joins two planes into a new one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from policies.engine.conditions import Literal
from policies.engine.layout import Layout
from policies.engine.logic import All, Logic, Tree

AND, OR = 0, 1
NO_STEPS: Final = np.zeros((0, 3), np.int32)


@dataclass(frozen=True, eq=False)
class Operations:
    """`steps`: (kind, a, b), the n-th step makes the n-th temporary plane. A number a, b or in `results` (where the
    certain and the possible plane stand) is a literal's number, or ~n for the n-th temporary plane.

    A rule that is true or false for everybody has no planes: `constant`.
    """

    steps: NDArray[np.int32]
    results: tuple[int, int]
    constant: bool | None = None


def operations_of(logic: Logic) -> Operations:
    if isinstance(logic.certain, bool):
        return Operations(NO_STEPS, (0, 0), logic.certain)
    steps: list[tuple[int, int, int]] = []
    certain = _plane(logic.certain, steps)
    possible = certain if logic.possible is logic.certain else _plane(logic.possible, steps)
    return Operations(np.array(steps, np.int32).reshape(-1, 3), (certain, possible))


def _plane(tree: Tree, steps: list[tuple[int, int, int]]) -> int:
    if isinstance(tree, Literal):
        return tree.number
    assert not isinstance(tree, bool)
    kind = AND if isinstance(tree, All) else OR
    planes = [_plane(part, steps) for part in tree.parts]
    joined = planes[0]
    for plane in planes[1:]:
        steps.append((kind, joined, plane))
        joined = ~(len(steps) - 1)
    return joined


@dataclass(frozen=True, eq=False)
class Program:
    """The operations of several policies, on rows of one buffer: first the literals, then `temporaries` that every
    policy uses anew. Policies that are constant have row numbers of the first literal, and do not count."""

    layout: Layout
    literals: int
    temporaries: int
    steps: NDArray[np.int32]
    starts: NDArray[np.int32]
    results: NDArray[np.int32]


def program_of(policies: Sequence[Operations], literals: Iterable[Literal]) -> Program:
    """The operations one after another; `literals` has all that they use, which are renumbered from 0 on."""
    steps = np.concatenate([NO_STEPS, *(policy.steps for policy in policies)])
    results = np.array([policy.results for policy in policies], np.int32).reshape(-1, 2)
    starts = np.zeros(len(policies) + 1, np.int32)
    np.cumsum([len(policy.steps) for policy in policies], out=starts[1:])
    temporaries = int(np.diff(starts).max(initial=0))
    used = list(dict.fromkeys(literals))
    rows = np.zeros(max((literal.number for literal in used), default=0) + 1, np.int32)
    rows[[literal.number for literal in used]] = np.arange(len(used))

    def row_of(operand: NDArray[np.int32]) -> NDArray[np.int32]:
        return np.where(operand >= 0, rows[operand.clip(0)], len(used) + ~operand).astype(np.int32)

    moved = np.column_stack([steps[:, :1], row_of(steps[:, 1:])])
    return Program(Layout(used), len(used), temporaries, np.ascontiguousarray(moved), starts, row_of(results))
