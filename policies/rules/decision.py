"""Deciding a formula on facts: each condition evaluated once, Kleene's tables first, cells where they are not exact."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from policies.rules import nodes
from policies.rules.cells import BOTH, Answer, Cell, Space, TooManyCells, Variable, distinct_cells
from policies.rules.comparison import Truth
from policies.rules.evaluator import Evaluator, Frame
from policies.rules.formula import FALSE, TRUE, All, Condition, Constant, Formula, conditions_of, conjoin, disjoin
from policies.rules.formula import Any as AnyOf
from policies.rules.reasons import Reason
from policies.rules.values import UNKNOWN, FactType
from policies.rules.witnesses import witnesses

EVALUATOR: Final = Evaluator()
_DAY: Final = FactType("date")


@dataclass(frozen=True, slots=True)
class Answered:
    """A condition's answer; `truth` None is unknown. `missing`: unknown facts it read. `note`: why it has no value."""

    truth: bool | None
    missing: frozenset[str] = frozenset()
    note: str = ""

    def of(self, condition: Condition) -> bool | None:
        """The answer of the condition or its contrary."""
        if self.note:
            return False
        return self.truth if self.truth is None or not condition.negated else not self.truth


CellCache = dict[tuple[str, tuple[nodes.Node, ...]], tuple[Cell, ...] | None]


