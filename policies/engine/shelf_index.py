"""All policies as bits: where each policy's alternatives stand, and the axes over them.

The alternatives of a rule stand side by side, and so do those of its contrary. With the bits of the impossible ones
cleared, adding all ones below the highest bit of each rule carries into that bit exactly where one of the lower
alternatives is left: a single addition tells of all policies which are possible and which may be refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from policies.engine.axes import (
    Axis,
    BooleanAxis,
    DecimalAxis,
    FreeAxis,
    KnownAxis,
    MemberAxis,
    SteppedAxis,
    TagAxis,
    fact_axis,
    free_axis,
)
from policies.engine.conditions import Variable
from policies.engine.logic import Term
from policies.engine.policy import CompiledPolicy
from policies.engine.sets import ValueSet
from policies.rules import Vocabulary

FactNeeds = dict[Variable, dict[ValueSet, int]]


@dataclass(frozen=True, slots=True)
class Group:
    """`size` alternatives side by side from bit `start` on; the answer of all is read in the highest one's bit."""

    start: int
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size

    @property
    def alternatives(self) -> int:
        return ((1 << self.size) - 1) << self.start

    @property
    def highest(self) -> int:
        return 1 << self.end - 1 if self.size else 0


@dataclass(frozen=True, slots=True)
class Place:
    """The bits of one policy, at least one; `contrary` is empty where it is not needed."""

    rule: Group
    contrary: Group

    @staticmethod
    def at(start: int, sizes: tuple[int, int]) -> Place:
        return Place(Group(start, sizes[0]), Group(start + max(sizes[0], 1), sizes[1]))

    @property
    def answer(self) -> int:
        """The bit where the policy's answer is read; never set where the rule has no alternatives."""
        return self.rule.start + max(self.rule.size, 1) - 1


