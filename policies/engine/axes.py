"""One fact against all alternatives of all policies: a value falls in a cell, a cell is a mask.

Every alternative (`logic.Term`) of every policy, and of every policy's contrary, has a bit. The mask of a cell has the
bits of those alternatives that a value in the cell makes impossible; an unknown fact makes hardly any impossible. Masks
are Python integers: a shelf joins the masks of all facts with `|`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Any, Final, TypeVar

from policies.engine.conditions import Variable
from policies.engine.sets import Cut, Intervals, Members, ValueSet, day_of, grid_index
from policies.rules import FactType
from policies.rules.values import EXACT

Mask = TypeVar("Mask", int, int | None)
BEYOND: Final = Decimal(10) ** 30
# The bits of the alternatives that need a variable in a set.
Needs = Mapping[ValueSet, int]


@dataclass(frozen=True, slots=True)
class SteppedAxis:
    """A date or a whole number (`kind`): cell i lies from ends[i - 1] up to but without ends[i]."""

    fact: str
    asked: int
    unknown: int
    kind: type
    ends: list[Any]
    masks: list[int]

    def mask(self, value: Any) -> int:
        return self.masks[bisect_right(self.ends, value)]


@dataclass(frozen=True, slots=True)
class DecimalAxis:
    """A number with decimals: cell i lies from ends[i - 1] up to but without ends[i]. Its mask is None where no value
    of the type lies, save perhaps the first, which is in `exact` then. The outermost cells are beyond all money, but
    infinity is there too: their masks are None, and stand in `far`."""

    fact: str
    asked: int
    unknown: int
    ends: list[Decimal]
    masks: list[int | None]
    exact: dict[Decimal, int]
    far: tuple[int, int]

    def mask(self, value: Any) -> int | None:
        """None for a value between those of the type."""
        place = bisect_right(self.ends, value)
        if place in (0, len(self.ends)):
            return self.far[place > 0]
        mask = self.masks[place]
        return self.exact.get(value) if mask is None else mask


@dataclass(frozen=True, slots=True)
class BooleanAxis:
    fact: str
    asked: int
    unknown: int
    true: int
    false: int

    def mask(self, value: object) -> int:
        return self.true if value else self.false


@dataclass(frozen=True, slots=True)
class MemberAxis:
    """`masks` by value; `other`: any value that no policy names."""

    fact: str
    asked: int
    unknown: int
    masks: dict[Any, int]
    other: int

    def mask(self, value: object) -> int:
        return self.masks.get(value, self.other)


@dataclass(frozen=True, slots=True)
class TagAxis:
    """`allowed`: all tags there are, None for any; `held[tag]`: impossible with the tag; `lacking`: impossible without
    the one tag that each needs, `freed[tag]` of them not with this one; `joint[tag]`: impossible without the tag, of
    alternatives that need several; `known`: impossible whatever the tags."""

    fact: str
    asked: int
    unknown: int
    allowed: frozenset[str] | None
    held: dict[str, int]
    lacking: int
    freed: dict[str, int]
    joint: dict[str, int]
    known: int

    def mask(self, tags: Collection[str]) -> int:
        mask, freed = self.known, 0
        for tag in tags:
            mask |= self.held.get(tag, 0)
            freed |= self.freed.get(tag, 0)
        for tag, bits in self.joint.items():
            if tag not in tags:
                mask |= bits
        return mask | (self.lacking & ~freed)


@dataclass(frozen=True, slots=True)
class KnownAxis:
    """A fact of which is only asked whether it is known."""

    fact: str
    asked: int
    unknown: int
    known: int

    def mask(self, value: object) -> int:
        return self.known


@dataclass(frozen=True, slots=True)
class FreeAxis:
    """A free condition: `masks` by its answer, None being "no value"; `policies`: who asks it, by number."""

    variable: Variable
    asked: int
    masks: dict[bool | None, int]
    policies: tuple[int, ...]


Axis = SteppedAxis | DecimalAxis | BooleanAxis | MemberAxis | TagAxis | KnownAxis


def fact_axis(fact: str, fact_type: FactType, needs: Mapping[Variable, Needs]) -> Axis:
    """The axis of a fact. `needs`: its variables - the value or the tags, and whether it is known at all. `asked` of an
    axis are the alternatives that need the value, `unknown` those that need it known."""
    of_being_known = [each for variable, each in needs.items() if variable.kind == "known"]
    known = _joined(_against(each, True) for each in of_being_known)
    unknown = _joined(_against(each, False) for each in of_being_known)
    variables = [variable for variable in needs if variable.kind != "known"]
    asked = _joined(bits for variable in variables for bits in needs[variable].values())
    if not variables:
        return KnownAxis(fact, asked, unknown, known)
    if fact_type.kind == "tags":
        allowed = None if fact_type.codes is None else frozenset(fact_type.codes)
        tags = {str(variable.key): needs[variable] for variable in variables}
        return TagAxis(fact, asked, unknown, allowed, *_tag_masks(tags), known)
    values = needs[variables[0]]
    if fact_type.kind in ("integer", "date"):
        return SteppedAxis(fact, asked, unknown, *_steps(values, known, fact_type.kind == "date"))
    if fact_type.kind in ("money", "decimal", "ratio"):
        return DecimalAxis(fact, asked, unknown, *_cells(values, known, variables[0].scale))
    if fact_type.kind == "boolean":
        return BooleanAxis(fact, asked, unknown, known | _against(values, True), known | _against(values, False))
    return MemberAxis(fact, asked, unknown, *_member_masks(fact_type, values, known))


def _against(needs: Needs, value: object) -> int:
    """The alternatives that the value makes impossible."""
    return _joined(bits for values, bits in needs.items() if not values.holds(value))


def _joined(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def _steps(needs: Needs, known: int, days: bool) -> tuple[type, list[Any], list[int]]:
    sets = [(values, bits) for values, bits in needs.items() if isinstance(values, Intervals)]
    indices = sorted({grid_index(cut, 0) for values, _ in sets for cut in values.cuts()})
    ends = [day_of(index) if days else index for index in indices]
    within = [_impossible_at(sets, None), *(_impossible_at(sets, (end, 0)) for end in ends)]
    return date if days else int, ends, _shared(known | mask for mask in within)


def _cells(
    needs: Needs, known: int, scale: int
) -> tuple[list[Decimal], list[int | None], dict[Decimal, int], tuple[int, int]]:
    sets = [(values, bits) for values, bits in needs.items() if isinstance(values, Intervals)]
    cuts = {cut for values, _ in sets for cut in values.cuts()}
    following = {Decimal(grid_index(cut, scale)).scaleb(-scale, EXACT) for cut in cuts if cut[1] == 1}
    ends = sorted({-BEYOND, BEYOND, *(value for value, _ in cuts), *following})
    masks: list[int | None] = []
    exact: dict[Decimal, int] = {}
    for low, high in pairwise(ends):
        at, after, end = (grid_index(cut, scale) for cut in ((low, 0), (low, 1), (high, 0)))
        mask = known | _impossible_at(sets, (low, 0))
        masks.append(mask if after < end else None)
        if after >= end and at < after:
            exact[low] = mask
    far = known | _impossible_at(sets, None), known | _impossible_at(sets, (ends[-1], 1))
    return ends, [None, *_shared(masks), None], exact, far


def _shared(masks: Iterable[Mask]) -> list[Mask]:
    """Equal masks as one object: all masks together should stay in the processor's cache."""
    seen: dict[Mask, Mask] = {}
    return [seen.setdefault(mask, mask) for mask in masks]


