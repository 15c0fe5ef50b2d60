"""Types, units and codes of a rule: every problem at once; and code labels turned into codes.

What a rule *says* - whether it can be true at all, whether tiers leave gaps - is asked by `findings`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from policies.rules import nodes
from policies.rules.checker_calls import CallChecks
from policies.rules.nodes import Node
from policies.rules.problems import Problem
from policies.rules.source import Source
from policies.rules.types import (
    ANY,
    BOOLEAN,
    DATE,
    DAYS_TIME,
    NULL,
    NUMBER,
    TEXT,
    YEARS_MONTHS,
    YUAN,
    Type,
    list_of,
    member_of,
    multiply_units,
    type_of_fact,
    unit_name,
    units_agree,
)
from policies.rules.values import Vocabulary, YearsMonths


@dataclass(frozen=True)
class Checked:
    """The tree with codes for code labels, and all problems (those of reading it among them)."""

    tree: Node
    items: nodes.Items | None
    problems: tuple[Problem, ...]


def check(source: Source, vocabulary: Vocabulary, *, expected: Literal["boolean", "yuan"]) -> Checked:
    """All problems of a read rule that must be `boolean`, or a number of `yuan`."""
    checker = Checker(vocabulary, for_amount=expected == "yuan")
    with checker.part("where"):
        if source.items is not None and source.items.where is not None:
            checker.check_items(source.items)
    with checker.part("rule"):
        found = checker.type_of(source.tree)
        if expected == "boolean":
            checker.expect_kind(source.tree, found, "boolean")
        else:
            checker.expect_yuan(source.tree, found)
    placed = [problem.placed(source.texts.get(problem.part, ""), problem.part) for problem in checker.problems]
    problems = tuple(dict.fromkeys([*source.problems, *placed]))
    if not checker.replacements:
        return Checked(source.tree, source.items, problems)
    items = rebuilt(source.items, checker.replacements) if source.items is not None else None
    return Checked(rebuilt(source.tree, checker.replacements), items, problems)  # type: ignore[arg-type]


def type_of(node: Node, vocabulary: Vocabulary) -> Type:
    """The static type of any node of a checked tree that stands outside rows and iterations."""
    return Checker(vocabulary).type_of(node)


class Checker(CallChecks):
    """`type_of` gives a node's type and reports what is wrong below it."""

    def __init__(self, vocabulary: Vocabulary, *, for_amount: bool = True) -> None:
        super().__init__(vocabulary)
        self.for_amount = for_amount
        self._methods: dict[type[Node], Callable[[Any], Type]] = {
            nodes.Literal: self._literal,
            nodes.Fact: lambda node: self._named(node.code),
            nodes.Parameter: lambda node: self._named(node.code),
            nodes.AsOf: lambda node: DATE,
            nodes.Field: self._field,
            nodes.Variable: lambda node: self.variables.get(node.name, ANY),
            nodes.Items: lambda node: self._named(node.source),
            nodes.Path: self._path,
            nodes.ListOf: self._list,
            nodes.Range: self._range,
            nodes.Filter: self._filter,
            nodes.Arithmetic: self._arithmetic,
            nodes.Negative: self._negative,
            nodes.Compare: self._compare,
            nodes.Between: self._between,
            nodes.In: self._in,
            nodes.Unequal: lambda node: self.type_of(node.operand),
            nodes.And: self._logic,
            nodes.Or: self._logic,
            nodes.Not: lambda node: self.expect_kind(node.operand, self.type_of(node.operand), "boolean"),
            nodes.If: self._if,
            nodes.Quantified: self._quantified,
            nodes.For: self._for,
            nodes.Call: self.call,
            nodes.TableReference: lambda node: ANY,
        }

    def type_of(self, node: Node) -> Type:
        return self._methods[type(node)](node)

    def check_items(self, items: nodes.Items) -> None:
        """The `where` of the policy's items."""
        assert items.where is not None
        with self.row_scope(member_of(self._named(items.source))):
            self.expect_kind(items.where, self.type_of(items.where), "boolean")

    # --- names and literals -----------------------------------------------------------------------------------

    def _named(self, code: str) -> Type:
        fact_type = self.vocabulary.get(code)
        return type_of_fact(code, fact_type) if fact_type is not None else ANY

    def _literal(self, node: nodes.Literal) -> Type:
        match node.kind:
            case "number":
                return NUMBER
            case "text":
                return TEXT
            case "boolean":
                return BOOLEAN
            case "date":
                return DATE
            case "duration":
                return YEARS_MONTHS if isinstance(node.value, YearsMonths) else DAYS_TIME
        if not self.null_allowed:
            self.report(
                "null",
                node,
                ("规则中没有空值", "a rule has no null"),
                ("问是否已知请写 is known(…)", "ask is known(…)"),
            )
        return NULL

    def _field(self, node: nodes.Field) -> Type:
        row = self.rows[-1 - node.depth] if node.depth < len(self.rows) else ANY
        if node.name == "item" and "item" not in (row.fields or {}):
            return row
        return self.field_type(row, node.name, node)

    def _path(self, node: nodes.Path) -> Type:
        source = self.type_of(node.source)
        if source.kind == "list":
            return list_of(self.field_type(member_of(source), node.name, node))
        return self.field_type(source, node.name, node)

    def _list(self, node: nodes.ListOf) -> Type:
        allowed, self.null_allowed = self.null_allowed, True
        members = [self.type_of(member) for member in node.members]
        self.null_allowed = allowed
        return list_of(self.common(node, list(zip(node.members, members, strict=True)))) if members else list_of(ANY)

    def _range(self, node: nodes.Range) -> Type:
        ends = [(end, self.type_of(end)) for end in (node.low, node.high) if end is not None]
        for end, found in ends:
            self.expect_ordered(end, found)
        return Type("range", member=self.common(node, ends))

    # --- rows and iteration -----------------------------------------------------------------------------------

    def _filter(self, node: nodes.Filter) -> Type:
        source = self.type_of(node.source)
        member = self.expect_list(node.source, source)
        with self.row_scope(member):
            condition = self.type_of(node.condition)
            if condition.kind == "number":
                self.report("type", node.condition, ("规则中不按序号取行", "rows are not picked by number in rules"))
            else:
                self.expect_kind(node.condition, condition, "boolean")
        return list_of(member)

    def _quantified(self, node: nodes.Quantified) -> Type:
        member = self.expect_list(node.source, self.type_of(node.source))
        with self.variable_scope(node.variable, member):
            self.expect_kind(node.condition, self.type_of(node.condition), "boolean")
        return BOOLEAN

    def _for(self, node: nodes.For) -> Type:
        if not self.inside_aggregate:
            hints = ("如 sum(for …)", "as in sum(for …)")
            self.report("for", node, ("for 只能写在汇总函数里", "`for` stands inside an aggregate only"), hints)
        if node.source_end is not None:
            self.report("not-for-rules", node, ("规则中不按数字循环", "rules do not count from a to b"))
        member = self.expect_list(node.source, self.type_of(node.source))
        with self.variable_scope(node.variable, member):
            return list_of(self.type_of(node.result))

    # --- operators --------------------------------------------------------------------------------------------

    def _arithmetic(self, node: nodes.Arithmetic) -> Type:
        left, right = self.type_of(node.left), self.type_of(node.right)
        if node.operator == "/":
            self.check_division(node)
        if left.kind == "any" or right.kind == "any":
            return ANY
        if left.kind == "number" and right.kind == "number":
            return self._number_arithmetic(node, left, right)
        found = _TEMPORAL.get((node.operator, left.kind, right.kind))
        if found is None:
            self.report(
                "type",
                node,
                (
                    f"{left.zh}与{right.zh}不能用 {node.operator}",
                    f"{left.en} and {right.en} do not go with {node.operator}",
                ),
            )
            return ANY
        return found

    def _number_arithmetic(self, node: nodes.Arithmetic, left: Type, right: Type) -> Type:
        if node.operator in ("+", "-"):
            self.expect_same_unit(node, left, right)
            return Type("number", unit=left.unit if right.unit is None else right.unit)
        if node.operator == "**":
            return Type("number", unit=() if left.unit == () else None)
        return Type("number", unit=multiply_units(left.unit, right.unit, 1 if node.operator == "*" else -1))

    def _negative(self, node: nodes.Negative) -> Type:
        found = self.type_of(node.operand)
        if found.kind not in ("number", "years and months", "days and time", "any"):
            self.report("type", node, (f"{found.zh}前不能有负号", f"{found.en} has no negative"))
        return found

    def _compare(self, node: nodes.Compare) -> Type:
        if any(isinstance(side, nodes.Literal) and side.kind == "null" for side in (node.left, node.right)):
            return self._compare_null(node)
        left, right = self.compared_type(node.left), self.compared_type(node.right)
        self.comparable(node, (node.left, left), (node.right, right), ordered=node.operator not in ("=", "!="))
        return BOOLEAN

    def _compare_null(self, node: nodes.Compare) -> Type:
        """A value inside a list may be null; a fact is known or unknown."""
        sides = [side for side in (node.left, node.right) if not isinstance(side, nodes.Literal)]
        if not all(isinstance(side, nodes.Variable) for side in sides):
            hints = ("请写 is known(…)", "write is known(…)")
            self.report("null", node, ("数据项不与空值比较", "a fact is not compared with null"), hints)
        return BOOLEAN

    def _between(self, node: nodes.Between) -> Type:
        value = (node.value, self.compared_type(node.value))
        for end in (node.low, node.high):
            self.comparable(node, value, (end, self.type_of(end)), ordered=True)
        return BOOLEAN

    def _in(self, node: nodes.In) -> Type:
        value = self.compared_type(node.value)
        if value.kind == "list":
            hints = ('请写 "…" in 名单，或 some t in … satisfies …', 'write "…" in list, or some t in … satisfies …')
            self.report("type", node, ("列表不能在 in 的左边", "a list does not stand left of `in`"), hints)
            return BOOLEAN
        for test in node.tests:
            self.check_test(node, (node.value, value), test)
        return BOOLEAN

    def _logic(self, node: nodes.And | nodes.Or) -> Type:
        for operand in node.operands:
            self.expect_kind(operand, self.type_of(operand), "boolean")
        return BOOLEAN

    def _if(self, node: nodes.If) -> Type:
        self.expect_kind(node.condition, self.type_of(node.condition), "boolean")
        return self.common(node, [(branch, self.type_of(branch)) for branch in (node.then, node.otherwise)])

    def expect_yuan(self, node: Node, found: Type) -> None:
        self.expect_kind(node, found, "number")
        if found.kind == "number" and not units_agree(found.unit, YUAN):
            unit = unit_name(found.unit)
            self.report("unit", node, (f"金额应为元，这里是 {unit}", f"an amount is yuan, this is {unit}"))


