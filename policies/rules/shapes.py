"""Which sentence a condition takes: its shape, what it is about and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from policies.rules import nodes
from policies.rules.formula import facts_of
from policies.rules.nodes import Node

_CONTRARY: Final = {
    "at_least": "less_than",
    "more_than": "at_most",
    "at_most": "more_than",
    "less_than": "at_least",
    "equal": "unequal",
    "unequal": "equal",
    "within": "outside",
    "outside": "within",
    "one_of": "none_of",
    "none_of": "one_of",
    "yes": "no",
    "no": "yes",
    "contains": "lacks",
    "some": "none",
    "every": "not_every",
    "known": "not_known",
    "holds": "fails",
}
_COMPARED: Final = {
    "=": "equal",
    "!=": "unequal",
    "<": "less_than",
    "<=": "at_most",
    ">": "more_than",
    ">=": "at_least",
}
_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
DATE_SHAPES: Final = {
    "at_least": "on_or_after",
    "more_than": "after",
    "at_most": "on_or_before",
    "less_than": "before",
}


@dataclass(frozen=True)
class Shape:
    """`name`: key of the sentences. `about`: the node that is judged. `bounds`: what it is compared with."""

    name: str
    about: Node
    bounds: tuple[Node, ...] = ()


def shape_of(node: Node, *, negated: bool) -> Shape:
    """The shape of a condition, or of its contrary."""
    shape = _shape(node)
    return Shape(_CONTRARY[shape.name], shape.about, shape.bounds) if negated else shape


def _shape(node: Node) -> Shape:
    match node:
        case nodes.Fact() | nodes.Parameter():
            return Shape("yes", node)
        case nodes.Compare(operator, left, right):
            if not facts_of(left) and facts_of(right):
                left, right, operator = right, left, _FLIPPED[operator]  # type: ignore[assignment]
            return Shape(_COMPARED[operator], left, (right,))
        case nodes.Between(value, low, high):
            return Shape("within", value, (nodes.Range(low, high, True, True),))
        case nodes.In(value, tests):
            return _membership(value, tests)
        case nodes.Call("list contains", (list_, element)) if not facts_of(element):
            return Shape("contains", list_, (element,))
        case nodes.Call("is known", (asked,)):
            return Shape("known", asked)
        case nodes.Quantified(kind, _, source):
            return Shape(kind, source, (node,))
    return Shape("holds", node, (node,))


def _membership(value: Node, tests: tuple[Node, ...]) -> Shape:
    if len(tests) == 1 and not facts_of(value) and facts_of(tests[0]):
        return Shape("contains", tests[0], (value,))
    if len(tests) == 1 and isinstance(tests[0], nodes.Range):
        return _range(value, tests[0])
    if len(tests) == 1 and isinstance(tests[0], nodes.Unequal):
        return Shape("unequal", value, (tests[0].operand,))
    return Shape("equal", value, tests) if len(tests) == 1 else Shape("one_of", value, tests)


def _range(value: Node, test: nodes.Range) -> Shape:
    side = open_range(test)
    return Shape("within", value, (test,)) if side is None else Shape(side[0], value, (side[1],))


def open_range(test: nodes.Range) -> tuple[str, Node] | None:
    """The name and the end of a range without the other end."""
    if test.high is None and test.low is not None:
        return "at_least" if test.low_closed else "more_than", test.low
    if test.low is None and test.high is not None:
        return "at_most" if test.high_closed else "less_than", test.high
    return None
