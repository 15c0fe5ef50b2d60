"""The checker's account - scopes, problems - and the questions that all checks share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from policies.rules import nodes
from policies.rules.nodes import Node
from policies.rules.problems import Problem, did_you_mean
from policies.rules.types import (
    ANY,
    NUMBER,
    ORDERED_KINDS,
    Type,
    member_of,
    type_of_fact,
    unit_name,
    units_agree,
)
from policies.rules.values import Vocabulary

_NO_HINTS = ("", "")
_PROPERTIES: Mapping[str, frozenset[str]] = {
    "date": frozenset({"year", "month", "day", "weekday"}),
    "years and months": frozenset({"years", "months"}),
    "days and time": frozenset({"days", "hours", "minutes", "seconds"}),
}


class CheckerBase:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.problems: list[Problem] = []
        self.replacements: dict[int, Node] = {}  # label literals -> code literals, by identity
        self.rows: list[Type] = []
        self.variables: dict[str, Type] = {}
        self.for_amount = True
        self.null_allowed = False
        self.inside_aggregate = False
        self.inside_rounding = False
        self.compared: set[int] = set()  # quotients that are a side of a comparison
        self._part = ""

    def type_of(self, node: Node) -> Type:
        raise NotImplementedError

    # --- scopes and problems ------------------------------------------------------------------------------------

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        outer, self._part = self._part, name
        yield
        self._part = outer

    @contextmanager
    def row_scope(self, row: Type) -> Iterator[None]:
        self.rows.append(row)
        yield
        self.rows.pop()

    @contextmanager
    def variable_scope(self, name: str, type_: Type) -> Iterator[None]:
        outer = self.variables
        self.variables = {**outer, name: type_}
        yield
        self.variables = outer

    def report(self, code: str, node: Node, texts: tuple[str, str], hints: tuple[str, str] = _NO_HINTS) -> None:
        """A problem at a node; texts and hints are (zh, en)."""
        self.problems.append(Problem(code, *texts, node.span, *hints, part=self._part))

    # --- expectations -------------------------------------------------------------------------------------------

    def expect_kind(self, node: Node, found: Type, kind: str) -> Type:
        if found.kind not in (kind, "any"):
            wanted = Type(kind)  # type: ignore[arg-type]
            self.report(
                "type", node, (f"这里应为{wanted.zh}，却是{found.zh}", f"expected {wanted.en}, found {found.en}")
            )
            return ANY
        return found

    def expect_ordered(self, node: Node, found: Type) -> None:
        if found.kind not in ORDERED_KINDS:
            self.report("type", node, (f"{found.zh}没有大小", f"{found.en} has no order"))

    def expect_list(self, node: Node, found: Type) -> Type:
        """The type of the members."""
        if found.kind not in ("list", "any"):
            self.report("type", node, (f"这里应为列表，却是{found.zh}", f"expected a list, found {found.en}"))
            return ANY
        return member_of(found)

    def expect_same_unit(self, node: Node, left: Type, right: Type) -> None:
        if not units_agree(left.unit, right.unit):
            one, other = unit_name(left.unit), unit_name(right.unit)
            self.report("unit", node, (f"单位不同：{one} 与 {other}", f"different units: {one} and {other}"))

    def comparable(self, node: Node, left: tuple[Node, Type], right: tuple[Node, Type], *, ordered: bool) -> None:
        """Two sides of a comparison; a label of a code becomes the code."""
        one, other = left[1], right[1]
        if one.kind == "any" or other.kind == "any":
            return
        if one.kind != other.kind:
            self.report("type", node, (f"{one.zh}与{other.zh}不能比较", f"{one.en} does not compare with {other.en}"))
            return
        if ordered:
            self.expect_ordered(node, one)
            if one.codes is not None or other.codes is not None:
                self.report("type", node, ("列出的代码没有大小", "the codes of a list have no order"))
                return
        if one.kind == "number":
            self.expect_same_unit(node, one, other)
        for (literal, _), (_, type_) in ((left, right), (right, left)):
            self.check_code(literal, type_)

    def check_code(self, literal: Node, type_: Type) -> None:
        """A text compared with a code: it must be one of the codes, or the label of one (which is replaced)."""
        if isinstance(literal, nodes.ListOf):
            for member in literal.members:
                self.check_code(member, member_of(type_))
            return
        codes = type_.codes.codes if type_.codes is not None else None
        if codes is None or type_.codes is None or not isinstance(literal, nodes.Literal) or literal.kind != "text":
            return
        if literal.value in codes:
            return
        labelled = [code for code in codes if literal.value in type_.codes.code_labels(code).values()]
        if len(labelled) == 1:
            self.replacements[id(literal)] = nodes.Literal("text", labelled[0], span=literal.span)
            return
        labels = [label for code in codes for label in type_.codes.code_labels(code).values()]
        hints = did_you_mean(str(literal.value), [*codes, *labels])
        if hints == _NO_HINTS:
            some = ", ".join(list(codes)[:8])
            hints = (f"可用的代码：{some}", f"its codes: {some}")
        zh, en = f"{type_.name} 没有代码“{literal.value}”", f"{type_.name} has no code {literal.value!r}"
        self.report("code", literal, (zh, en), hints)

    def check_test(self, node: Node, value: tuple[Node, Type], test: Node) -> None:
        """One unary test against a value."""
        found = self.type_of(test)
        if isinstance(test, nodes.Range):
            for end in (test.low, test.high):
                if end is not None:
                    self.comparable(node, value, (end, self.type_of(end)), ordered=True)
            return
        if isinstance(test, nodes.Unequal):
            self.comparable(node, value, (test.operand, found), ordered=False)
            return
        if found.kind == "range":
            found = member_of(found)
        if found.kind == "list":
            found = member_of(member_of(found)) if member_of(found).kind == "range" else member_of(found)
            members = test.members if isinstance(test, nodes.ListOf) else ()
            for member in members:
                self.check_code(member, value[1])
        self.comparable(node, value, (test, found), ordered=False)

    def common(self, node: Node, found: Sequence[tuple[Node, Type]]) -> Type:
        """The one type of several values (branches, members, ends)."""
        types = [type_ for _, type_ in found if type_.kind not in ("any", "null")]
        if not types:
            return ANY
        first = types[0]
        for type_ in types[1:]:
            if type_.kind != first.kind:
                zh = f"类型不一：{first.zh}与{type_.zh}"
                self.report("type", node, (zh, f"different types: {first.en} and {type_.en}"))
                return ANY
            if first.kind == "number":
                self.expect_same_unit(node, first, type_)
                first = type_ if first.unit is None else first
        return first

    # --- fields and division --------------------------------------------------------------------------------------

    def field_type(self, source: Type, name: str, node: Node) -> Type:
        """The type of a field of a row or a property of a date or duration."""
        if source.kind == "any":
            return ANY
        if source.kind == "row" and source.fields is not None:
            if name in source.fields:
                return type_of_fact(f"{source.name}.{name}", source.fields[name])
            zh, en = f"{source.name} 没有字段“{name}”", f"{source.name} has no field {name!r}"
            self.report("unknown-name", node, (zh, en), did_you_mean(name, source.fields))
            return ANY
        known = _PROPERTIES.get(source.kind, frozenset())
        if name not in known:
            zh, en = f"{source.zh}没有属性“{name}”", f"{source.en} has no property {name!r}"
            self.report("unknown-name", node, (zh, en), did_you_mean(name, known))
            return ANY
        return NUMBER

    def compared_type(self, node: Node) -> Type:
        """The type of what is compared. A bare quotient may be: no rounding to 34 digits carries it over a constant."""
        if isinstance(node, nodes.Arithmetic) and node.operator == "/":
            self.compared.add(id(node))
        return self.type_of(node)

    def check_division(self, node: nodes.Arithmetic) -> None:
        """A quotient by a fact has no end: it must be rounded where it stands, unless it is only compared."""
        if isinstance(node.right, nodes.Literal) and node.right.value == 0:
            self.report("division", node, ("除数为零", "a division by zero"))
        if id(node) in self.compared:
            return
        varies = (nodes.Fact, nodes.Parameter, nodes.Field, nodes.Variable, nodes.Items)
        if not self.inside_rounding and any(isinstance(each, varies) for each in nodes.walk(node.right)):
            hints = ("如 decimal(… / …, 4)", "as in decimal(… / …, 4)")
            zh = "除以数据项须写在 decimal(…, n) 或取整函数里"
            en = "a division by a fact stands inside decimal(…, n) or a rounding function"
            self.report("division", node, (zh, en), hints)