class ShelfIndex:
    """Policies are known by number. `slow`: those with too many alternatives to have bits; `inexact`: those to be
    asked of the evaluator where neither answer is ruled out; `readers`: fact -> numbers of the policies that read it;
    `alternatives`: all their bits."""

    def __init__(self, vocabulary: Vocabulary, policies: Iterable[CompiledPolicy] = ()) -> None:
        self.vocabulary = vocabulary
        # The codes as the vocabulary holds them: callers mostly use the same objects, which are found quickest.
        self._codes = {code: code for code in vocabulary}
        self.policies: list[CompiledPolicy] = []
        self.places: list[Place] = []
        self.slow: set[int] = set()
        self.readers: dict[str, set[int]] = {}
        self.axes: dict[str, Axis] = {}
        self.free_axes: dict[Variable, FreeAxis] = {}
        self._needs: dict[str, FactNeeds] = {}
        self._end = 0
        self._touched: set[str] = set()
        for policy in policies:
            self.policies.append(policy)
            self._enter(len(self.policies) - 1)
        self._settle()

    def replaced(self, number: int, policy: CompiledPolicy) -> ShelfIndex:
        """The index with one policy in the place of another (or added, where the number is one past the last). All
        axes that neither of them touches are shared."""
        other = ShelfIndex(self.vocabulary)
        other.policies, other.places = self.policies.copy(), self.places.copy()
        other.slow, other._end = self.slow.copy(), self._end
        other.readers = {fact: numbers.copy() for fact, numbers in self.readers.items()}
        other.axes, other.free_axes, other._needs = self.axes.copy(), self.free_axes.copy(), self._needs.copy()
        if number == len(self.policies):
            other.policies.append(policy)
        else:
            other._leave(number)
            other.policies[number] = policy
        other._enter(number)
        other._settle()
        return other

    def without(self, number: int) -> ShelfIndex:
        """The index of all policies but one; it is built anew, since numbers move."""
        return ShelfIndex(self.vocabulary, [policy for each, policy in enumerate(self.policies) if each != number])

    # --- one policy in or out ------------------------------------------------------------------------------------

    def _enter(self, number: int) -> None:
        policy = self.policies[number]
        for fact in policy.facts:
            self.readers.setdefault(fact, set()).add(number)
        terms = terms_with_contrary(policy)
        if terms is None:
            self.slow.add(number)
        self._put(number, (len(terms[0]), len(terms[1])) if terms else (0, 0))
        for literal in policy.logic.asked:  # its cuts make cells where values between those of the type are seen
            if literal.variable.kind == "ordered":
                self._own(literal.variable).setdefault(literal.values, 0)
        place = self.places[number]
        for group, each in zip((place.rule, place.contrary), terms or ((), ()), strict=True):
            for bit, term in enumerate(each, group.start):
                for variable, values in term.items():
                    needs = self._own(variable)
                    needs[values] = needs.get(values, 0) | 1 << bit

    def _put(self, number: int, sizes: tuple[int, int]) -> None:
        """Give a policy its bits: those it had before where they suffice."""
        place = Place.at(self._end, sizes)
        if number == len(self.places):
            self.places.append(place)
        else:
            old = self.places[number]
            again = Place.at(old.rule.start, sizes)
            self.places[number] = again if again.contrary.end <= old.contrary.end else place
        self._end = max(self._end, self.places[number].contrary.end)

    def _leave(self, number: int) -> None:
        policy, place = self.policies[number], self.places[number]
        for fact in policy.facts:
            self.readers[fact].discard(number)
        self.slow.discard(number)
        terms = terms_with_contrary(policy)
        if terms is None:
            return
        kept = ~(place.rule.alternatives | place.contrary.alternatives)
        for variable in dict.fromkeys(variable for each in terms for term in each for variable in term):
            needs = self._own(variable)
            for values in list(needs):
                needs[values] &= kept
                if not needs[values] and variable.kind != "ordered":
                    del needs[values]

    def _own(self, variable: Variable) -> dict[ValueSet, int]:
        """The needs of a variable, copied before the first change since the last `_settle`."""
        group = _group(variable)
        if group not in self._touched:
            self._touched.add(group)
            old = self._needs.get(group, {})
            self._needs[group] = {each: needs.copy() for each, needs in old.items()}
        return self._needs[group].setdefault(variable, {})

    def _settle(self) -> None:
        """Make anew the axes that were touched, and what follows from the places."""
        for group in self._touched:
            needs = {variable: each for variable, each in self._needs[group].items() if any(each.values())}
            self._needs[group] = needs
            if group == FREE:
                self.free_axes = {v: free_axis(v, each, self._asking(each)) for v, each in needs.items()}
            elif needs:
                self.axes[group] = fact_axis(self._codes[group], self.vocabulary[group], needs)
            else:
                self.axes.pop(group, None)
        self._touched.clear()
        groups = [group for place in self.places for group in (place.rule, place.contrary)]
        self.alternatives = sum(group.alternatives for group in groups)
        self.highest = sum(group.highest for group in groups)
        self.lower = self.alternatives ^ self.highest
        self.bytes = self._end // 8 + 1
        self.width = self.bytes * 8
        self.answers: NDArray[np.intp] = np.array([place.answer for place in self.places], np.intp)
        self.in_order = bool((np.diff(self.answers) > 0).all())
        # Where a variable stands twice: (answer of the rule, answer of the contrary).
        twice = [place for place in self.places if place.rule.size and place.contrary.size]
        pairs = [(place.answer, place.contrary.end - 1) for place in twice]
        self.contraries: NDArray[np.intp] = np.array(pairs, np.intp).reshape(-1, 2)
        self.inexact = self.slow | {number for number, each in enumerate(self.policies) if not each.logic.exact}
        self.codes: NDArray[np.object_] = np.array([policy.code for policy in self.policies], object)
        self.numbers_at: NDArray[np.intp] = np.zeros(2 * self.width, np.intp)
        self.numbers_at[self.answers] = self.numbers_at[self.answers + self.width] = np.arange(len(self.policies))
        self.codes_at = self.codes[self.numbers_at] if len(self.policies) else self.codes
        axes = self.axes.values()
        self.boolean_axes = [(axis.fact, axis.true, axis.false, axis) for axis in axes if isinstance(axis, BooleanAxis)]
        self.member_axes = [(axis.fact, axis.masks, axis) for axis in axes if isinstance(axis, MemberAxis)]
        self.stepped_axes = [
            (axis.fact, axis.kind, axis.ends, axis.masks, axis) for axis in axes if isinstance(axis, SteppedAxis)
        ]
        self.decimal_axes = [
            (axis.fact, axis.ends, axis.masks, axis.exact, axis) for axis in axes if isinstance(axis, DecimalAxis)
        ]
        self.known_axes = [axis for axis in axes if isinstance(axis, KnownAxis)]
        self.tag_axes = [axis for axis in axes if isinstance(axis, TagAxis)]

    def _asking(self, needs: dict[ValueSet, int]) -> tuple[int, ...]:
        bits = 0
        for each in needs.values():
            bits |= each
        return tuple(number for number, place in enumerate(self.places) if place.rule.alternatives & bits)


FREE = ""


def _group(variable: Variable) -> str:
    return FREE if variable.kind == "free" else variable.fact


def terms_with_contrary(policy: CompiledPolicy) -> tuple[list[Term], list[Term]] | None:
    """The alternatives that need bits; None if there are too many. Where no variable stands twice the rule is certain
    if one alternative is, and its contrary is not needed."""
    terms = policy.logic.terms
    contrary = [] if policy.logic.read_once else policy.logic.contrary_terms
    return None if terms is None or contrary is None else (terms, contrary)
