"""The value of a tree: one method per node kind, Kleene's logic, UNKNOWN where a fact is missing.

The conformance mode subclasses `Evaluator`; values that rules do not have are added there, not here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from policies.rules import nodes
from policies.rules.arithmetic import calculate, negative
from policies.rules.comparison import Truth, compare, conjunction, disjunction, equal, in_range
from policies.rules.facts import ItemRow, read_fact
from policies.rules.functions_dates import DATE_FUNCTIONS, property_of
from policies.rules.functions_lists import LIST_FUNCTIONS, Uncertain, contains, is_list
from policies.rules.functions_numbers import NUMBER_FUNCTIONS, ROUNDINGS
from policies.rules.functions_texts import TEXT_FUNCTIONS
from policies.rules.table_evaluation import TABLE_LOOKUPS
from policies.rules.values import NUMBER_KINDS, UNKNOWN, Context, FactType, Interval, RangeValue, Vocabulary

NOT_APPLICABLE: Final = "not-applicable"
PLAIN_FUNCTIONS: Final[dict[str, Callable[..., object]]] = {**NUMBER_FUNCTIONS, **TEXT_FUNCTIONS, **DATE_FUNCTIONS}


@dataclass(slots=True)
class Frame:
    """What one evaluation reads, and its account: `missing` (facts asked for and unknown), `notes` (why a part is 0).

    A fact that does not apply (`applies_if`) has no value; with `absent_is_zero` (amounts) a number that does not apply
    is 0. With `assume_applicable` (conditions of a formula, which has the guard beside them) it is read as it stands.
    `items` chooses the rows of the policy's items.
    """

    vocabulary: Vocabulary
    facts: Mapping[str, object]
    context: Context
    values: dict[str, object] = field(default_factory=dict)
    rows: tuple[object, ...] = ()
    variables: Mapping[str, object] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    notes: list[tuple[str, str]] = field(default_factory=list)
    items: Callable[[Frame], object] | None = None
    assume_applicable: bool = False
    absent_is_zero: bool = False

    def fact(self, code: str) -> object:
        """The fact's value, read by its type once."""
        fact_type = self.vocabulary.get(code)
        if fact_type is None:
            return UNKNOWN
        if fact_type.applies_if is not None and not self.assume_applicable:
            applies = self.fact(fact_type.applies_if)
            if applies is False or applies is None:
                return self._not_applicable(code, fact_type)
            if applies is UNKNOWN:
                return UNKNOWN
        value = self.values.get(code, self)
        if value is self:
            given = self.context.parameters if fact_type.parameter else self.facts
            value = self.values[code] = read_fact(code, fact_type, given.get(code))
        if value is UNKNOWN:
            self.missing.add(code)
        return value

    def _not_applicable(self, code: str, fact_type: FactType) -> object:
        self.notes.append((NOT_APPLICABLE, code))
        return Decimal(0) if self.absent_is_zero and fact_type.kind in NUMBER_KINDS else None

    def inner(self, **changes: Any) -> Frame:
        """The same facts and the same account, with other rows, variables or readings."""
        return replace(self, **changes)


