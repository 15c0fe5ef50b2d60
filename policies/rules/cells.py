"""What holds for every value that unknown facts could have.

The conditions on one unknown fact are not independent: its values are cut into *cells*, one for each combination of
answers that some value gives (`witnesses`). A condition over several facts is one free condition: it may be true or
false whatever the others are. Over these variables `possible` gives the answers that a formula can have and `support`
the variables on which it depends. Formulas over different variables are independent, so only parts that share one are
worked out together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from policies.rules import nodes
from policies.rules.formula import FALSE, TRUE, All, Any, Condition, Constant, Formula, conditions_of, conjoin, disjoin

MAX_STEPS: Final = 20_000
BOTH: Final = frozenset({True, False})

# What a condition answers in a cell: True, False or None (no value: neither it nor its contrary holds).
Answer = bool | None


class TooManyCells(Exception):  # noqa: N818
    """More combinations than MAX_STEPS would have to be tried."""


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One combination of answers of a variable's conditions, with a value of the fact that gives it."""

    answers: Mapping[nodes.Node, Answer]
    witness: object = None


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """An unknown: a fact with the conditions on it, or a free condition. `facts`: the codes behind it."""

    facts: frozenset[str]
    cells: tuple[Cell, ...]


@dataclass
class Space:
    """The unknowns of one formula: which variable each open condition belongs to."""

    variables: Mapping[nodes.Node, Variable]
    _possible: dict[Formula, frozenset[bool]] = field(default_factory=dict)
    _support: dict[Formula, frozenset[Variable]] = field(default_factory=dict)
    _steps: int = 0

    # --- restricting ------------------------------------------------------------------------------------------

    def restrict(self, formula: Formula, variable: Variable, cell: Cell) -> Formula:
        """The formula with the variable in one of its cells."""
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooManyCells
        return self._restricted(formula, variable, cell)

    def _restricted(self, formula: Formula, variable: Variable, cell: Cell) -> Formula:
        match formula:
            case Condition(node, negated):
                if self.variables[node] is not variable:
                    return formula
                return TRUE if cell.answers[node] is (not negated) else FALSE
            case All(parts):
                return conjoin([self._restricted(part, variable, cell) for part in parts])
            case Any(parts):
                return disjoin([self._restricted(part, variable, cell) for part in parts])
        return formula

    # --- structure --------------------------------------------------------------------------------------------

    def _used(self, formula: Formula) -> list[Variable]:
        return [self.variables[condition.node] for condition in conditions_of(formula)]

    def _pivot(self, *formulas: Formula) -> Variable:
        """The variable that stands in most conditions."""
        return Counter(variable for formula in formulas for variable in self._used(formula)).most_common(1)[0][0]

    def _independent(self, formula: All | Any) -> list[Formula]:
        """The parts, those joined that share a variable."""
        groups: list[tuple[set[Variable], list[Formula]]] = []
        for part in formula.parts:
            variables, parts = set(self._used(part)), [part]
            apart = []
            for group in groups:
                if group[0] & variables:
                    variables |= group[0]
                    parts = group[1] + parts
                else:
                    apart.append(group)
            groups = [*apart, (variables, parts)]
        join = conjoin if isinstance(formula, All) else disjoin
        return [join(parts) for _, parts in groups]

    # --- answers ----------------------------------------------------------------------------------------------

    def possible(self, formula: Formula) -> frozenset[bool]:
        """The answers that the formula can have."""
        found = self._possible.get(formula)
        if found is None:
            found = self._possible[formula] = self._find_possible(formula)
        return found

    def _find_possible(self, formula: Formula) -> frozenset[bool]:
        match formula:
            case Constant(value):
                return frozenset({value})
            case Condition(node, negated):
                cells = self.variables[node].cells
                return frozenset(cell.answers[node] is (not negated) for cell in cells)
        groups = self._independent(formula)
        if len(groups) > 1:
            decisive = isinstance(formula, Any)
            found = [self.possible(group) for group in groups]
            answers = {decisive} if any(decisive in each for each in found) else set()
            if all((not decisive) in each for each in found):
                answers.add(not decisive)
            return frozenset(answers)
        pivot = self._pivot(formula)
        answers = set()
        for cell in pivot.cells:
            answers |= self.possible(self.restrict(formula, pivot, cell))
            if len(answers) == 2:
                break
        return frozenset(answers)

    def support(self, formula: Formula) -> frozenset[Variable]:
        """The variables of which two cells can give different answers, all else alike."""
        found = self._support.get(formula)
        if found is None:
            found = self._support[formula] = self._find_support(formula)
        return found

    def _find_support(self, formula: Formula) -> frozenset[Variable]:
        if self.possible(formula) != BOTH:
            return frozenset()
        if isinstance(formula, Condition):
            return frozenset({self.variables[formula.node]})
        assert isinstance(formula, All | Any)
        groups = self._independent(formula)
        if len(groups) > 1:
            return frozenset().union(*(self.support(group) for group in groups))
        pivot = self._pivot(formula)
        restricted = list(dict.fromkeys(self.restrict(formula, pivot, cell) for cell in pivot.cells))
        found = frozenset().union(*(self.support(each) for each in restricted))
        if any(self._differ(restricted[0], other) for other in restricted[1:]):
            found |= {pivot}
        return found

    def _differ(self, one: Formula, other: Formula) -> bool:
        """Whether the two formulas can have different answers."""
        if one == other:
            return False
        answers = self.possible(one), self.possible(other)
        if answers[0] != answers[1]:
            return True
        if len(answers[0]) == 1:
            return False
        if self.support(one) != self.support(other):
            return True
        pivot = self._pivot(one, other)
        return any(
            self._differ(self.restrict(one, pivot, cell), self.restrict(other, pivot, cell)) for cell in pivot.cells
        )


def distinct_cells(candidates: Sequence[tuple[object, Mapping[nodes.Node, Answer]]]) -> tuple[Cell, ...]:
    """One cell for each combination of answers, with the first witness of it."""
    found: dict[tuple[Answer, ...], Cell] = {}
    for witness, answers in candidates:
        found.setdefault(tuple(answers.values()), Cell(answers, witness))
    return tuple(found.values())
