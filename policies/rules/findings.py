"""What a checked rule or amount says that nobody can have meant: for the check before publishing.

Errors: a rule that is never or always true; tiers with a hole or an overlap; a table with hit policy UNIQUE or ANY
whose rows contradict each other. Warnings: a part that is never or always true; a table row that is never reached.
Each table problem names a value that shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from policies.rules import nodes
from policies.rules.amount import CompiledAmount
from policies.rules.cells import TooManyCells
from policies.rules.decision import Answered, Assessment
from policies.rules.evaluator import Frame
from policies.rules.formula import conditions_of, facts_of, formula_of
from policies.rules.problems import Problem
from policies.rules.rule import NO_CONTEXT, Rule
from policies.rules.table_findings import table_findings
from policies.rules.values import Vocabulary


def findings(compiled: Rule | CompiledAmount) -> tuple[Problem, ...]:
    """Everything that the publishing check should say; errors forbid publishing, warnings do not."""
    found: list[Problem] = []
    if isinstance(compiled, Rule):
        found.extend(_constants(compiled.tree, compiled.vocabulary, "rule", "error"))
    else:
        for node in nodes.walk(compiled.tree):
            if isinstance(node, nodes.If) and not _reads_members(node.condition):
                found.extend(_constants(node.condition, compiled.vocabulary, "rule", "warning"))
    if compiled.items is not None and compiled.items.items.where is not None:
        where, vocabulary = compiled.items.where_as_facts, compiled.items.vocabulary
        found.extend(_constants(where, vocabulary, "where", "error"))
    found.extend(table_findings(compiled.tree, compiled.vocabulary))
    return tuple(problem.placed(compiled.text) if problem.part == "rule" else problem for problem in found)


def _reads_members(node: nodes.Node) -> bool:
    """Whether a node means something only inside an iteration or a row."""
    return any(isinstance(each, nodes.Variable | nodes.Field) for each in nodes.walk(node))


def _constants(
    tree: nodes.Node, vocabulary: Vocabulary, part: str, severity: Literal["error", "warning"]
) -> Iterator[Problem]:
    """The whole, or else the smallest parts, that have the same truth for everybody."""
    if isinstance(tree, nodes.Literal):
        return  # `true` is meant: everybody
    truth = _only_truth(tree, vocabulary)
    if truth is not None:
        yield _constant(tree, truth, part, severity)
        return
    if isinstance(tree, nodes.And | nodes.Or | nodes.Not):
        operands = (tree.operand,) if isinstance(tree, nodes.Not) else tree.operands
        for operand in operands:
            yield from _constants(operand, vocabulary, part, "warning")


def _constant(tree: nodes.Node, truth: bool, part: str, severity: Literal["error", "warning"]) -> Problem:
    code = "always-true" if truth else "never-true"
    zh = "此条件对所有主体都成立" if truth else "此条件对任何主体都不成立"
    en = "this is true for everybody" if truth else "this is true for nobody"
    return Problem(code, zh, en, tree.span, severity=severity, part=part)


def _only_truth(tree: nodes.Node, vocabulary: Vocabulary) -> bool | None:
    """The one truth that a node has for all facts; None where it can have both (or where that is too much to tell)."""
    formula = formula_of(tree, vocabulary)
    assessment = Assessment(Frame(vocabulary, {}, NO_CONTEXT, assume_applicable=True))
    for condition in conditions_of(formula):
        match condition.node:
            case nodes.Call("is known"):  # whether a fact is known is open, too
                assessment.answered[condition.node] = Answered(None, frozenset(facts_of(condition.node)))
    rest = assessment.residual(formula)
    try:
        answers = assessment.space(rest).possible(rest)
    except TooManyCells:
        return None
    return next(iter(answers)) if len(answers) == 1 else None
