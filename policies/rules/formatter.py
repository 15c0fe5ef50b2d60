"""A tree as canonical text: parsing it gives the same tree again. With labels of a language, for reading and typing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from policies.rules import nodes
from policies.rules.dates import format_duration
from policies.rules.names import is_plain_label, names_of
from policies.rules.nodes import Node
from policies.rules.rows import field_named, row_fields
from policies.rules.values import DaysTime, FactType, Vocabulary, YearsMonths

# How tightly a node binds; an operand that binds less tightly than its place wants parentheses.
_LOOSE, _OR, _AND, _COMPARISON, _SUM, _PRODUCT, _POWER, _UNARY, _TIGHT = range(9)
_ARITHMETIC: Final = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}


def format_rule(tree: Node, vocabulary: Vocabulary | None = None, language: str | None = None) -> str:
    """Canonical text with codes, or, given a vocabulary and "zh" or "en", with labels for facts and codes."""
    return _Writer(vocabulary or {}, language).text(tree, _LOOSE)


def format_text(text: str) -> str:
    """A text literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'.replace("\t", "\\t")


def format_number(number: Decimal) -> str:
    """A number literal without exponent; a negative one as unary minus writes it."""
    return f"{number:f}" if number.as_tuple().exponent else str(int(number))


@dataclass
class _Writer:
    vocabulary: Vocabulary
    language: str | None
    labels: dict[str, str] = field(default_factory=dict)
    rows: tuple[Vocabulary, ...] = ()
    variables: Mapping[str, Vocabulary] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.language is None or self.labels:
            return
        known = names_of(self.vocabulary).known
        for code, fact_type in self.vocabulary.items():
            label = (fact_type.labels or {}).get(self.language)
            if label is not None and known.get(label) == code:
                self.labels[code] = label if is_plain_label(label) else f"`{label}`"

    def text(self, node: Node, place: int) -> str:
        """The node's text, in parentheses where its place binds tighter."""
        binding, written = _WRITERS[type(node)](self, node)
        return f"({written})" if binding < place else written

    def texts(self, members: tuple[Node, ...], separator: str, place: int = _LOOSE) -> str:
        return separator.join(self.text(member, place) for member in members)

    # --- names and literals -----------------------------------------------------------------------------------

    def literal(self, node: nodes.Literal) -> tuple[int, str]:
        value = node.value
        match value:
            case bool():
                return _TIGHT, "true" if value else "false"
            case Decimal():
                return (_UNARY if value.is_signed() else _TIGHT), format_number(value)
            case str():
                return _TIGHT, format_text(value)
            case date():
                return _TIGHT, f'date("{value.isoformat()}")'
            case YearsMonths() | DaysTime():
                return _TIGHT, f'duration("{format_duration(value)}")'
        return _TIGHT, "null"

    def fact(self, node: nodes.Fact) -> tuple[int, str]:
        return _TIGHT, self.labels.get(node.code, node.code)

    def field_label(self, fields: Vocabulary, name: str) -> str:
        """A field by its label, where labels are wanted and the label leads back to the field."""
        fact_type = fields.get(name)
        label = (fact_type.labels or {}).get(self.language or "") if fact_type is not None else None
        plain = label is not None and is_plain_label(label) and not set(" .") & set(label)
        return label if label is not None and plain and field_named(fields, label) == name else name

    def row_field(self, node: nodes.Field) -> tuple[int, str]:
        fields = self.rows[-1 - node.depth] if node.depth < len(self.rows) else {}
        return _TIGHT, self.field_label(fields, node.name)

    def fields_of(self, source: Node) -> Vocabulary:
        return row_fields(source, self.vocabulary, self.rows, self.variables)

    def with_variable(self, variable: str, source: Node) -> _Writer:
        return replace(self, variables={**self.variables, variable: self.fields_of(source)})

    def code(self, literal: Node, other: Node) -> Node:
        """A code literal as its label, where it is compared with a fact of that code and labels are wanted."""
        fact_type = self._type_beside(other)
        if self.language is None or fact_type is None:
            return literal
        if isinstance(literal, nodes.Literal) and literal.kind == "text":
            label = fact_type.code_labels(str(literal.value)).get(self.language)
            if label is not None and self._tells_apart(fact_type, label):
                return nodes.Literal("text", label)
        return literal

    def _type_beside(self, node: Node) -> FactType | None:
        match node:
            case nodes.Fact(code):
                return self.vocabulary.get(code)
            case nodes.Field(name, depth) if depth < len(self.rows):
                return self.rows[-1 - depth].get(name)
            case nodes.Path(source, name):
                return self.fields_of(source).get(name)
        return None

    def _tells_apart(self, fact_type: FactType, label: str) -> bool:
        """Whether a label names one code only and is no code itself."""
        codes = fact_type.codes or ()
        return label not in codes and sum(label in fact_type.code_labels(code).values() for code in codes) == 1

    # --- operators --------------------------------------------------------------------------------------------

    def arithmetic(self, node: nodes.Arithmetic) -> tuple[int, str]:
        binding = _ARITHMETIC[node.operator]
        return binding, f"{self.text(node.left, binding)} {node.operator} {self.text(node.right, binding + 1)}"

    def compare(self, node: nodes.Compare) -> tuple[int, str]:
        left = self.text(self.code(node.left, node.right), _COMPARISON)
        right = self.text(self.code(node.right, node.left), _SUM)
        return _COMPARISON, f"{left} {node.operator} {right}"

    def between(self, node: nodes.Between) -> tuple[int, str]:
        ends = f"{self.text(node.low, _SUM)} and {self.text(node.high, _SUM)}"
        return _COMPARISON, f"{self.text(node.value, _COMPARISON)} between {ends}"

    def membership(self, node: nodes.In, word: str = "in") -> tuple[int, str]:
        tests = tuple(self.code(test, node.value) for test in node.tests)
        value = node.value
        if len(tests) == 1:
            value = self.code(value, tests[0])
            written = self._one_test(tests[0])
        elif any(_is_unary(test) for test in tests):
            written = f"({', '.join(self.test(test) for test in tests)})"
        else:
            written = f"[{self.texts(tests, ', ')}]"
        return _COMPARISON, f"{self.text(value, _COMPARISON)} {word} {written}"

    def _one_test(self, test: Node) -> str:
        if _is_unary(test) or isinstance(test, nodes.Range):
            return self.test(test)
        return f"[{self.text(test, _LOOSE)}]" if isinstance(test, nodes.Literal) else self.text(test, _SUM)

    def test(self, node: Node) -> str:
        """One unary test."""
        match node:
            case nodes.Range(None, nodes.Node() as high):
                return f"{'<=' if node.high_closed else '<'} {self.text(high, _SUM)}"
            case nodes.Range(nodes.Node() as low, None):
                return f"{'>=' if node.low_closed else '>'} {self.text(low, _SUM)}"
            case nodes.Unequal(operand):
                return f"!= {self.text(operand, _SUM)}"
        return self.text(node, _LOOSE)

    def negation(self, node: nodes.Not) -> tuple[int, str]:
        if isinstance(node.operand, nodes.In):
            return self.membership(node.operand, "not in")
        return _TIGHT, f"not({self.text(node.operand, _LOOSE)})"

    def range(self, node: nodes.Range) -> tuple[int, str]:
        if node.low is None or node.high is None:
            return _TIGHT, f"({self.test(node)})"
        ends = f"{self.text(node.low, _LOOSE)}..{self.text(node.high, _LOOSE)}"
        return _TIGHT, f"{'[' if node.low_closed else '('}{ends}{']' if node.high_closed else ')'}"

    def quantified(self, node: nodes.Quantified) -> tuple[int, str]:
        inner = self.with_variable(node.variable, node.source)
        source, condition = self.text(node.source, _SUM), inner.text(node.condition, _LOOSE)
        return _LOOSE, f"{node.kind} {node.variable} in {source} satisfies {condition}"

    def choice(self, node: nodes.If) -> tuple[int, str]:
        condition, then = self.text(node.condition, _LOOSE), self.text(node.then, _LOOSE)
        return _LOOSE, f"if {condition} then {then} else {self.text(node.otherwise, _LOOSE)}"

    def iteration(self, node: nodes.For) -> tuple[int, str]:
        source = self.text(node.source, _SUM)
        result = self.with_variable(node.variable, node.source).text(node.result, _LOOSE)
        return _LOOSE, f"for {node.variable} in {source} return {result}"

    def call(self, node: nodes.Call) -> tuple[int, str]:
        return _TIGHT, f"{node.function}({self.texts(node.arguments, ', ')})"

    def filter(self, node: nodes.Filter) -> tuple[int, str]:
        inner = replace(self, rows=(*self.rows, self.fields_of(node.source)))
        return _TIGHT, f"{self.text(node.source, _TIGHT)}[{inner.text(node.condition, _LOOSE)}]"

    def path(self, node: nodes.Path) -> tuple[int, str]:
        name = self.field_label(self.fields_of(node.source), node.name)
        return _TIGHT, f"{self.text(node.source, _TIGHT)}.{name}"


