"""Types of function calls and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from policies.rules import nodes
from policies.rules.checker_base import CheckerBase
from policies.rules.nodes import Node
from policies.rules.signatures import ROUNDING_FUNCTIONS, TABLE_FUNCTIONS
from policies.rules.types import (
    ANY,
    BOOLEAN,
    DATE,
    NUMBER,
    TEXT,
    YEARS_MONTHS,
    YUAN,
    Type,
    list_of,
    member_of,
    multiply_units,
)

_AGGREGATES: Final = frozenset({"count", "sum", "min", "max", "mean", "all", "any"})
# Functions of plain arguments: the kinds they take, the type they give.
_PLAIN: Final[Mapping[str, tuple[tuple[str, ...], Type]]] = {
    "string length": (("text",), NUMBER),
    "contains": (("text", "text"), BOOLEAN),
    "starts with": (("text", "text"), BOOLEAN),
    "ends with": (("text", "text"), BOOLEAN),
    "substring": (("text", "number", "number"), TEXT),
    "upper case": (("text",), TEXT),
    "lower case": (("text",), TEXT),
    "years and months duration": (("date", "date"), YEARS_MONTHS),
}


class CallChecks(CheckerBase):
    def call(self, node: nodes.Call) -> Type:
        """The type of a call."""
        name = node.function
        outer_rounding, outer_aggregate = self.inside_rounding, self.inside_aggregate
        self.inside_rounding = outer_rounding or name in ROUNDING_FUNCTIONS
        self.inside_aggregate = name in _AGGREGATES
        types = [self._argument_type(node, argument) for argument in node.arguments]
        self.inside_rounding, self.inside_aggregate = outer_rounding, outer_aggregate
        if name in _PLAIN:
            kinds, given = _PLAIN[name]
            for argument, found, kind in zip(node.arguments, types, kinds, strict=False):
                self.expect_kind(argument, found, kind)
            return given
        handler = _HANDLERS.get(name)
        return handler(self, node, types) if handler is not None else ANY

    def _argument_type(self, node: nodes.Call, argument: Node) -> Type:
        """The list before a table is no list but several inputs; `_asked` looks at each."""
        return ANY if node.function == "lookup" and isinstance(argument, nodes.ListOf) else self.type_of(argument)

    def _of_members(self, node: nodes.Call, types: list[Type]) -> tuple[Node, Type]:
        """What an aggregate of `list...` works on: the members of one list, or the arguments."""
        if len(types) == 1:
            return node.arguments[0], member_of(types[0])
        return node, self.common(node, list(zip(node.arguments, types, strict=True)))

    def _count(self, node: nodes.Call, types: list[Type]) -> Type:
        if types:
            self.expect_list(node.arguments[0], types[0])
        return NUMBER

    def _sum(self, node: nodes.Call, types: list[Type]) -> Type:
        return self.expect_kind(*self._of_members(node, types), "number")

    def _extreme(self, node: nodes.Call, types: list[Type]) -> Type:
        argument, found = self._of_members(node, types)
        self.expect_ordered(argument, found)
        return found

    def _truths(self, node: nodes.Call, types: list[Type]) -> Type:
        self.expect_kind(*self._of_members(node, types), "boolean")
        return BOOLEAN

    def _list_contains(self, node: nodes.Call, types: list[Type]) -> Type:
        if len(types) == 2:
            member = self.expect_list(node.arguments[0], types[0])
            self.comparable(node, (node.arguments[0], member), (node.arguments[1], types[1]), ordered=False)
        return BOOLEAN

    def _abs(self, node: nodes.Call, types: list[Type]) -> Type:
        if types and types[0].kind not in ("number", "years and months", "days and time", "any"):
            return self.expect_kind(node.arguments[0], types[0], "number")
        return types[0] if types else ANY

    def _rounded(self, node: nodes.Call, types: list[Type]) -> Type:
        for argument, found in zip(node.arguments, types, strict=True):
            self.expect_kind(argument, found, "number")
        return types[0] if types else ANY

    def _modulo(self, node: nodes.Call, types: list[Type]) -> Type:
        found = self.common(node, list(zip(node.arguments, types, strict=True)))
        return self.expect_kind(node, found, "number")

    def _steps(self, node: nodes.Call, types: list[Type]) -> Type:
        for argument, found in zip(node.arguments, types, strict=True):
            self.expect_kind(argument, found, "number")
        if len(types) == 3:
            self.expect_same_unit(node, types[0], types[1])
            return types[2]
        return ANY

    def _date(self, node: nodes.Call, types: list[Type]) -> Type:
        kinds = ("number",) * 3 if len(types) > 1 else ("date",)
        for argument, found, kind in zip(node.arguments, types, kinds, strict=False):
            self.expect_kind(argument, found, kind)
        return DATE

    def _is_known(self, node: nodes.Call, types: list[Type]) -> Type:
        asked = node.arguments[0] if node.arguments else node
        if not isinstance(asked, nodes.Fact | nodes.Parameter | nodes.Field | nodes.Path):
            self.report("type", asked, ("is known 只问数据项", "is known asks about a fact"))
        return BOOLEAN

    def _paid(self, node: nodes.Call, types: list[Type]) -> Type:
        if not all(isinstance(argument, nodes.Literal) and argument.kind == "text" for argument in node.arguments):
            self.report(
                "type", node, ('paid 的参数是文字，如 paid("组", "year")', 'paid takes texts: paid("group", "year")')
            )
        if not self.for_amount:
            self.report("paid", node, ("paid 只用于金额", "paid is for amounts only"))
        return Type("number", unit=YUAN)

    def _literal_only(self, node: nodes.Call, types: list[Type]) -> Type:
        self.report("type", node, ('时长须直接写出，如 duration("P1Y")', 'a duration is written out: duration("P1Y")'))
        return ANY

    # --- tables -----------------------------------------------------------------------------------------------

    def _table_call(self, node: nodes.Call, types: list[Type]) -> Type:
        reference = node.arguments[-1] if node.arguments else node
        if not isinstance(reference, nodes.TableReference):
            if reference != nodes.Variable("?"):  # an unknown table has been reported
                self.report("type", reference, ("这里应为表名", "expected the name of a table"))
            return ANY
        asked = self._asked(node, types)
        gives: list[tuple[Node, Type]] = []
        for number, row in enumerate(reference.table.rows, start=1):
            with self.part(f"tables.{reference.name}[{number}]"):
                self._row(node.function, row, asked)
                gives.append((row.give, self.type_of(row.give)))
        return self._given(node, types, gives, reference.table)

    def _asked(self, node: nodes.Call, types: list[Type]) -> list[tuple[Node, Type]]:
        first = node.arguments[0]
        if node.function == "lookup" and isinstance(first, nodes.ListOf):
            return [(member, self.type_of(member)) for member in first.members]
        if node.function != "lookup":
            for argument, found in zip(node.arguments[:-1], types, strict=False):
                wanted = "number" if found.kind != "date" or node.function != "tiers" else "date"
                self.expect_kind(argument, found, wanted)
        return [(first, member_of(types[0]) if types[0].kind == "list" else types[0])]

    def _row(self, function: str, row: nodes.Row, asked: list[tuple[Node, Type]]) -> None:
        if function == "milestones":
            if row.at is None and row.every is None:
                self.report("table", row, ("里程碑的行要有 at 或 every", "a milestone row has at or every"))
            return
        if row.at is not None or row.every is not None:
            self.report("table", row, ("at 与 every 只用于 milestones", "at and every are for milestones only"))
            return
        for value, tests in zip(asked, row.when, strict=True):
            for test in tests.alternatives:
                self.check_test(test, value, test)

    def _given(self, node: nodes.Call, types: list[Type], gives: list[tuple[Node, Type]], table: nodes.Table) -> Type:
        found = self.common(node, gives)
        if node.function == "marginal tiers":
            self.expect_kind(node, found, "number")
            return Type("number", unit=multiply_units(types[0].unit, found.unit))
        if table.hit == "COLLECT":
            return list_of(found)
        return NUMBER if table.hit == "COLLECT count" else found


_HANDLERS: Final[Mapping[str, Callable[[CallChecks, nodes.Call, list[Type]], Type]]] = {
    "count": CallChecks._count,
    "sum": CallChecks._sum,
    "mean": CallChecks._sum,
    "min": CallChecks._extreme,
    "max": CallChecks._extreme,
    "all": CallChecks._truths,
    "any": CallChecks._truths,
    "list contains": CallChecks._list_contains,
    "abs": CallChecks._abs,
    "modulo": CallChecks._modulo,
    "steps": CallChecks._steps,
    "date": CallChecks._date,
    "duration": CallChecks._literal_only,
    "is known": CallChecks._is_known,
    "paid": CallChecks._paid,
    **dict.fromkeys(ROUNDING_FUNCTIONS, CallChecks._rounded),
    **dict.fromkeys(TABLE_FUNCTIONS, CallChecks._table_call),
}
