"""From which planes of single cuts and values literals are put together, whatever the population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from policies.engine.conditions import Literal, Variable
from policies.engine.sets import Cut, Intervals, Members

Ints = NDArray[np.int32]
# Of a number, a date, a code or a text: a cut; of what is only true or false: which of both.
Key = Cut | bool
# Numbers of planes (high, low): below the one and not below the other.
Piece = tuple[int, int]
# The planes of nobody and of everybody have numbers too.
NOBODY: Final = 0
EVERYBODY: Final = 1


@dataclass(eq=False)
class Asked:
    """What is asked of a variable: a key of each plane, and the plane's number."""

    variable: Variable
    planes: dict[Key, int] = field(default_factory=dict)


class Layout:
    """`variables`: each once, with its planes, `planes` in all; `variable`: its place for each literal. The set of
    literal l is the union of pieces[starts[l]:starts[l + 1]], or all but that where it is `negated`."""

    def __init__(self, literals: Sequence[Literal]) -> None:
        self.planes = EVERYBODY + 1
        asked: dict[Variable, Asked] = {}
        pieces: list[list[Piece]] = []
        for literal in literals:
            found = asked.setdefault(literal.variable, Asked(literal.variable))
            pieces.append(self._pieces(found, literal.values))
        self.variables = list(asked.values())
        places = {variable: place for place, variable in enumerate(asked)}
        self.variable: Ints = np.array([places[literal.variable] for literal in literals], np.int32)
        self.negated: NDArray[np.bool_] = np.array(
            [isinstance(literal.values, Members) and literal.values.negated for literal in literals], np.bool_
        )
        self.starts: Ints = np.zeros(len(literals) + 1, np.int32)
        np.cumsum([len(each) for each in pieces], out=self.starts[1:])
        self.pieces: Ints = np.array([piece for each in pieces for piece in each], np.int32).reshape(-1, 2)

    def _pieces(self, asked: Asked, values: Intervals | Members) -> list[Piece]:
        if isinstance(values, Intervals):
            return [
                (
                    EVERYBODY if high is None else self._plane(asked, high),
                    NOBODY if low is None else self._plane(asked, low),
                )
                for low, high in values.pieces
            ]
        return [self._value(asked, value) for value in values.values]

    def _value(self, asked: Asked, value: Any) -> Piece:
        """The piece of one value of a variable that is only equal or not."""
        if asked.variable.kind == "free":
            return self._plane(asked, value), NOBODY
        if value is True:
            return self._plane(asked, True), NOBODY
        if value is False:
            return EVERYBODY, self._plane(asked, True)
        return self._plane(asked, (value, 1)), self._plane(asked, (value, 0))

    def _plane(self, asked: Asked, key: Key) -> int:
        number = asked.planes.get(key)
        if number is None:
            number = asked.planes[key] = self.planes
            self.planes += 1
        return number


def cut_of(key: Key) -> Cut:
    """The key of a variable that has cuts."""
    assert not isinstance(key, bool)
    return key