def _impossible_at(sets: Sequence[tuple[Intervals, int]], place: Cut | None) -> int:
    """The alternatives that need a set without the values next after the cut."""
    return _joined(bits for values, bits in sets if not values.covers(place))


def _member_masks(fact_type: FactType, needs: Needs, known: int) -> tuple[dict[Any, int], int]:
    sets = [(values, bits) for values, bits in needs.items() if isinstance(values, Members)]
    # The codes as the vocabulary holds them come first: callers mostly use the same objects, which are found quickest.
    named = [*(fact_type.codes or ()), *(value for values, _ in sets for value in values.values)]
    masks: dict[Any, int] = {}
    for value in named:
        masks.setdefault(value, known | _against(needs, value))
    return masks, known | _joined(bits for values, bits in sets if not values.negated)


def _tag_masks(tags: Mapping[str, Needs]) -> tuple[dict[str, int], int, dict[str, int], dict[str, int]]:
    held = {tag: _against(each, True) for tag, each in tags.items()}
    needed = {tag: _against(each, False) for tag, each in tags.items()}
    seen = several = 0
    for bits in needed.values():
        several |= seen & bits
        seen |= bits
    freed = {tag: bits & ~several for tag, bits in needed.items()}
    joint = {tag: bits & several for tag, bits in needed.items() if bits & several}
    return held, seen & ~several, freed, joint


def free_axis(variable: Variable, needs: Needs, policies: tuple[int, ...]) -> FreeAxis:
    answers: tuple[bool | None, ...] = (True, False, None)
    masks = {answer: _against(needs, answer) for answer in answers}
    return FreeAxis(variable, _joined(needs.values()), masks, policies)