@dataclass
class Assessment:
    """The conditions of one rule on one set of facts. `cache`: cells that do not depend on facts or context."""

    frame: Frame
    cache: CellCache = field(default_factory=dict)
    answered: dict[nodes.Node, Answered] = field(default_factory=dict)

    def answer(self, node: nodes.Node) -> Answered:
        """The condition on the facts, evaluated once."""
        found = self.answered.get(node)
        if found is None:
            found = self.answered[node] = self._evaluate(node)
        return found

    def _evaluate(self, node: nodes.Node) -> Answered:
        frame = self.frame
        frame.missing = set()
        truth = EVALUATOR.truth(node, frame)
        if truth is UNKNOWN:
            return Answered(None, frozenset(frame.missing))
        return Answered(False, note="no-value") if truth is None else Answered(truth)

    def assume(self, condition: Condition) -> None:
        """Take a condition as met, whatever the facts say."""
        self.answered[condition.node] = Answered(not condition.negated)

    # --- verdicts -----------------------------------------------------------------------------------------------

    def kleene(self, formula: Formula) -> bool | None:
        """The answer by Kleene's tables; where it is True or False it is so for every completion."""
        if isinstance(formula, Condition):
            return self.answer(formula.node).of(formula)
        if isinstance(formula, Constant):
            return formula.value
        decisive = isinstance(formula, AnyOf)
        truth: bool | None = not decisive
        for part in formula.parts:
            found = self.kleene(part)
            if found is decisive:
                return decisive
            if found is None:
                truth = None
        return truth

    def residual(self, formula: Formula) -> Formula:
        """What is left of the formula once the decided conditions are put in."""
        match formula:
            case Condition(node):
                truth = self.answer(node).of(formula)
                return formula if truth is None else (TRUE if truth else FALSE)
            case All(parts):
                return conjoin([self.residual(part) for part in parts])
            case AnyOf(parts):
                return disjoin([self.residual(part) for part in parts])
        return formula

    def decide(self, formula: Formula) -> tuple[bool | None, frozenset[str]]:
        """(verdict, missing facts), exact over all completions of the unknown facts."""
        truth = self.kleene(formula)
        if truth is not None:
            return truth, frozenset()
        rest = self.residual(formula)
        if (apart := self._apart(rest)) is not None:
            return None, apart
        space = self.space(rest)
        try:
            answers = space.possible(rest)
            if answers != BOTH:
                return (True in answers), frozenset()
            return None, frozenset().union(*(variable.facts for variable in space.support(rest)))
        except TooManyCells:
            return None, self.read_by(rest)

    def _apart(self, rest: Formula) -> frozenset[str] | None:
        """The facts of the open conditions where each stands in one that can go either way: then Kleene is exact."""
        facts: set[str] = set()
        for condition in conditions_of(rest):
            fact = self._only_fact(condition)
            cells = self._cells(fact, (condition.node,)) if fact is not None and fact not in facts else None
            if fact is None or cells is None or not _goes_either_way(condition, cells):
                return None
            facts.add(fact)
        return frozenset(facts)

    def deciding_shares(self, formula: Formula) -> dict[str, Fraction]:
        """For each missing fact, the share of its cells that would settle the verdict alone."""
        rest = self.residual(formula)
        space = self.space(rest)
        shares: dict[str, Fraction] = {}
        try:
            for variable in space.support(rest):
                settled = sum(len(space.possible(space.restrict(rest, variable, cell))) == 1 for cell in variable.cells)
                for fact in variable.facts:
                    shares[fact] = max(shares.get(fact, Fraction(0)), Fraction(settled, len(variable.cells)))
        except TooManyCells:
            return dict.fromkeys(self.read_by(rest), Fraction(0))
        return shares

    def read_by(self, formula: Formula) -> frozenset[str]:
        """All unknown facts that the open conditions of a residual formula read."""
        return frozenset().union(*(self.answer(condition.node).missing for condition in conditions_of(formula)))

    # --- cells --------------------------------------------------------------------------------------------------

    def space(self, rest: Formula) -> Space:
        """The variables of a residual formula: facts that are unknown as a whole, and free conditions."""
        by_fact: dict[str | None, dict[nodes.Node, None]] = {}
        for condition in conditions_of(rest):
            by_fact.setdefault(self._only_fact(condition), {})[condition.node] = None
        variables = {node: self._free(node) for node in by_fact.pop(None, {})}
        for fact, conditions in by_fact.items():
            cells = self._cells(fact, tuple(conditions)) if fact is not None else None
            if fact is not None and cells is not None:
                variables.update(dict.fromkeys(conditions, Variable(frozenset({fact}), cells)))
            else:
                variables.update({node: self._free(node) for node in conditions})
        return Space(variables)

    def _free(self, node: nodes.Node) -> Variable:
        """A condition that may be true or false; with a division in it perhaps neither."""
        answers: tuple[Answer, ...] = (True, False, None) if may_have_no_value(node) else (True, False)
        return Variable(self.answer(node).missing, tuple(Cell({node: answer}) for answer in answers))

    def _only_fact(self, condition: Condition) -> str | None:
        """The one fact that the condition reads, if unknown as a whole; context that is known counts as constant."""
        facts = [code for code in condition.facts if not self.is_context(code)]
        if len(facts) != 1 or asks_whether_known(condition.node):
            return None
        value = self.frame.context.as_of if facts[0] == "as_of" else self.frame.fact(facts[0])
        return facts[0] if value is UNKNOWN or value is None else None

    def is_context(self, code: str) -> bool:
        """Whether a code stands for the reference date or a city value that this evaluation was told."""
        if code == "as_of":
            return self.frame.context.as_of is not None
        fact_type = self.frame.vocabulary.get(code)
        return fact_type is not None and fact_type.parameter and self.frame.fact(code) is not UNKNOWN

    def _cells(self, fact: str, conditions: tuple[nodes.Node, ...]) -> tuple[Cell, ...] | None:
        key = (fact, conditions)
        if key in self.cache:
            return self.cache[key]
        found = self._find_cells(fact, conditions)
        if not any(isinstance(each, nodes.AsOf | nodes.Parameter) for node in conditions for each in nodes.walk(node)):
            self.cache[key] = found
        return found

    def _find_cells(self, fact: str, conditions: tuple[nodes.Node, ...]) -> tuple[Cell, ...] | None:
        candidates = self.witness_answers(fact, conditions)
        return distinct_cells(candidates) if candidates else None

    def witness_answers(
        self, fact: str, conditions: tuple[nodes.Node, ...]
    ) -> list[tuple[object, dict[nodes.Node, Answer]]]:
        """Values that stand for all values of a fact, each with the answers to the conditions; none if unclear."""
        fact_type = _DAY if fact == "as_of" else self.frame.vocabulary.get(fact)
        if fact_type is None:
            return []
        values = witnesses(fact, fact_type, conditions, lambda node: EVALUATOR.value(node, self.frame))
        return [(value, self.answers_at(fact, value, conditions)) for value in values or ()]

    def answers_at(self, fact: str, value: object, conditions: tuple[nodes.Node, ...]) -> dict[nodes.Node, Answer]:
        frame = Frame(self.frame.vocabulary, self.frame.facts, self.frame.context, assume_applicable=True)
        if fact == "as_of":
            frame.context = replace(self.frame.context, as_of=value)  # type: ignore[arg-type]
        else:
            frame.values[fact] = value
        return {node: _answer(EVALUATOR.truth(node, frame)) for node in conditions}

    # --- reasons ------------------------------------------------------------------------------------------------

    def reason(self, formula: Formula) -> Reason:
        """The tree of reasons. A group may be decided although its parts are open: `n > 3 or n <= 3`."""
        match formula:
            case Constant(value):
                return Reason("constant", value)
            case Condition(node, negated, facts):
                answered = self.answer(node)
                used = tuple((code, self._used(code)) for code in facts)
                truth = answered.of(formula)
                return Reason("condition", truth, node, negated, used, answered.missing, self._note(answered, facts))
        parts = tuple(self.reason(part) for part in formula.parts)
        truth, missing = self.decide(formula)
        return Reason("all" if isinstance(formula, All) else "any", truth, missing=missing, parts=parts)

    def _note(self, answered: Answered, facts: tuple[str, ...]) -> str:
        vocabulary = self.frame.vocabulary
        for code in facts:
            guard = vocabulary[code].applies_if if code in vocabulary else None
            if guard is not None and self.frame.fact(guard) is False:
                return "not-applicable"
        return answered.note

    def _used(self, code: str) -> object:
        value = self.frame.context.as_of if code == "as_of" else self.frame.fact(code)
        return None if value is UNKNOWN else value


def _goes_either_way(condition: Condition, cells: tuple[Cell, ...]) -> bool:
    return len({cell.answers[condition.node] is (not condition.negated) for cell in cells}) == 2


def asks_whether_known(node: nodes.Node) -> bool:
    """Whether `is known` stands in the condition: its answer for an unknown fact is not that of any value."""
    return any(isinstance(each, nodes.Call) and each.function == "is known" for each in nodes.walk(node))


def _answer(truth: Truth) -> Answer:
    return truth if isinstance(truth, bool) else None


def may_have_no_value(node: nodes.Node) -> bool:
    """Whether a condition may have no truth: it divides by a fact, asks a list that may be empty, or a
    table whose rows may contradict each other."""
    for each in nodes.walk(node):
        match each:
            case nodes.Arithmetic("/" | "**", _, right) if not isinstance(right, nodes.Literal):
                return True
            case nodes.Call("min" | "max" | "mean" | "modulo" | "steps" | "date" | "substring" | "list contains"):
                return True
            case nodes.TableReference(_, nodes.Table(hit=hit)) if hit in ("UNIQUE", "ANY"):
                return True
    return False
