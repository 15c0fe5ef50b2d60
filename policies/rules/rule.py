"""Compiled rules and their verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from policies.rules.checker import check
from policies.rules.evaluator import Evaluator, Frame
from policies.rules.formula import All, Condition, Constant, Formula, formula_of
from policies.rules.formula import Any as AnyOf
from policies.rules.nodes import Items, Node
from policies.rules.problems import Problem, RuleProblems
from policies.rules.reasons import Reason
from policies.rules.source import read_source
from policies.rules.values import UNKNOWN, Context, Vocabulary

EVALUATOR = Evaluator()
NO_CONTEXT = Context()


@dataclass
class Assessment:
    """The conditions of one rule on one set of facts, each evaluated once. Truth None is unknown.

    Also the order of asking: `truth` goes down a formula by Kleene's tables and stops where the answer is clear.
    """

    frame: Frame
    known: dict[Node, tuple[bool | None, frozenset[str], str]] = field(default_factory=dict)

    def condition(self, condition: Condition) -> tuple[bool | None, frozenset[str], str]:
        """(truth of the condition or its contrary, facts that leave it open, note)."""
        node = condition.node
        found = self.known.get(node)
        if found is None:
            found = self.known[node] = self._evaluate(node)
        truth, missing, note = found
        if note:
            return False, missing, note
        return (not truth if condition.negated and truth is not None else truth), missing, note

    def _evaluate(self, node: Node) -> tuple[bool | None, frozenset[str], str]:
        frame = self.frame
        frame.missing = set()
        truth = EVALUATOR.truth(node, frame)
        if truth is UNKNOWN:
            return None, frozenset(frame.missing), ""
        if truth is None:
            return False, frozenset(), "no-value"
        return bool(truth), frozenset(), ""

    def truth(self, formula: Formula) -> bool | None:
        """Kleene's answer."""
        if isinstance(formula, Condition):
            return self.condition(formula)[0]
        if isinstance(formula, Constant):
            return formula.value
        decisive = isinstance(formula, AnyOf)
        truth: bool | None = not decisive
        for part in formula.parts:
            found = self.truth(part)
            if found is decisive:
                return decisive
            if found is None:
                truth = None
        return truth

    def missing(self, formula: Formula) -> frozenset[str]:
        """The facts that leave the formula open."""
        if isinstance(formula, Condition):
            truth, missing, _ = self.condition(formula)
            return missing if truth is None else frozenset()
        if isinstance(formula, Constant) or self.truth(formula) is not None:
            return frozenset()
        return frozenset().union(*(self.missing(part) for part in formula.parts))

    def reason(self, formula: Formula) -> Reason:
        """The tree of reasons."""
        match formula:
            case Constant(value):
                return Reason("constant", value)
            case Condition(node, negated, facts):
                truth, missing, note = self.condition(formula)
                used = tuple((code, self._used(code)) for code in facts)
                return Reason("condition", truth, node, negated, used, missing, note)
        parts = tuple(self.reason(part) for part in formula.parts)
        kind = "all" if isinstance(formula, All) else "any"
        missing = frozenset().union(*(part.missing for part in parts if part.truth is None))
        truth = self.truth(formula)
        return Reason(kind, truth, missing=missing if truth is None else frozenset(), parts=parts)  # type: ignore[arg-type]

    def _used(self, code: str) -> object:
        if code == "as_of":
            return self.frame.context.as_of
        value = self.frame.fact(code)
        return None if value is UNKNOWN else value


class Verdict:
    """What a rule says of one set of facts. `truth`: True, False or None; the rest is worked out on demand."""

    def __init__(self, formula: Formula, assessment: Assessment) -> None:
        self._formula, self._assessment = formula, assessment
        self.truth = assessment.truth(formula)

    @cached_property
    def missing(self) -> frozenset[str]:
        """The facts that leave the verdict open; empty for a decided one."""
        return self._assessment.missing(self._formula) if self.truth is None else frozenset()

    @cached_property
    def reasons(self) -> Reason:
        return self._assessment.reason(self._formula)

    def __repr__(self) -> str:
        return f"Verdict(truth={self.truth}, missing={sorted(self.missing)})"


@dataclass(frozen=True)
class Rule:
    """A checked rule. `tree`: its syntax; `formula`: and / or over conditions; `warnings`: what to know of it."""

    text: str
    vocabulary: Vocabulary
    tree: Node
    formula: Formula
    items: Items | None = None
    warnings: tuple[Problem, ...] = ()

    def evaluate(self, facts: Mapping[str, object], context: Context = NO_CONTEXT) -> Verdict:
        """The verdict on facts {code: value}; absent or None is unknown. Raises FactValueError for a wrong value."""
        frame = Frame(self.vocabulary, facts, context, assume_applicable=True)
        return Verdict(self.formula, Assessment(frame))


def compile_rule(
    text: str,
    vocabulary: Vocabulary,
    *,
    tables: Mapping[str, Any] | None = None,
    items: Mapping[str, Any] | None = None,
) -> Rule:
    """Read and check a rule. Raises RuleProblems with every problem, each with its position."""
    source = read_source(text, vocabulary, tables=tables, items=items)
    checked = check(source, vocabulary, expected="boolean")
    errors = [problem for problem in checked.problems if problem.severity == "error"]
    if errors:
        raise RuleProblems(errors)
    warnings = tuple(problem for problem in checked.problems if problem.severity == "warning")
    return Rule(text, vocabulary, checked.tree, formula_of(checked.tree, vocabulary), checked.items, warnings)
