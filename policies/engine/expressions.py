"""Numbers of a rule over many rows at once, exactly: integers of 10**-scale, with bounds that prove that nothing
overflows. What has no such form raises NotVectorised, and the evaluator works it out row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from typing import Final

import numpy as np

from policies.engine.answers import cell_set
from policies.engine.columns import Codes, Flags, Numbers, Words, packed
from policies.engine.conditions import Normaliser
from policies.engine.draft import draft_planes
from policies.engine.item_counts import item_counts
from policies.engine.logic import logic_of
from policies.engine.numbers import (
    LIMIT,
    ROUNDINGS,
    NotVectorised,
    Number,
    Rounding,
    Rows,
    Values,
    bits_at,
    constant,
    marginal,
    rounded,
)
from policies.engine.population import Population
from policies.engine.sets import Intervals, ValueSet, grid_index
from policies.rules import nodes
from policies.rules.decision import may_have_no_value
from policies.rules.formula import facts_of, formula_of
from policies.rules.items import CompiledItems
from policies.rules.values import NUMBER_KINDS

MAX_CODES: Final = 10_000


@dataclass
class Binder:
    """Binds expressions to a population. Values of facts farther from 0 than `limit` (in the units of their columns)
    are not provided for: the caller keeps such rows away.

    Afterwards `known` holds the planes that must all be set for the numbers to hold, `facts` the numeric facts read;
    `strict` says that a row where one is not set has no number at all (a part that is not needed may be unknown).
    """

    population: Population
    normaliser: Normaliser
    limit: int
    items: CompiledItems | None = None
    known: list[Words] = field(default_factory=list)
    facts: list[Numbers] = field(default_factory=list)
    strict: bool = True
    _within_extreme: bool = False

    def number(self, node: nodes.Node) -> Number:
        """The number of a node. Raises NotVectorised and TooWide."""
        if self.normaliser.is_constant(node):
            return constant(self.normaliser.constant(node))
        match node:
            case nodes.Fact(code):
                return self._fact(code)
            case nodes.Negative(operand):
                inner = self.number(operand)
                return Number(inner.scale, -inner.high, -inner.low, lambda rows: -inner.at(rows))
            case nodes.Arithmetic(operator, left, right):
                return self._arithmetic(operator, left, right)
            case nodes.If(condition, then, otherwise):
                return self._choice(condition, self.number(then), self.number(otherwise))
            case nodes.Call(name, arguments):
                return self._call(name, arguments)
        raise NotVectorised

    # --- facts -----------------------------------------------------------------------------------------------------

    def _fact(self, code: str) -> Number:
        fact_type, column = self.normaliser.vocabulary[code], self.population.column(code)
        if fact_type.kind not in NUMBER_KINDS:
            raise NotVectorised
        if column is None:
            column = Numbers(
                np.zeros_like(self.population.valid), np.zeros(self.population.words * 64, np.int32), 0, 0, 0
            )
        assert isinstance(column, Numbers)
        values, low, high = column.values, max(column.low, -self.limit), min(column.high, self.limit)
        self.facts.append(column)
        if fact_type.applies_if is None:
            self.known.append(column.known)
            return Number(column.scale, low, high, lambda rows: values[rows].astype(np.int64, copy=False))
        applies = self._guard(fact_type.applies_if)
        self.known.append(applies.known & (column.known | ~applies.bits))
        bits = applies.bits
        return Number(
            column.scale,
            min(low, 0),
            max(high, 0),
            lambda rows: np.where(bits_at(bits, rows), values[rows], np.int64(0)),
        )

    def _guard(self, code: str) -> Flags:
        """The fact that says whether another one applies; where it is false a number counts as 0."""
        column = self.population.column(code)
        if not isinstance(column, Flags) or self.normaliser.vocabulary[code].applies_if is not None:
            raise NotVectorised
        return column

    # --- arithmetic ------------------------------------------------------------------------------------------------

    def _arithmetic(self, operator: str, left: nodes.Node, right: nodes.Node) -> Number:
        if operator == "/":
            return self._divided(self.number(left), right)
        one, other = self.number(left), self.number(right)
        if operator == "*":
            ends = [a * b for a in (one.low, one.high) for b in (other.low, other.high)]
            scale = one.scale + other.scale
            return Number(scale, min(ends), max(ends), lambda rows: one.at(rows) * other.at(rows))
        scale = max(one.scale, other.scale)
        one, other = one.scaled(scale), other.scaled(scale)
        if operator == "+":
            return Number(scale, one.low + other.low, one.high + other.high, lambda rows: one.at(rows) + other.at(rows))
        if operator == "-":
            return Number(scale, one.low - other.high, one.high - other.low, lambda rows: one.at(rows) - other.at(rows))
        raise NotVectorised

    def _divided(self, dividend: Number, divisor: nodes.Node) -> Number:
        """By a constant, where the quotient has an end: times its inverse."""
        if not self.normaliser.is_constant(divisor):
            raise NotVectorised
        by = constant(self.normaliser.constant(divisor))
        places = next((places for places in range(20) if by.low and 10**places % abs(by.low) == 0), None)
        if places is None:
            raise NotVectorised
        factor = 10**places // by.low  # dividend / (by / 10**s) = dividend * factor / 10**(places - s)
        ends = dividend.low * factor, dividend.high * factor
        scale = dividend.scale + places - by.scale
        if scale < 0:
            raise NotVectorised
        return Number(scale, min(ends), max(ends), lambda rows: dividend.at(rows) * factor)

    # --- choices ---------------------------------------------------------------------------------------------------

    def _choice(self, condition: nodes.Node, then: Number, otherwise: Number) -> Number:
        """An unknown condition may still leave one sum: such rows are the evaluator's."""
        self.strict = False
        logic = logic_of(formula_of(condition, self.normaliser.vocabulary), self.normaliser)
        facts = [code for code in facts_of(condition) if not self.normaliser.is_given(code)]
        if not logic.exact or logic.free_variables or may_have_no_value(condition):
            raise NotVectorised
        for code in facts:
            column = self.population.column(code)
            if column is None or self.normaliser.vocabulary[code].applies_if is not None:
                raise NotVectorised
            self.known.append(column.known)
        plane = draft_planes(logic, self.population)[0]
        scale = max(then.scale, otherwise.scale)
        then, otherwise = then.scaled(scale), otherwise.scaled(scale)
        return Number(
            scale,
            min(then.low, otherwise.low),
            max(then.high, otherwise.high),
            lambda rows: np.where(bits_at(plane, rows), then.at(rows), otherwise.at(rows)),
        )

    def _extreme(self, lowest: bool, arguments: Sequence[nodes.Node]) -> Number:
        """min or max. Two within each other may leave one sum although a fact is unknown."""
        if len(arguments) < 2:
            raise NotVectorised
        self.strict = self.strict and not self._within_extreme
        outer, self._within_extreme = self._within_extreme, True
        numbers = [self.number(argument) for argument in arguments]
        self._within_extreme = outer
        scale = max(number.scale for number in numbers)
        numbers = [number.scaled(scale) for number in numbers]
        join, choose = (np.minimum, min) if lowest else (np.maximum, max)
        low, high = choose(number.low for number in numbers), choose(number.high for number in numbers)
        return Number(scale, low, high, lambda rows: reduce(join, [number.at(rows) for number in numbers]))

    # --- functions -------------------------------------------------------------------------------------------------

    def _call(self, name: str, arguments: tuple[nodes.Node, ...]) -> Number:
        if name == "count" and self.items is not None and arguments == (self.items.items,):
            return self._counted(self.items)
        if name in ("min", "max"):
            return self._extreme(name == "min", arguments)
        if name in ROUNDINGS:
            return self._rounded(ROUNDINGS[name], arguments)
        if name == "steps":
            return self._steps(*arguments)
        if name in ("lookup", "tiers") and isinstance(arguments[1], nodes.TableReference):
            return self._looked_up(arguments[0], arguments[1].table)
        if name == "marginal tiers" and isinstance(arguments[1], nodes.TableReference):
            return self._marginal(self.number(arguments[0]), arguments[1].table)
        raise NotVectorised

    def _counted(self, items: CompiledItems) -> Number:
        """How many rows count for certain: those of which it is unknown are pending, an amount does not pay them."""
        counts = item_counts(items, self.population, self.normaliser.context)
        if counts is None:
            raise NotVectorised
        self.known.append(packed(counts.known))
        certain = counts.certain
        return Number(0, 0, int(certain.max(initial=0)), lambda rows: certain[rows])

    def _constant(self, node: nodes.Node | None) -> Decimal | None:
        """The constant number of a node, None where it is none."""
        if node is None or not self.normaliser.is_constant(node):
            return None
        value = self.normaliser.constant(node)
        return value if isinstance(value, Decimal) else None

    def _rounded(self, rounding: Rounding, arguments: tuple[nodes.Node, ...]) -> Number:
        places = Decimal(0) if len(arguments) == 1 else self._constant(arguments[1])
        if places is None or not 0 <= places <= 18:
            raise NotVectorised
        return rounded(self.number(arguments[0]), int(places), rounding)

    def _steps(self, x: nodes.Node, size: nodes.Node, give: nodes.Node) -> Number:
        step, each = self._constant(size), self._constant(give)
        if step is None or each is None or step <= 0:
            raise NotVectorised
        number, gives = self.number(x), constant(each)
        scale = max(number.scale, constant(step).scale)
        number, unit = number.scaled(scale), constant(step).scaled(scale).low
        ends = [end // unit * gives.low for end in (number.low, number.high)]
        return Number(gives.scale, min(ends), max(ends), lambda rows: number.at(rows) // unit * gives.low)

    # --- tables ----------------------------------------------------------------------------------------------------

    def _looked_up(self, asked: nodes.Node, table: nodes.Table) -> Number:
        """The first row that x meets, 0 where there is none, of a table that gives constants."""
        gives = [self._constant(row.give) for row in table.rows]
        if table.hit != "FIRST" or any(give is None for give in gives):
            raise NotVectorised
        units = [constant(give) for give in (*gives, Decimal(0)) if give is not None]
        scale = max(unit.scale for unit in units)
        given = [unit.scaled(scale).low for unit in units]
        if len(set(given)) == 1:
            self.strict = False  # whatever x is, the sum is the same
        column = self.population.column(asked.code) if isinstance(asked, nodes.Fact) else None
        if isinstance(column, Codes):
            at = self._by_code(asked, column, table, given)
        else:
            at = self._by_number(self.number(asked), table, given)
        return Number(scale, min(given), max(given), at)

    def _sets(self, table: nodes.Table, ordered: bool) -> list[ValueSet]:
        """What each row takes. Raises NotVectorised."""
        found: list[ValueSet] = []
        for row in table.rows:
            if len(row.when) != 1:
                raise NotVectorised
            taken = cell_set(row.when[0], ordered, self.normaliser.constant)
            if taken is None:
                raise NotVectorised
            found.append(taken)
        return found

    def _by_code(
        self, asked: nodes.Node, column: Codes, table: nodes.Table, given: Sequence[int]
    ) -> Callable[[Rows], Values]:
        assert isinstance(asked, nodes.Fact)
        if self.normaliser.vocabulary[asked.code].applies_if is not None or len(column.dictionary) > MAX_CODES:
            raise NotVectorised
        self.known.append(column.known)
        sets = self._sets(table, ordered=False)
        by_code = np.array(
            [
                next((give for taken, give in zip(sets, given, strict=False) if taken.holds(text)), 0)
                for text in column.positions
            ]
            or [0],
            np.int64,
        )
        return lambda rows: by_code[column.codes[rows]]

    def _by_number(self, number: Number, table: nodes.Table, given: Sequence[int]) -> Callable[[Rows], Values]:
        sets = self._sets(table, ordered=True)
        cuts = sorted(
            {grid_index(cut, number.scale) for taken in sets if isinstance(taken, Intervals) for cut in taken.cuts()}
        )
        if any(abs(cut) >= LIMIT for cut in cuts):
            raise NotVectorised
        firsts = [cuts[0] - 1, *cuts] if cuts else [0]  # one value of each part between cuts
        parts = []
        for first in firsts:
            value = Decimal(first).scaleb(-number.scale)
            parts.append(next((give for taken, give in zip(sets, given, strict=False) if taken.holds(value)), 0))
        steps, by_part = np.array(cuts, np.int64), np.array(parts, np.int64)
        return lambda rows: by_part[np.searchsorted(steps, number.at(rows), side="right")]

    def _marginal(self, number: Number, table: nodes.Table) -> Number:
        """The sum over the slices of x of slice times rate."""
        slices: list[tuple[Number | None, Number | None, Number]] = []
        for row in table.rows:
            tested = row.when[0].alternatives[0] if row.when and row.when[0].alternatives else None
            ends = (tested.low, tested.high) if isinstance(tested, nodes.Range) else (None, None)
            low, high, rate = (self._constant(node) for node in (*ends, row.give))
            if rate is None or (low is None and ends[0] is not None) or (high is None and ends[1] is not None):
                raise NotVectorised
            slices.append(
                (None if low is None else constant(low), None if high is None else constant(high), constant(rate))
            )
        return marginal(number, slices)