def _is_unary(node: Node) -> bool:
    return isinstance(node, nodes.Unequal) or (
        isinstance(node, nodes.Range) and (node.low is None or node.high is None)
    )


_WRITERS: Final[Mapping[type[Node], Callable[[_Writer, Any], tuple[int, str]]]] = {
    nodes.Literal: _Writer.literal,
    nodes.Fact: _Writer.fact,
    nodes.Parameter: lambda writer, node: (_TIGHT, f"parameter({format_text(node.code)})"),
    nodes.AsOf: lambda writer, node: (_TIGHT, "as_of"),
    nodes.Field: _Writer.row_field,
    nodes.Variable: lambda writer, node: (_TIGHT, node.name),
    nodes.Items: lambda writer, node: (_TIGHT, "items"),
    nodes.TableReference: lambda writer, node: (_TIGHT, node.name),
    nodes.Path: _Writer.path,
    nodes.ListOf: lambda writer, node: (_TIGHT, f"[{writer.texts(node.members, ', ')}]"),
    nodes.Range: _Writer.range,
    nodes.Unequal: lambda writer, node: (_TIGHT, writer.test(node)),
    nodes.Filter: _Writer.filter,
    nodes.Arithmetic: _Writer.arithmetic,
    nodes.Negative: lambda writer, node: (_UNARY, f"-{writer.text(node.operand, _UNARY)}"),
    nodes.Compare: _Writer.compare,
    nodes.Between: _Writer.between,
    nodes.In: _Writer.membership,
    nodes.And: lambda writer, node: (_AND, writer.texts(node.operands, " and ", _COMPARISON)),
    nodes.Or: lambda writer, node: (_OR, writer.texts(node.operands, " or ", _AND)),
    nodes.Not: _Writer.negation,
    nodes.If: _Writer.choice,
    nodes.Quantified: _Writer.quantified,
    nodes.For: _Writer.iteration,
    nodes.Call: _Writer.call,
}
