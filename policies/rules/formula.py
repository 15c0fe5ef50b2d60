"""A rule as and / or over conditions: negations pushed down to the conditions, facts that do not apply guarded.

A `Condition` is the smallest part with a truth of its own: a comparison, a membership, a boolean fact, a quantifier.
The same node is the same condition, in one rule and across all. A condition with no value (a division by zero) does
not hold, and neither does its negation; a condition on a fact that does not apply likewise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from policies.rules import nodes
from policies.rules.values import Vocabulary


@dataclass(frozen=True, slots=True)
class Constant:
    value: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition or, `negated`, its contrary. `facts`: the codes it reads, `as_of` among them, in reading order."""

    node: nodes.Node
    negated: bool
    facts: tuple[str, ...]
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.node, self.negated)))

    def __hash__(self) -> int:
        """Worked out once: formulas are taken apart and joined again with every evaluation."""
        return self._hash


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Formula, ...]


Formula = Constant | Condition | All | Any
TRUE = Constant(True)
FALSE = Constant(False)


def facts_of(node: nodes.Node) -> tuple[str, ...]:
    """The codes of facts and parameters that a node reads, in reading order; `as_of` stands for the reference date."""
    found: dict[str, None] = {}
    for each in nodes.walk(node):
        match each:
            case nodes.Fact(code) | nodes.Parameter(code):
                found[code] = None
            case nodes.Items(source):
                found[source] = None
            case nodes.AsOf():
                found["as_of"] = None
    return tuple(found)


def formula_of(node: nodes.Node, vocabulary: Vocabulary, *, negated: bool = False) -> Formula:
    """The node, which must be a truth, as a formula."""
    match node:
        case nodes.Literal("boolean", value):
            return Constant(bool(value) is not negated)
        case nodes.Not(operand):
            return formula_of(operand, vocabulary, negated=not negated)
        case nodes.And(operands) | nodes.Or(operands):
            parts = [formula_of(operand, vocabulary, negated=negated) for operand in operands]
            return conjoin(parts) if isinstance(node, nodes.And) is not negated else disjoin(parts)
        case nodes.If(condition, then, otherwise):
            return _choice(condition, then, otherwise, vocabulary, negated)
        case nodes.Compare("=" | "!=", left, nodes.Literal("boolean", value)):
            turned = negated is ((node.operator == "=") is bool(value))  # x = false and x != true are not x
            return formula_of(left, vocabulary, negated=turned)
    return _condition(node, vocabulary, negated)


def _choice(
    condition: nodes.Node, then: nodes.Node, otherwise: nodes.Node, vocabulary: Vocabulary, negated: bool
) -> Formula:
    """`if c then a else b` is (c and a) or (not c and b); where c has no truth, b counts."""
    met = formula_of(condition, vocabulary)
    unmet = formula_of(condition, vocabulary, negated=True)
    return disjoin(
        [
            conjoin([met, formula_of(then, vocabulary, negated=negated)]),
            conjoin([unmet, formula_of(otherwise, vocabulary, negated=negated)]),
        ]
    )


def _condition(node: nodes.Node, vocabulary: Vocabulary, negated: bool) -> Formula:
    facts = facts_of(node)
    condition = Condition(node, negated, facts)
    guards = guards_of(facts, vocabulary)
    return conjoin([*guards, condition]) if guards else condition


def guards_of(facts: tuple[str, ...], vocabulary: Vocabulary) -> list[Condition]:
    """The `applies_if` facts, outermost first, that must be true for the facts to count at all."""
    guards: dict[str, None] = {}
    pending = list(facts)
    while pending:
        fact_type = vocabulary.get(pending.pop())
        if fact_type is not None and fact_type.applies_if and fact_type.applies_if not in guards:
            guards[fact_type.applies_if] = None
            pending.append(fact_type.applies_if)
    return [Condition(nodes.Fact(code), False, (code,)) for code in reversed(guards)]


def conjoin(parts: list[Formula]) -> Formula:
    """A flat All without constants."""
    flat: list[Formula] = []
    for part in parts:
        if part == FALSE:
            return FALSE
        if part != TRUE:
            flat.extend(part.parts if isinstance(part, All) else (part,))
    return _single(All, flat, TRUE)


def disjoin(parts: list[Formula]) -> Formula:
    """A flat Any without constants."""
    flat: list[Formula] = []
    for part in parts:
        if part == TRUE:
            return TRUE
        if part != FALSE:
            flat.extend(part.parts if isinstance(part, Any) else (part,))
    return _single(Any, flat, FALSE)


def _single(kind: type[All] | type[Any], parts: list[Formula], empty: Constant) -> Formula:
    unique = tuple(dict.fromkeys(parts))
    if len(unique) > 1:
        return kind(unique)
    return unique[0] if unique else empty


def tree_of(formula: Formula) -> nodes.Node:
    """The formula as a tree, for writing it down."""
    match formula:
        case Constant(value):
            return nodes.Literal("boolean", value)
        case Condition(node, negated):
            return nodes.Not(node) if negated else node
        case All(parts):
            return nodes.And(tuple(tree_of(part) for part in parts))
    return nodes.Or(tuple(tree_of(part) for part in formula.parts))


def conditions_of(formula: Formula) -> Iterator[Condition]:
    """All conditions, in reading order, repetitions included."""
    match formula:
        case Condition():
            yield formula
        case All(parts) | Any(parts):
            for part in parts:
                yield from conditions_of(part)
