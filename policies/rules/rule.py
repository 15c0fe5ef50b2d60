"""Compiled rules and their verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from policies.rules.checker import check
from policies.rules.decision import Assessment, CellCache
from policies.rules.evaluator import Frame
from policies.rules.formula import Formula, formula_of, tree_of
from policies.rules.items import CompiledItems
from policies.rules.nodes import Node
from policies.rules.problems import RuleProblems
from policies.rules.reasons import Reason
from policies.rules.source import read_source
from policies.rules.values import Context, Vocabulary

NO_CONTEXT = Context()


class Verdict:
    """What a rule says of one set of facts. `truth`: True, False or None; the rest is worked out on demand."""

    def __init__(self, formula: Formula, assessment: Assessment) -> None:
        self.formula, self.assessment = formula, assessment

    @cached_property
    def _decided(self) -> tuple[bool | None, frozenset[str]]:
        return self.assessment.decide(self.formula)

    @property
    def truth(self) -> bool | None:
        return self._decided[0]

    @property
    def missing(self) -> frozenset[str]:
        """The facts that leave the verdict open: two completions that differ in one of them alone differ in answer."""
        return self._decided[1]

    @cached_property
    def reasons(self) -> Reason:
        return self.assessment.reason(self.formula)

    @cached_property
    def shares(self) -> Mapping[str, Fraction]:
        """Each missing fact with the share of its cells that alone settle the verdict; `rank_questions` ranks them."""
        return {} if self.truth is not None else self.assessment.deciding_shares(self.formula)

    @cached_property
    def residual(self) -> Node:
        """The rule that is left once the known facts are put in; `format_rule` writes it."""
        return tree_of(self.assessment.residual(self.formula))

    def __repr__(self) -> str:
        return f"Verdict(truth={self.truth}, missing={sorted(self.missing)})"


@dataclass(frozen=True)
class Rule:
    """A checked rule. `tree`: its syntax; `formula`: and / or over conditions; See also `findings`."""

    text: str
    vocabulary: Vocabulary
    tree: Node
    formula: Formula
    items: CompiledItems | None = None
    _cells: CellCache = field(default_factory=dict, compare=False, repr=False)

    def evaluate(self, facts: Mapping[str, object], context: Context = NO_CONTEXT) -> Verdict:
        """The verdict on facts {code: value}; absent or None is unknown. Raises FactValueError for a wrong value."""
        choose = self.items.possible if self.items is not None else None
        frame = Frame(self.vocabulary, facts, context, assume_applicable=True, items=choose)
        verdict = Verdict(self.formula, Assessment(frame, self._cells))
        _ = verdict.truth  # a wrong value is an error here, not later
        return verdict


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
    if checked.problems:
        raise RuleProblems(checked.problems)
    counted = CompiledItems(checked.items, vocabulary) if checked.items is not None else None
    return Rule(text, vocabulary, checked.tree, formula_of(checked.tree, vocabulary), counted)
