"""Expressions as people read them: labels for facts and fields, words for functions, in Chinese or English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from policies.rules import nodes
from policies.rules.display import Display
from policies.rules.formatter import format_rule
from policies.rules.nodes import Node
from policies.rules.rows import row_fields
from policies.rules.values import Vocabulary

_SIGNS: Final = {"*": " × ", "/": " ÷ ", "+": " + ", "-": " - ", "**": " ^ "}
_BINDING: Final = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 3}
_PUT_TOGETHER: Final = (nodes.Arithmetic, nodes.And, nodes.Or, nodes.Compare, nodes.If, nodes.Between, nodes.In)
_COMPARED: Final = {"=": " = ", "!=": " ≠ ", "<": " < ", "<=": " ≤ ", ">": " > ", ">=": " ≥ "}


@dataclass(frozen=True)
class Phrases:
    """Writes nodes in one language. `fields`: the vocabularies of the rows and variables around."""

    display: Display
    vocabulary: Vocabulary
    rows: tuple[Vocabulary, ...] = ()
    variables: Mapping[str, Vocabulary] = field(default_factory=dict)

    def of(self, node: Node) -> str:
        writer = _WRITERS.get(type(node))
        return writer(self, node) if writer is not None else format_rule(node, self.vocabulary, self.display.language)

    def inner(self, node: Node) -> str:
        """An operand: whatever is put together goes into parentheses."""
        return self.bracketed(self.of(node)) if isinstance(node, _PUT_TOGETHER) else self.of(node)

    def part(self, node: Node) -> str:
        """A part of a list or of an and / or: a comparison stands as it is."""
        loose = isinstance(node, nodes.And | nodes.Or | nodes.If | nodes.Between)
        return self.bracketed(self.of(node)) if loose else self.of(node)

    def bracketed(self, written: str) -> str:
        return self.phrase("brackets", written)

    def _label(self, vocabulary: Vocabulary, code: str) -> str:
        fact_type = vocabulary.get(code)
        labels = fact_type.labels if fact_type is not None else None
        return (labels or {}).get(self.display.language, code)

    def _row_fields(self, source: Node) -> Vocabulary:
        return row_fields(source, self.vocabulary, self.rows, self.variables)

    def phrase(self, key: str, *parts: str) -> str:
        return self.display.phrase(key).format(*parts)

    # --- one method a kind --------------------------------------------------------------------------------------

    def literal(self, node: nodes.Literal) -> str:
        return self.display.value(node.value)

    def named(self, node: nodes.Fact | nodes.Parameter) -> str:
        return self._label(self.vocabulary, node.code)

    def row_field(self, node: nodes.Field) -> str:
        fields = self.rows[-1 - node.depth] if node.depth < len(self.rows) else {}
        return self._label(fields, node.name)

    def path(self, node: nodes.Path) -> str:
        if isinstance(node.source, nodes.Variable):
            own = self._label(self.variables.get(node.source.name, {}), node.name)
            return own if len(self.variables) < 2 else self.phrase("path", node.source.name, own)
        name = self._label(self._row_fields(node.source), node.name)
        return self.phrase("path", self.inner(node.source), self.display.property(name))

    def items(self, node: nodes.Items) -> str:
        return self.phrase("items", self._label(self.vocabulary, node.source))

    def filter(self, node: nodes.Filter) -> str:
        inside = replace(self, rows=(*self.rows, self._row_fields(node.source)))
        return self.phrase("filter", self.inner(node.source), inside.of(node.condition))

    def arithmetic(self, node: nodes.Arithmetic) -> str:
        if node.operator == "-" and self._is_day(node.left) and self._is_day(node.right):
            return self.phrase("years and months duration", self.of(node.right), self.of(node.left))
        binding = _BINDING[node.operator]
        left, right = self._operand(node.left, binding), self._operand(node.right, binding + 1)
        return f"{left}{_SIGNS[node.operator]}{right}"

    def _is_day(self, node: Node) -> bool:
        if isinstance(node, nodes.AsOf) or (isinstance(node, nodes.Literal) and node.kind == "date"):
            return True
        fact_type = self._fact_type(node)
        return fact_type is not None and fact_type.kind == "date"

    def _operand(self, node: Node, binding: int) -> str:
        """An operand of arithmetic, in parentheses where it binds less tightly."""
        tight = isinstance(node, nodes.Arithmetic) and _BINDING[node.operator] >= binding
        return self.of(node) if tight else self.inner(node)

    def compare(self, node: nodes.Compare) -> str:
        left, right = self._coded(node.left, node.right), self._coded(node.right, node.left)
        return f"{left}{_COMPARED[node.operator]}{right}"

    def _coded(self, node: Node, other: Node) -> str:
        """A side of a comparison; a code by its label."""
        if isinstance(node, nodes.Literal) and isinstance(node.value, str):
            return self.display.value(node.value, codes=self._fact_type(other))
        return self.inner(node)

    def _fact_type(self, node: Node) -> Any:
        match node:
            case nodes.Fact(code):
                return self.vocabulary.get(code)
            case nodes.Field(name, depth) if depth < len(self.rows):
                return self.rows[-1 - depth].get(name)
            case nodes.Path(nodes.Variable(variable), name):
                return self.variables.get(variable, {}).get(name)
        return None

    def between(self, node: nodes.Between) -> str:
        return self.phrase("between", self.inner(node.value), self.inner(node.low), self.inner(node.high))

    def membership(self, node: nodes.In) -> str:
        tests = [self._coded(test, node.value) for test in node.tests]
        return self.phrase("in", self._coded(node.value, node.tests[0]), self.display.joined(tests))

    def range(self, node: nodes.Range) -> str:
        if node.low is None or node.high is None:
            end = node.low if node.low is not None else node.high
            sign = ("≥" if node.low_closed else ">") if node.low is not None else ("≤" if node.high_closed else "<")
            return f"{sign} {self.inner(end)}" if end is not None else ""
        opening, closing = "[" if node.low_closed else "(", "]" if node.high_closed else ")"
        return f"{opening}{self.of(node.low)}, {self.of(node.high)}{closing}"

    def both(self, node: nodes.And) -> str:
        return self.display.phrase("and").join(self.part(operand) for operand in node.operands)

    def either(self, node: nodes.Or) -> str:
        return self.display.phrase("or").join(self.part(operand) for operand in node.operands)

    def quantified(self, node: nodes.Quantified) -> str:
        return self.phrase(node.kind, self.inner(node.source), self.bound(node.variable, node.source, node.condition))

    def bound(self, variable: str, source: Node, inner: Node) -> str:
        """What is said of each member of a list."""
        return replace(self, variables={**self.variables, variable: self._row_fields(source)}).of(inner)

    def iteration(self, node: nodes.For) -> str:
        return self.phrase("for", self.inner(node.source), self.bound(node.variable, node.source, node.result))

    def choice(self, node: nodes.If) -> str:
        return self.phrase("if", self.of(node.condition), self.part(node.then), self.of(node.otherwise))

    def call(self, node: nodes.Call) -> str:
        arguments, function = [self.inner(argument) for argument in node.arguments], node.function
        if function in ("min", "max", "sum", "mean", "all", "any") and len(arguments) > 1:
            function = f"{function} of two" if function in ("min", "max") and len(arguments) == 2 else function
            arguments = [self.bracketed(self.display.joined([self.part(argument) for argument in node.arguments]))]
        if self.display.has_phrase(function):
            return self.phrase(function, *arguments, *[""] * (4 - len(arguments)))
        return f"{node.function}({self.display.joined(arguments)})"


_WRITERS: Final[Mapping[type[Node], Callable[[Phrases, Any], str]]] = {
    nodes.Literal: Phrases.literal,
    nodes.Fact: Phrases.named,
    nodes.Parameter: Phrases.named,
    nodes.AsOf: lambda phrases, node: phrases.display.phrase("as_of"),
    nodes.Field: Phrases.row_field,
    nodes.Path: Phrases.path,
    nodes.Items: Phrases.items,
    nodes.Filter: Phrases.filter,
    nodes.Arithmetic: Phrases.arithmetic,
    nodes.Negative: lambda phrases, node: f"-{phrases.inner(node.operand)}",
    nodes.Compare: Phrases.compare,
    nodes.Between: Phrases.between,
    nodes.In: Phrases.membership,
    nodes.Range: Phrases.range,
    nodes.Unequal: lambda phrases, node: f"≠ {phrases.inner(node.operand)}",
    nodes.And: Phrases.both,
    nodes.Or: Phrases.either,
    nodes.Not: lambda phrases, node: phrases.phrase("not", phrases.of(node.operand)),
    nodes.Quantified: Phrases.quantified,
    nodes.For: Phrases.iteration,
    nodes.If: Phrases.choice,
    nodes.Call: Phrases.call,
    nodes.TableReference: lambda phrases, node: node.name,
    nodes.ListOf: lambda phrases, node: phrases.display.joined([phrases.of(member) for member in node.members]),
}
