"""Amounts that are piecewise linear in one fact: a percentage with a cap, tiers, slices, most of what policies give.

Written as parts between cuts, each slope * x + intercept in exact fractions, such an amount needs one pass over the
eligible rows. Nothing here knows a population: the form is made once when the policy is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from policies.engine.answers import cell_set
from policies.engine.conditions import Normaliser
from policies.engine.sets import EVERYTHING, Intervals
from policies.rules import nodes
from policies.rules.values import NUMBER_KINDS, NUMBERS

MAX_PARTS: Final = 32
MAX_DECIMALS: Final = 18

Place = tuple[Fraction, int]  # a cut: just before (0) or just after (1) a value
Line = tuple[Fraction, Fraction]  # slope and intercept
ZERO: Final = Fraction(0)
_EVALUATOR_LIMIT: Final = 10**NUMBERS.prec
_WORD_LIMIT: Final = 1 << 62


class NotPiecewise(Exception):  # noqa: N818
    """This amount has no such form, or too many parts."""


@dataclass(frozen=True)
class Piecewise:
    """lines[k] holds from cuts[k - 1] to cuts[k]. `fact`: the one that it depends on, None for a constant. `strict`:
    while the fact is unknown so is the amount. `widest`: the greatest slope, intercept and number of decimals on the
    way."""

    fact: str | None
    cuts: tuple[Place, ...]
    lines: tuple[Line, ...]
    strict: bool = True
    widest: tuple[Fraction, Fraction, int] = (ZERO, ZERO, 0)
    _by_scale: dict[int, Steps | None] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def fen(self) -> int:
        """What a form that depends on no fact gives."""
        return fen_of(self.lines[0][1])

    def steps(self, scale: int) -> Steps | None:
        """The form in integers for a column with so many decimals; None if it has none."""
        if scale not in self._by_scale:
            try:
                self._by_scale[scale] = _steps(self, scale)
            except NotPiecewise:
                self._by_scale[scale] = None
        return self._by_scale[scale]


@dataclass(frozen=True)
class Steps:
    """An integer x of the column lies in part k if k cuts are <= x; it gives (factors[k] * x + offsets[k]) / unit fen,
    half a fen rounded up (away from 0).

    `greatest`: for x up to so far from 0 everything is exact, here as in the evaluator. `division`: half the unit,
    and (reciprocal, shift): n // unit is n * reciprocal >> 64 + shift for n < 2**62 (Granlund and Montgomery, Division
    by invariant integers using multiplication, 1994); the reciprocal is 0 where the unit is 1.
    """

    cuts: NDArray[np.int64]
    factors: NDArray[np.int64]
    offsets: NDArray[np.int64]
    unit: int
    most: tuple[int, int]
    greatest: int
    division: tuple[int, np.uint64, int]

    def farthest(self, most: int) -> int:
        """How far from 0 the fen may be for x up to `most` from 0."""
        return (self.most[0] * most + self.most[1]) // self.unit + 1


def _steps(form: Piecewise, scale: int) -> Steps:
    per_unit = [(slope * 100 / 10**scale, intercept * 100) for slope, intercept in form.lines]
    decimals = max(_decimals(number) for line in per_unit for number in line)
    unit = 10**decimals
    factors, offsets = ([int(number * unit) for number in side] for side in zip(*per_unit, strict=True))
    cuts = [ceil(value * 10**scale) if side == 0 else floor(value * 10**scale) + 1 for value, side in form.cuts]
    most = max(map(abs, factors)), max(map(abs, offsets))
    if max(*most, *map(abs, cuts), unit) >= _WORD_LIMIT:
        raise NotPiecewise
    arrays = [np.array(each, np.int64) for each in (cuts, factors, offsets)]
    return Steps(arrays[0], arrays[1], arrays[2], unit, most, _greatest(form, scale, unit, most), _division(unit))


def _greatest(form: Piecewise, scale: int, unit: int, most: tuple[int, int]) -> int:
    """Up to how far from 0 the fact may be: the sums fit, and the evaluator rounds nothing on the way."""
    slope, intercept, decimals = form.widest
    bounds = (
        (Fraction(most[0]), Fraction(_WORD_LIMIT - most[1] - unit)),
        (slope, Fraction(_EVALUATOR_LIMIT, 10**decimals) - intercept * 10**scale),
    )
    if any(room <= 0 for _, room in bounds):
        raise NotPiecewise
    return min((ceil(room / factor) - 1 for factor, room in bounds if factor), default=_WORD_LIMIT)


def _division(unit: int) -> tuple[int, np.uint64, int]:
    bits = (unit - 1).bit_length()
    reciprocal = 0 if unit == 1 else (1 << 62 + bits) // unit + 1
    return unit // 2, np.uint64(reciprocal), max(bits - 2, 0)


def fen_of(yuan: Fraction) -> int:
    """Half a fen rounded up (away from 0)."""
    fen = floor(abs(yuan) * 100 + Fraction(1, 2))
    return fen if yuan >= 0 else -fen


def _decimals(number: Fraction) -> int:
    """How many decimals the number has. Raises NotPiecewise where they have no end."""
    for places in range(MAX_DECIMALS):
        if 10**places % number.denominator == 0:
            return places
    raise NotPiecewise


# --- making the form --------------------------------------------------------------------------------------------------


def piecewise_of(tree: nodes.Node, normaliser: Normaliser) -> Piecewise | None:
    """The form of an amount, None if it has none."""
    try:
        return _Reader(normaliser).read(tree)
    except NotPiecewise:
        return None


@dataclass
class _Reader:
    normaliser: Normaliser
    strict: bool = True
    within_extreme: bool = False
    widest: tuple[Fraction, Fraction, int] = (ZERO, ZERO, 0)

    def read(self, node: nodes.Node) -> Piecewise:
        form = self.form(node)
        return Piecewise(form.fact, form.cuts, form.lines, self.strict, self.widest)

    def form(self, node: nodes.Node) -> Piecewise:
        return self._noted(self._form(node))

    def _noted(self, form: Piecewise) -> Piecewise:
        """Remember how wide the numbers are on the way. Raises NotPiecewise where they have decimals without end."""
        slope, intercept, decimals = self.widest
        for line in form.lines:
            slope, intercept = max(slope, abs(line[0])), max(intercept, abs(line[1]))
            decimals = max(decimals, _decimals(line[0]), _decimals(line[1]))
        self.widest = slope, intercept, decimals
        return form

    def _form(self, node: nodes.Node) -> Piecewise:
        match node:
            case nodes.Literal("number", value):
                return _constant(value)
            case nodes.Fact(code):
                fact_type = self.normaliser.vocabulary[code]
                if fact_type.kind not in NUMBER_KINDS or fact_type.applies_if is not None:
                    raise NotPiecewise
                return Piecewise(code, (), ((Fraction(1), ZERO),))
            case nodes.Negative(operand):
                return _mapped(self.form(operand), lambda line: (-line[0], -line[1]))
            case nodes.Arithmetic(operator, left, right):
                return self._arithmetic(operator, self.form(left), self.form(right))
            case nodes.Call("min" | "max", arguments) if len(arguments) > 1:
                return self._extreme(node.function == "min", arguments)
            case nodes.Call("lookup" | "tiers", (asked, nodes.TableReference(_, table))):
                return self._tiers(self.form(asked), table)
            case nodes.Call("marginal tiers", (asked, nodes.TableReference(_, table))):
                return self._marginal(self.form(asked), table)
        if self.normaliser.is_constant(node):
            return _constant(self.normaliser.constant(node))
        raise NotPiecewise

    def _arithmetic(self, operator: str, left: Piecewise, right: Piecewise) -> Piecewise:
        if operator == "*" and right.fact is None:
            left, right = right, left
        if operator == "*" and left.fact is None:
            factor = left.lines[0][1]
            return _mapped(right, lambda line: (line[0] * factor, line[1] * factor))
        if operator == "+":
            return _joined(left, right, lambda one, other: (one[0] + other[0], one[1] + other[1]))
        if operator == "-":
            return _joined(left, right, lambda one, other: (one[0] - other[0], one[1] - other[1]))
        raise NotPiecewise

    def _extreme(self, lowest: bool, arguments: Sequence[nodes.Node]) -> Piecewise:
        """min or max. Two within each other may leave one sum although the fact is unknown."""
        self.strict = self.strict and not self.within_extreme
        outer, self.within_extreme = self.within_extreme, True
        forms = [self.form(argument) for argument in arguments]
        self.within_extreme = outer
        joined = forms[0]
        for form in forms[1:]:
            joined = _extreme_of(joined, form, lowest)
        return joined

    def _tiers(self, asked: Piecewise, table: nodes.Table) -> Piecewise:
        """The first row that the fact itself meets, 0 where there is none."""
        if asked.fact is None or asked.lines != ((Fraction(1), ZERO),) or table.hit != "FIRST":
            raise NotPiecewise
        cells = [row.when[0] if len(row.when) == 1 else None for row in table.rows]
        taken = [None if cell is None else cell_set(cell, True, self.normaliser.constant) for cell in cells]
        gives = [self.form(row.give) for row in table.rows]
        if any(each is None for each in taken) or any(give.fact is not None for give in gives):
            raise NotPiecewise
        sets = [(each, give.lines[0]) for each, give in zip(taken, gives, strict=True) if isinstance(each, Intervals)]
        sets.append((EVERYTHING, (ZERO, ZERO)))
        if len({line for _, line in sets}) == 1:
            self.strict = False
        cuts = sorted({cut for each, _ in sets for cut in each.cuts()})
        lines = [next(line for each, line in sets if each.covers(place)) for place in (None, *cuts)]
        return _simplified(asked.fact, [(Fraction(value), side) for value, side in cuts], lines)

    def _marginal(self, asked: Piecewise, table: nodes.Table) -> Piecewise:
        """The sum over slices of the part of x in the slice times the rate."""
        total, floor = _constant(Decimal(0)), _constant(Decimal(0))
        for row in table.rows:
            tested = row.when[0].alternatives[0] if row.when and row.when[0].alternatives else None
            low, high = (tested.low, tested.high) if isinstance(tested, nodes.Range) else (None, None)
            start = floor if low is None else self.form(low)
            end = asked if high is None else _extreme_of(asked, self.form(high), True)
            width = self._noted(_joined(end, start, lambda one, other: (one[0] - other[0], one[1] - other[1])))
            positive = _extreme_of(width, _constant(Decimal(0)), False)
            part = self._noted(self._arithmetic("*", self.form(row.give), positive))
            total = self._noted(self._arithmetic("+", total, part))
            floor = end if high is None else self.form(high)
        return total


def _constant(value: object) -> Piecewise:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise NotPiecewise
    return Piecewise(None, (), ((ZERO, Fraction(value)),))


def _mapped(form: Piecewise, change: Callable[[Line], Line]) -> Piecewise:
    return Piecewise(form.fact, form.cuts, tuple(change(line) for line in form.lines))


def _paired(one: Piecewise, other: Piecewise) -> tuple[str | None, list[Place], list[tuple[Line, Line]]]:
    """Both with the cuts of both. Raises NotPiecewise where they depend on two facts."""
    if one.fact is not None and other.fact is not None and one.fact != other.fact:
        raise NotPiecewise
    cuts = sorted({*one.cuts, *other.cuts})
    if len(cuts) >= MAX_PARTS:
        raise NotPiecewise
    lines = [
        (one.lines[sum(cut <= place for cut in one.cuts)], other.lines[sum(cut <= place for cut in other.cuts)])
        for place in cuts
    ]
    return one.fact or other.fact, cuts, [(one.lines[0], other.lines[0]), *lines]


def _joined(one: Piecewise, other: Piecewise, join: Callable[[Line, Line], Line]) -> Piecewise:
    fact, cuts, pairs = _paired(one, other)
    return _simplified(fact, cuts, [join(*pair) for pair in pairs])


def _extreme_of(one: Piecewise, other: Piecewise, lowest: bool) -> Piecewise:
    """The lower (greater) of two: parts where the lines cross are cut there."""
    fact, cuts, pairs = _paired(one, other)
    found_cuts: list[Place] = []
    found_lines: list[Line] = []
    for number, (first, second) in enumerate(pairs):
        start = cuts[number - 1] if number else None
        end = cuts[number] if number < len(cuts) else None
        if start is not None:
            found_cuts.append(start)
        slopes = second[0] - first[0]
        if slopes == 0:
            found_lines.append(first if (first[1] <= second[1]) is lowest else second)
            continue
        crossing: Place = ((first[1] - second[1]) / slopes, 0)
        before, after = (first, second) if (slopes < 0) is lowest else (second, first)
        if start is not None and crossing <= start:
            found_lines.append(after)
        elif end is not None and crossing >= end:
            found_lines.append(before)
        else:
            found_lines += [before, after]
            found_cuts.append(crossing)
    return _simplified(fact, found_cuts, found_lines)


def _simplified(fact: str | None, cuts: Sequence[Place], lines: Sequence[Line]) -> Piecewise:
    """Without cuts between equal lines."""
    kept_cuts: list[Place] = []
    kept_lines = [lines[0]]
    for cut, line in zip(cuts, lines[1:], strict=True):
        if line != kept_lines[-1]:
            kept_cuts.append(cut)
            kept_lines.append(line)
    return Piecewise(fact, tuple(kept_cuts), tuple(kept_lines))