_TEMPORAL: Mapping[tuple[str, str, str], Type] = {
    ("+", "text", "text"): TEXT,
    ("+", "date", "years and months"): DATE,
    ("+", "date", "days and time"): DATE,
    ("+", "years and months", "date"): DATE,
    ("+", "days and time", "date"): DATE,
    ("-", "date", "date"): DAYS_TIME,
    ("-", "date", "years and months"): DATE,
    ("-", "date", "days and time"): DATE,
    **{
        (operator, kind, kind): type_
        for operator in "+-"
        for kind, type_ in (("years and months", YEARS_MONTHS), ("days and time", DAYS_TIME))
    },
    **{
        key: type_
        for kind, type_ in (("years and months", YEARS_MONTHS), ("days and time", DAYS_TIME))
        for key in (("*", kind, "number"), ("*", "number", kind), ("/", kind, "number"))
    },
    ("/", "years and months", "years and months"): Type("number", unit=()),
    ("/", "days and time", "days and time"): Type("number", unit=()),
}


def rebuilt(node: Node, replacements: Mapping[int, Node]) -> Node:
    """The tree with nodes replaced by identity."""
    if id(node) in replacements:
        return replacements[id(node)]
    return nodes.with_children(node, lambda child, name: rebuilt(child, replacements))