class Evaluator:
    """Stateless: `value(node, frame)`."""

    def __init__(self) -> None:
        self._methods: dict[type[nodes.Node], Callable[[Any, Frame], object]] = {
            nodes.Literal: lambda node, frame: node.value,
            nodes.Fact: lambda node, frame: frame.fact(node.code),
            nodes.Parameter: lambda node, frame: frame.fact(node.code),
            nodes.AsOf: self._as_of,
            nodes.Field: self._field,
            nodes.Variable: self._variable,
            nodes.Items: self._items,
            nodes.Path: self._path,
            nodes.ListOf: lambda node, frame: tuple(self.value(member, frame) for member in node.members),
            nodes.Range: self._range,
            nodes.Filter: self._filter,
            nodes.Arithmetic: self._arithmetic,
            nodes.Negative: lambda node, frame: negative(self.value(node.operand, frame)),
            nodes.Compare: self._compare,
            nodes.Between: self._between,
            nodes.In: self._in,
            nodes.And: self._and,
            nodes.Or: self._or,
            nodes.Not: self._not,
            nodes.If: self._if,
            nodes.Quantified: self._quantified,
            nodes.For: self._for,
            nodes.Call: self._call,
        }

    def value(self, node: nodes.Node, frame: Frame) -> object:
        return self._methods[type(node)](node, frame)

    def truth(self, node: nodes.Node, frame: Frame) -> Truth:
        """The value as a truth; anything that is none has no truth (None)."""
        if frame.absent_is_zero:
            frame = frame.inner(absent_is_zero=False)
        value = self.value(node, frame)
        return value if isinstance(value, bool) or value is UNKNOWN else None

    # --- names -------------------------------------------------------------------------------------

    def _as_of(self, node: nodes.AsOf, frame: Frame) -> object:
        if frame.context.as_of is None:
            frame.missing.add("as_of")
            return UNKNOWN
        return frame.context.as_of

    def _field(self, node: nodes.Field, frame: Frame) -> object:
        row = frame.rows[-1 - node.depth]
        if node.name == "item" and not (isinstance(row, Mapping) and "item" in row):
            return row
        return self.field_of(row, node.name, frame)

    def field_of(self, row: object, name: str, frame: Frame) -> object:
        """A field of a row, or a property of a date or duration."""
        if row is UNKNOWN:
            return UNKNOWN
        if isinstance(row, ItemRow):
            value = row.get(name)
            if value is UNKNOWN:
                frame.missing.add(row.fact)
            return value
        if isinstance(row, Mapping):
            return row.get(name)
        return property_of(row, name)

    def _variable(self, node: nodes.Variable, frame: Frame) -> object:
        return frame.variables.get(node.name)

    def _path(self, node: nodes.Path, frame: Frame) -> object:
        source = self.value(node.source, frame)
        if is_list(source):
            return self._mapped(source, lambda member: self.field_of(member, node.name, frame))
        return self.field_of(source, node.name, frame)

    def _mapped(self, members: Any, one: Callable[[object], object]) -> tuple[object, ...]:
        return tuple(
            Uncertain(one(member.value)) if isinstance(member, Uncertain) else one(member) for member in members
        )

    # --- lists -------------------------------------------------------------------------------------

    def _items(self, node: nodes.Items, frame: Frame) -> object:
        return frame.items(frame) if frame.items is not None else frame.fact(node.source)

    def _filter(self, node: nodes.Filter, frame: Frame) -> object:
        source = self.value(node.source, frame)
        if source is UNKNOWN:
            return UNKNOWN
        return self._filtered(source if is_list(source) else (source,), node.condition, frame)

    def _filtered(self, members: Any, condition: nodes.Node, frame: Frame) -> tuple[object, ...]:
        kept: list[object] = []
        inner = frame.inner()
        for member in members:
            row = member.value if isinstance(member, Uncertain) else member
            inner.rows = (*frame.rows, row)
            met = self.truth(condition, inner)
            if met is True:
                kept.append(member)
            elif met is UNKNOWN:
                kept.append(Uncertain(row))
        return tuple(kept)

    def _members(self, source: object) -> Any:
        return source if is_list(source) else (source,)

    def _quantified(self, node: nodes.Quantified, frame: Frame) -> Truth:
        source = self.value(node.source, frame)
        if source is UNKNOWN:
            return UNKNOWN
        if source is None:
            return None
        some = node.kind == "some"
        join = disjunction if some else conjunction
        truth: Truth = not some
        inner = frame.inner()
        for member in self._members(source):
            value = member.value if isinstance(member, Uncertain) else member
            inner.variables = {**frame.variables, node.variable: value}
            met = self.truth(node.condition, inner)
            if isinstance(member, Uncertain) and met is some:
                met = UNKNOWN
            truth = join(truth, met)
            if truth is some:
                return truth
        return truth

    def _for(self, node: nodes.For, frame: Frame) -> object:
        source = self.value(node.source, frame)
        if source is UNKNOWN or source is None:
            return source
        return self._mapped(
            self._members(source),
            lambda member: self.value(node.result, frame.inner(variables={**frame.variables, node.variable: member})),
        )

    def _range(self, node: nodes.Range, frame: Frame) -> object:
        low = self.value(node.low, frame) if node.low is not None else None
        high = self.value(node.high, frame) if node.high is not None else None
        if (low is None and node.low is not None) or (high is None and node.high is not None):
            return None
        return RangeValue(low, high, node.low_closed, node.high_closed)

    # --- arithmetic and comparison -----------------------------------------------------------------

    def _arithmetic(self, node: nodes.Arithmetic, frame: Frame) -> object:
        return calculate(node.operator, self.value(node.left, frame), self.value(node.right, frame))

    def _compare(self, node: nodes.Compare, frame: Frame) -> Truth:
        return self.compared(node.operator, self.value(node.left, frame), self.value(node.right, frame))

    def compared(self, operator: str, left: object, right: object) -> Truth:
        """A comparison; with a side that has no value it has no truth (FEEL compares null: conformance mode)."""
        if left is None or right is None:
            return None
        return compare(operator, left, right)

    def _between(self, node: nodes.Between, frame: Frame) -> Truth:
        value = self.value(node.value, frame)
        low, high = self.value(node.low, frame), self.value(node.high, frame)
        if value is None or low is None or high is None:
            return None
        return conjunction(compare(">=", value, low), compare("<=", value, high))

    def _in(self, node: nodes.In, frame: Frame) -> Truth:
        value = self.value(node.value, frame)
        truth: Truth = False
        for test in node.tests:
            truth = disjunction(truth, self.meets(value, test, frame))
            if truth is True:
                return True
        return truth

    def meets(self, value: object, test: nodes.Node, frame: Frame) -> Truth:
        """Whether a value meets one unary test."""
        if isinstance(test, nodes.Unequal):
            return self.compared("!=", value, self.value(test.operand, frame))
        return self.met_by(value, self.value(test, frame))

    def met_by(self, value: object, tested: object) -> Truth:
        if tested is UNKNOWN or value is UNKNOWN:
            return UNKNOWN
        if isinstance(tested, RangeValue) and not isinstance(value, RangeValue):
            return None if value is None else in_range(value, tested)
        if is_list(tested) and not is_list(value):
            return self._in_list(value, tested)
        return self.compared("=", value, tested)

    def _in_list(self, value: object, members: Any) -> Truth:
        if any(isinstance(member, RangeValue) for member in members):
            truth: Truth = False
            for member in members:
                truth = disjunction(truth, self.met_by(value, member))
            return truth
        return None if value is None else contains(members, value)

    # --- logic -------------------------------------------------------------------------------------

    def _and(self, node: nodes.And, frame: Frame) -> Truth:
        truth: Truth = True
        for operand in node.operands:
            truth = conjunction(truth, self.truth(operand, frame))
            if truth is False:
                return False
        return truth

    def _or(self, node: nodes.Or, frame: Frame) -> Truth:
        truth: Truth = False
        for operand in node.operands:
            truth = disjunction(truth, self.truth(operand, frame))
            if truth is True:
                return True
        return truth

    def _not(self, node: nodes.Not, frame: Frame) -> Truth:
        truth = self.truth(node.operand, frame)
        return truth if truth is UNKNOWN or truth is None else not truth

    def _if(self, node: nodes.If, frame: Frame) -> object:
        truth = self.truth(node.condition, frame)
        if truth is True:
            return self.value(node.then, frame)
        if truth is False:
            return self.value(node.otherwise, frame)
        if truth is None:
            return self.undecidable_if(node, frame)
        return either(self.value(node.then, frame), self.value(node.otherwise, frame))

    def undecidable_if(self, node: nodes.If, frame: Frame) -> object:
        """Neither the condition nor its negation holds: no value (FEEL goes to `else`: conformance mode)."""
        return None

    # --- calls -------------------------------------------------------------------------------------

    def _call(self, node: nodes.Call, frame: Frame) -> object:
        name = node.function
        if name == "is known":
            return self._is_known(node.arguments[0], frame)
        if name in TABLE_LOOKUPS:
            return TABLE_LOOKUPS[name](self, node, frame)
        arguments = [self.value(argument, frame) for argument in node.arguments]
        if name in LIST_FUNCTIONS:
            return self._aggregate(LIST_FUNCTIONS[name], arguments)
        if name == "paid":
            return frame.context.paid.get((str(arguments[0]), str(arguments[1])), Decimal(0))
        if any(argument is UNKNOWN for argument in arguments):
            return None if any(argument is None for argument in arguments) else UNKNOWN
        if any(isinstance(argument, Interval) for argument in arguments):
            return self._of_interval(name, arguments)
        return self.plain_call(name, arguments)

    def _is_known(self, argument: nodes.Node, frame: Frame) -> bool:
        """Whether a value is there. Asking does not make the fact missing."""
        asking = frame.inner(missing=set(), notes=[], absent_is_zero=False)
        value = self.value(argument, asking)
        return value is not UNKNOWN and not isinstance(value, Interval)

    def plain_call(self, name: str, arguments: list[object]) -> object:
        """A function of plain values."""
        return PLAIN_FUNCTIONS[name](*arguments)

    def _aggregate(self, function: Callable[..., object], arguments: list[object]) -> object:
        if len(arguments) == 1 and arguments[0] is UNKNOWN:
            return UNKNOWN
        return function(*arguments)

    def _of_interval(self, name: str, arguments: list[object]) -> object:
        """Rounding keeps order, so it may be done at both ends."""
        interval = arguments[0]
        if name not in ROUNDINGS or not isinstance(interval, Interval):
            return UNKNOWN
        ends = [None if end is None else ROUNDINGS[name](end, *arguments[1:]) for end in (interval.low, interval.high)]
        return Interval(ends[0], ends[1], interval.may_be_nothing)


def either(left: object, right: object) -> object:
    """What an undecided `if` gives: the common value, the interval of two numbers, else UNKNOWN."""
    if equal(left, right) is True:
        return left
    if isinstance(left, Decimal | Interval) and isinstance(right, Decimal | Interval):
        one = left if isinstance(left, Interval) else Interval(left, left)
        other = right if isinstance(right, Interval) else Interval(right, right)
        low = None if one.low is None or other.low is None else min(one.low, other.low)
        high = None if one.high is None or other.high is None else max(one.high, other.high)
        return Interval(low, high, one.may_be_nothing or other.may_be_nothing)
    return UNKNOWN
