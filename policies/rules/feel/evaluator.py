"""The rule evaluator with FEEL's null, scopes, contexts, functions and times."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import Any, Final

from policies.rules import nodes
from policies.rules.arithmetic import calculate, negative
from policies.rules.comparison import Truth, compare, disjunction, equal, in_range
from policies.rules.evaluator import Evaluator, Frame
from policies.rules.feel.civil import Day, make_day, of_day_number
from policies.rules.feel.functions import FEEL_FUNCTIONS
from policies.rules.feel.parser import read_feel
from policies.rules.feel.refusal import Refused
from policies.rules.feel.temporal import DateTime, Time, add, difference, property_of
from policies.rules.feel.type_names import is_instance
from policies.rules.functions_lists import is_list, total
from policies.rules.tokens import SyntaxProblem
from policies.rules.values import Context, DaysTime, RangeValue, YearsMonths

MAX_STEPS: Final = 10_000
_TEMPORAL: Final = (Day, Time, DateTime)


@dataclass(frozen=True, eq=False)
class FunctionValue:
    """A function literal with the names around it."""

    parameters: tuple[str, ...]
    body: nodes.Node
    variables: Mapping[str, object]


class FeelEvaluator(Evaluator):
    """Names come from the scope; null is a value."""

    def __init__(self) -> None:
        super().__init__()
        more: dict[type[nodes.Node], Callable[[Any, Frame], object]] = {
            nodes.ContextLiteral: self._context,
            nodes.FunctionLiteral: lambda node, frame: FunctionValue(node.parameters, node.body, frame.variables),
            nodes.Invocation: self._invocation,
            nodes.InstanceOf: lambda node, frame: is_instance(self.value(node.operand, frame), node.type_name),
            nodes.Negative: lambda node, frame: negative(self.value(node.operand, frame)),
        }
        self._methods.update(more)

    def value(self, node: nodes.Node, frame: Frame) -> object:
        """A refusal says where it arose."""
        try:
            return super().value(node, frame)
        except Refused as refusal:
            raise refusal.at(node.span) from None
        except (TypeError, KeyError, ArithmeticError) as error:
            raise Refused(f"{type(error).__name__}: {error}", node.span) from error

    # --- names, paths, lists ------------------------------------------------------------------------------------

    def _variable(self, node: nodes.Variable, frame: Frame) -> object:
        if node.name not in frame.variables and "item" not in frame.variables:
            raise Refused(f"unknown name {node.name!r}")
        return frame.variables.get(node.name)  # a member of a filter that lacks an entry has null there

    def field_of(self, row: object, name: str, frame: Frame) -> object:
        if isinstance(row, _TEMPORAL):
            return property_of(row, name)
        if isinstance(row, RangeValue):
            ends = {
                "start": row.low,
                "end": row.high,
                "start included": row.low_closed,
                "end included": row.high_closed,
            }
            return ends.get(name)
        return super().field_of(row, name, frame)

    def _filter(self, node: nodes.Filter, frame: Frame) -> object:
        """By position where the filter is a number, else the members that meet it. A single value is a list of one."""
        source = self.value(node.source, frame)
        members = tuple(self._members(source)) if source is not None else ()
        kept: list[object] = []
        for member in members:
            met = self.value(node.condition, frame.inner(variables=_scope_of(member, frame)))
            if isinstance(met, Decimal):
                return _at(members, met)
            if met is True:
                kept.append(member)
        if not members and isinstance(node.condition, nodes.Literal) and node.condition.kind == "number":
            return None
        return tuple(kept)

    def _for(self, node: nodes.For, frame: Frame) -> object:
        source = self.value(node.source, frame)
        members = self._counted(source, self.value(node.source_end, frame)) if node.source_end else source
        if isinstance(members, RangeValue):
            if not (members.low_closed and members.high_closed):
                raise Refused("a loop over an open range")
            members = self._counted(members.low, members.high)
        if members is None:
            return None
        results = []
        for member in self._members(members):
            results.append(self.value(node.result, frame.inner(variables={**frame.variables, node.variable: member})))
        return tuple(results)

    def _counted(self, start: object, end: object) -> Any:
        """`a..b`, up or down, over whole numbers or days."""
        if isinstance(start, Day) and isinstance(end, Day):
            numbers = self._counted(Decimal(start.number), Decimal(end.number))
            return tuple(make_day(*of_day_number(int(number))) for number in numbers)
        if not isinstance(start, Decimal) or not isinstance(end, Decimal):
            return None
        if abs(end - start) > MAX_STEPS or start != int(start) or end != int(end):
            raise Refused("a loop over too many or broken numbers")
        step = 1 if end >= start else -1
        return tuple(Decimal(number) for number in range(int(start), int(end) + step, step))

    # --- comparison ---------------------------------------------------------------------------------------------

    def compared(self, operator: str, left: object, right: object) -> Truth:
        """Null equals null and nothing else; it has no order."""
        return compare(operator, left, right)

    def meets(self, value: object, test: nodes.Node, frame: Frame) -> Truth:
        if isinstance(test, nodes.Range):
            within = self.value(test, frame)
            return in_range(value, within) if isinstance(within, RangeValue) else None
        return super().meets(value, test, frame)

    def met_by(self, value: object, tested: object) -> Truth:
        if isinstance(tested, RangeValue) and not isinstance(value, RangeValue):
            return in_range(value, tested)
        if is_list(tested):
            truth: Truth = equal(value, tested) is True
            for member in tested:  # type: ignore[attr-defined]
                if is_list(member) and not is_list(value):
                    raise Refused("a single value in a list of lists")
                met = in_range(value, member) if isinstance(member, RangeValue) else equal(value, member)
                truth = disjunction(truth, met is True)
            return truth
        return compare("=", value, tested)

    # --- arithmetic and logic -----------------------------------------------------------------------------------

    def _arithmetic(self, node: nodes.Arithmetic, frame: Frame) -> object:
        left, right = self.value(node.left, frame), self.value(node.right, frame)
        if not isinstance(left, _TEMPORAL) and not isinstance(right, _TEMPORAL):
            return calculate(node.operator, left, right)
        if node.operator == "+":
            return add(left, right) if isinstance(left, _TEMPORAL) else add(right, left)
        if node.operator == "-" and isinstance(left, _TEMPORAL):
            if isinstance(right, YearsMonths | DaysTime):
                return add(left, negative(right))
            return difference(left, right)
        return None

    def undecidable_if(self, node: nodes.If, frame: Frame) -> object:
        return self.value(node.otherwise, frame)

    # --- contexts and functions ---------------------------------------------------------------------------------

    def _context(self, node: nodes.ContextLiteral, frame: Frame) -> object:
        """Later entries see earlier ones."""
        entries: dict[str, object] = {}
        for key, value in node.entries:
            if key in entries:
                return None
            entries[key] = self.value(value, frame.inner(variables={**frame.variables, **entries}))
        return entries

    def _invocation(self, node: nodes.Invocation, frame: Frame) -> object:
        function = self.value(node.function, frame)
        if not isinstance(function, FunctionValue) or len(function.parameters) != len(node.arguments):
            raise Refused("a call of what is no function, or with other arguments")
        given = dict(zip(function.parameters, (self.value(each, frame) for each in node.arguments), strict=True))
        return self.value(function.body, frame.inner(variables={**function.variables, **given}))

    def plain_call(self, name: str, arguments: list[object]) -> object:
        """A function; lists of one stand for their member where the function wants a single value."""
        function = FEEL_FUNCTIONS.get(name)
        try:
            result = function(*arguments) if function is not None else super().plain_call(name, arguments)
            unwrapped = [_unwrapped(argument) for argument in arguments]
            if result is None and any(one is not other for one, other in zip(arguments, unwrapped, strict=True)):
                return self.plain_call(name, unwrapped)
        except DecimalException:
            return None
        return result

    def _aggregate(self, function: Callable[..., object], arguments: list[object]) -> object:
        members = arguments[0] if len(arguments) == 1 and is_list(arguments[0]) else arguments
        if not members and function is total:
            return None
        return super()._aggregate(function, arguments)


def _unwrapped(value: object) -> object:
    return value[0] if isinstance(value, tuple) and len(value) == 1 else value


def _scope_of(member: object, frame: Frame) -> dict[str, object]:
    """The names inside a filter: `item`, and the entries of the member where it is a context."""
    return {**frame.variables, "item": member, **(member if isinstance(member, Mapping) else {})}


def _at(members: Sequence[object], position: Decimal) -> object:
    place = int(position)
    if place == 0 or abs(place) > len(members):
        return None
    return members[place - 1 if place > 0 else place]


_EVALUATOR: Final = FeelEvaluator()


def evaluate(expression: str, inputs: Mapping[str, object]) -> object:
    """The value of a FEEL expression. Raises Refused, with its place, where this mode does not understand it."""
    try:
        return _EVALUATOR.value(_read(expression, inputs), Frame({}, {}, Context(), variables=dict(inputs)))
    except Refused as refusal:
        raise refusal.placed(expression) from None
    except (RecursionError, ArithmeticError) as error:
        raise Refused(f"beyond what is computed ({type(error).__name__})") from error


def _read(expression: str, inputs: Mapping[str, object]) -> nodes.Node:
    try:
        tree, problems = read_feel(expression, list(inputs))
    except SyntaxProblem as syntax:
        raise Refused(syntax.problem.en, syntax.problem.span) from None
    if problems:
        raise Refused("; ".join(problem.en for problem in problems), problems[0].span)
    return tree
