"""Sets of values of one fact: what a condition on that fact asks for.

`Intervals` for numbers and dates, `Members` for everything that is only equal or not. Both are closed under complement
and intersection, so every condition on a known fact, its contrary, and any mixture of conditions on the same fact is
one such set.

A *cut* is a place between values: `(v, 0)` lies just before v, `(v, 1)` just after it. `x < v` is everything before
`(v, 0)`, `x <= v` everything before `(v, 1)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import Any, Final

from policies.rules.values import EXACT

Cut = tuple[Any, int]
Piece = tuple[Cut | None, Cut | None]

_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Intervals:
    """Pieces from a cut to a cut, ascending and apart; None stands for no bound."""

    pieces: tuple[Piece, ...]

    def complement(self) -> Intervals:
        rest: list[Piece] = []
        low: Cut | None = None
        for start, end in self.pieces:
            if start is not None:
                rest.append((low, start))
            if end is None:
                return Intervals(tuple(rest))
            low = end
        return Intervals((*rest, (low, None)))

    def intersect(self, other: Intervals) -> Intervals:
        found: list[Piece] = []
        for start, end in self.pieces:
            for low, high in other.pieces:
                first = low if start is None or (low is not None and low > start) else start
                last = high if end is None or (high is not None and high < end) else end
                if first is None or last is None or first < last:
                    found.append((first, last))
        return Intervals(tuple(found))

    def covers(self, place: Cut | None) -> bool:
        """Whether the values next after a cut are in the set; None is the place before all values."""
        return any(
            (start is None or (place is not None and start <= place)) and (end is None or place is None or place < end)
            for start, end in self.pieces
        )

    def holds(self, value: object) -> bool:
        """Whether the value is in the set."""
        return self.covers((value, 0))

    def cuts(self) -> Iterable[Cut]:
        return (cut for piece in self.pieces for cut in piece if cut is not None)

    @staticmethod
    def union(sets: Iterable[Intervals]) -> Intervals:
        """One set of all; pieces that touch are joined."""
        pieces = sorted((piece for each in sets for piece in each.pieces), key=_start)
        joined: list[Piece] = []
        for start, end in pieces:
            if joined:
                low, high = joined[-1]
                if high is None or (start is None or start <= high):
                    joined[-1] = (low, None if high is None or end is None else max(high, end))
                    continue
            joined.append((start, end))
        return Intervals(tuple(joined))


def _start(piece: Piece) -> tuple[bool, Any]:
    return (False, ()) if piece[0] is None else (True, piece[0])


@dataclass(frozen=True, slots=True)
class Members:
    """These values or, `negated`, all but these."""

    values: frozenset[Any]
    negated: bool = False

    def complement(self) -> Members:
        return Members(self.values, not self.negated)

    def intersect(self, other: Members) -> Members:
        if self.negated and other.negated:
            return Members(self.values | other.values, True)
        if self.negated:
            return Members(other.values - self.values)
        return Members(self.values - other.values if other.negated else self.values & other.values)

    def holds(self, value: object) -> bool:
        return (value in self.values) is not self.negated


ValueSet = Intervals | Members
EVERYTHING: Final = Intervals(((None, None),))
NOTHING: Final = Intervals(())
TRUE_ONLY: Final = Members(frozenset({True}))
FALSE_ONLY: Final = Members(frozenset({False}))


@lru_cache(maxsize=65536)
def grid_index(cut: Cut, scale: int) -> int:
    """The least integer n such that n / 10**scale (for dates: day n since 1970-01-01) lies after the cut."""
    value, side = cut
    if isinstance(value, date):
        return value.toordinal() - _EPOCH + side
    scaled = Decimal(value).scaleb(scale, EXACT)
    if side == 0:
        return int(scaled.to_integral_value(ROUND_CEILING, EXACT))
    return int(scaled.to_integral_value(ROUND_FLOOR, EXACT)) + 1


def day_of(index: int) -> date:
    """The day of a grid index."""
    return date.fromordinal(index + _EPOCH)


def has_grid_value(within: Intervals, scale: int) -> bool:
    """Whether a value of a type whose values are multiples of 10**-scale (or days) lies in the set."""
    return any(
        start is None or end is None or grid_index(start, scale) < grid_index(end, scale)
        for start, end in within.pieces
    )
