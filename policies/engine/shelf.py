"""One beneficiary against all policies: masks of the cells that the facts fall in, joined; one addition; two lists."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.engine.axes import Axis
from policies.engine.conditions import Variable
from policies.engine.errors import UnknownPolicyError
from policies.engine.levers import least_open
from policies.engine.shelf_index import ShelfIndex
from policies.rules import Amount, Context, Verdict
from policies.rules.decision import Answered, Assessment
from policies.rules.evaluator import Frame
from policies.rules.facts import read_fact
from policies.rules.values import UNKNOWN

Flags = NDArray[np.bool_]


class Shelf:
    """The verdicts of all policies on one set of facts, in the order of the catalogue.

    Raises FactValueError for a wrong value of a fact that a policy reads.
    """

    def __init__(
        self, index: ShelfIndex, numbers: Mapping[str, int], context: Context, facts: Mapping[str, Any]
    ) -> None:
        self._index, self._numbers, self._context, self._facts = index, numbers, context, facts
        self._off_grid: list[str] = []
        self._answered: dict[Variable, Answered] = {}
        self._verdicts: dict[int, Verdict] = {}
        self._lists: tuple[list[str], list[str]] | None = None
        self._uncertain = 0
        self._impossible = self._joined_masks()
        self._read()
        if index.free_axes:
            self._ask_free_conditions()
        if index.inexact or self._off_grid:
            self._ask_evaluator()

    # --- verdicts ------------------------------------------------------------------------------------------------

    @property
    def eligible(self) -> list[str]:
        """Codes of the policies whose rule is true whatever the unknown facts are."""
        return (self._lists or self._listed())[0]

    @property
    def unknown(self) -> list[str]:
        """Codes of the policies that the unknown facts leave open."""
        return (self._lists or self._listed())[1]

    @property
    def ineligible(self) -> list[str]:
        """Codes of the policies whose rule is false whatever the unknown facts are."""
        index = self._index
        kept = self._flags[index.answers] | self._flags[index.answers + index.width]
        return index.codes[~kept].tolist()

    def _listed(self) -> tuple[list[str], list[str]]:
        index, flags = self._index, self._flags
        certain = int(np.count_nonzero(flags[: index.width]))
        places = flags.nonzero()[0]
        if index.in_order:
            codes = index.codes_at[places].tolist()
            self._lists = codes[:certain], codes[certain:]
        else:
            numbers = index.numbers_at[places]
            parts = np.sort(numbers[:certain]), np.sort(numbers[certain:])
            self._lists = index.codes[parts[0]].tolist(), index.codes[parts[1]].tolist()
        return self._lists

    @cached_property
    def missing(self) -> dict[str, frozenset[str]]:
        """For each open policy the facts of which one alone can turn the answer."""
        return {code: self.missing_facts(code) for code in self.unknown}

    def truth(self, code: str) -> bool | None:
        """True, False, or None where the verdict is unknown."""
        return self._truth(self._number(code))

    def missing_facts(self, code: str) -> frozenset[str]:
        """The missing facts of one policy; empty if it is decided."""
        number = self._number(code)
        if self._truth(number) is not None:
            return frozenset()
        verdict = self._verdicts.get(number)
        return verdict.missing if verdict is not None else self._pulled(number)

    def verdict(self, code: str) -> Verdict:
        """The verdict with its tree of reasons, by the explaining evaluator."""
        return self._ask(self._number(code))

    def amount(self, code: str) -> Amount | None:
        """What the policy gives, with reasons; None where it has no amount."""
        amount = self._index.policies[self._number(code)].amount
        return None if amount is None else amount.evaluate(self._facts, self._context)

    def _truth(self, number: int) -> bool | None:
        answer = self._index.answers[number]
        if self._flags[answer]:
            return True
        return None if self._flags[answer + self._index.width] else False

    def _number(self, code: str) -> int:
        try:
            return self._numbers[code]
        except KeyError:
            raise UnknownPolicyError(code) from None

    # --- masks ---------------------------------------------------------------------------------------------------

    def _joined_masks(self) -> int:
        """The bits of all alternatives that the facts make impossible; `_uncertain` gets those that ask for an unknown
        fact. Whatever is not exactly as expected goes to `_slow_mask`."""
        index, get, slow, joined = self._index, self._facts.get, self._slow_mask, 0
        value: Any
        mask: int | None
        for fact, true, false, boolean in index.boolean_axes:
            value = get(fact)
            joined |= true if value is True else false if value is False else slow(boolean, value)
        for fact, by_value, member in index.member_axes:
            value = get(fact)
            joined |= by_value[value] if value in by_value else slow(member, value)
        for fact, kind, ends, masks, stepped in index.stepped_axes:
            value = get(fact)
            joined |= masks[bisect_right(ends, value)] if type(value) is kind else slow(stepped, value)
        for fact, points, cells, exact, decimal in index.decimal_axes:
            value = get(fact)
            mask = None
            if type(value) is Decimal and not value.is_nan():
                mask = cells[bisect_right(points, value)]
                if mask is None:
                    mask = exact.get(value)
            joined |= slow(decimal, value) if mask is None else mask
        for tags in index.tag_axes:
            value = get(tags.fact)
            plain = type(value) is frozenset and (tags.allowed is None or value <= tags.allowed)
            joined |= tags.mask(value) if plain else slow(tags, value)
        for known in index.known_axes:
            joined |= slow(known, get(known.fact))
        return joined

    def _slow_mask(self, axis: Axis, given: Any) -> int:
        """The mask of an unknown fact, or of a value read by its type. Raises FactValueError."""
        value: Any = UNKNOWN if given is None else read_fact(axis.fact, self._index.vocabulary[axis.fact], given)
        if value is UNKNOWN:
            self._uncertain |= axis.asked
            return axis.unknown
        mask = axis.mask(value)
        if mask is None:
            self._off_grid.append(axis.fact)
            return 0
        return mask

    def _read(self) -> None:
        """`_flags`: of all bits first where a policy is certain, then where it is open."""
        index = self._index
        certain = self._left(self._impossible | self._uncertain)
        opened = self._left(self._impossible) ^ certain
        data = (certain | opened << index.width).to_bytes(2 * index.bytes, "little")
        self._flags: Flags = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little").view(np.bool_)
        if len(index.contraries):
            self._ask_contraries()

    def _left(self, without: int) -> int:
        """The highest bits of all groups that have an alternative left."""
        index = self._index
        left = index.alternatives ^ without
        return ((left & index.lower) + index.lower | left) & index.highest

    def _ask_contraries(self) -> None:
        """A rule in which a variable stands twice is certain where its contrary is not possible."""
        width, flags = self._index.width, self._flags
        rule, contrary = self._index.contraries.T
        possible, refutable = (flags[each] | flags[each + width] for each in (rule, contrary))
        flags[rule], flags[rule + width] = possible & ~refutable, possible & refutable
        flags[contrary] = flags[contrary + width] = False

    # --- what masks do not tell ------------------------------------------------------------------------------------

    def _ask_free_conditions(self) -> None:
        """Free conditions are answered where they can matter: in policies that are open without them."""
        known_so_far = self._uncertain
        for axis in self._index.free_axes.values():
            self._uncertain |= axis.asked
        self._read()
        open_policies = self._flags[self._index.answers + self._index.width]
        self._uncertain = known_so_far
        for axis in self._index.free_axes.values():
            number = next((number for number in axis.policies if open_policies[number]), None)
            answered = None if number is None else self._answer(axis.variable, number)
            if answered is None or answered.truth is None:
                self._uncertain |= axis.asked
            else:
                self._impossible |= axis.masks[None if answered.note else answered.truth]
        self._read()

    def _answer(self, variable: Variable, number: int) -> Answered:
        rule = self._index.policies[number].rule
        choose = rule.items.possible if rule.items is not None else None
        frame = Frame(rule.vocabulary, self._facts, self._context, assume_applicable=True, items=choose)
        answered = self._answered[variable] = Assessment(frame).answer(variable.condition)
        return answered

    def _ask_evaluator(self) -> None:
        """Policies whose bits do not tell: where they are open, and all that read a value off its type's grid."""
        index = self._index
        asked = {number for number in index.inexact if self._truth(number) is None}
        asked |= index.slow.union(*(index.readers[fact] for fact in self._off_grid))
        for number in asked:
            truth, answer = self._ask(number).truth, index.answers[number]
            self._flags[answer], self._flags[answer + index.width] = truth is True, truth is None

    def _ask(self, number: int) -> Verdict:
        verdict = self._verdicts.get(number)
        if verdict is None:
            rule = self._index.policies[number].rule
            verdict = self._verdicts[number] = rule.evaluate(self._facts, self._context)
        return verdict

    # --- missing facts ---------------------------------------------------------------------------------------------

    def _pulled(self, number: int) -> frozenset[str]:
        """The facts that can turn an open policy, by its alternatives."""
        policy, place = self._index.policies[number], self._index.places[number]
        left = self._index.alternatives & ~self._impossible
        rule = left >> place.rule.start & (1 << place.rule.size) - 1
        if policy.logic.read_once:
            terms = [term for bit, term in enumerate(policy.logic.terms or ()) if rule >> bit & 1]
            turning = least_open(terms, self._is_open)
        else:
            contrary = left >> place.contrary.start & (1 << place.contrary.size) - 1
            turning = {
                lever.variable for lever in policy.levers if rule >> lever.possible & contrary >> lever.refuted & 1
            }
        return frozenset().union(*(self._facts_behind(variable) for variable in turning))

    def _is_open(self, variable: Variable) -> bool:
        if variable.kind == "free":
            return self._answered[variable].truth is None
        return variable.kind != "known" and self._facts.get(variable.fact) is None

    def _facts_behind(self, variable: Variable) -> frozenset[str]:
        return self._answered[variable].missing if variable.kind == "free" else frozenset({variable.fact})
