"""Where a condition on one ordered fact can change: a finite set of values that surely holds every place.

A condition such as `floor(x / 3) * 2 >= 5` is turned back step by step to the values of x at which it may flip. The
set may hold values too many (they cost a witness each), never one too few; None means that this form is not
understood, and the condition is then taken as free. Numbers are exact fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Final

from policies.rules import nodes
from policies.rules.dates import add_days, add_months
from policies.rules.formula import facts_of
from policies.rules.functions_numbers import ROUNDINGS
from policies.rules.values import SECONDS_OF_DAY, DaysTime, RangeValue, YearsMonths

Points = set[object]
# Clamping to the end of a month moves a day by at most three.
_MONTH_SLACK: Final = range(-4, 5)
MAX_POINTS: Final = 2_000


class NotUnderstood(Exception):  # noqa: N818
    """This form of condition cannot be turned back."""


def critical_points(condition: nodes.Node, fact: str, constant: Callable[[nodes.Node], object]) -> Points | None:
    """The values of `fact` at which the condition, which reads no other fact, may change; None if not understood.

    `constant` evaluates a node that does not read the fact. Numbers come as Fraction, days as date.
    """
    try:
        points = _Inversion(fact, constant).of_condition(condition)
    except (NotUnderstood, OverflowError, ZeroDivisionError):
        return None
    return points if len(points) <= MAX_POINTS else None


def _exact(value: object) -> object:
    return Fraction(value) if isinstance(value, Decimal) else value


class _Inversion:
    def __init__(self, fact: str, constant: Callable[[nodes.Node], object]) -> None:
        self.fact = fact
        self._constant = constant

    def reads(self, node: nodes.Node) -> bool:
        return self.fact in facts_of(node)

    def constant(self, node: nodes.Node) -> object:
        return _exact(self._constant(node))

    # --- conditions -------------------------------------------------------------------------------------------

    def of_condition(self, node: nodes.Node) -> Points:
        match node:
            case nodes.Compare(_, left, right):
                return self._where_equal(left, right)
            case nodes.Between(value, low, high):
                return self._where_equal(value, low) | self._where_equal(value, high)
            case nodes.In(value, tests):
                return self._union(self._test(value, test) for test in tests)
            case nodes.And(operands) | nodes.Or(operands):
                return self._union(self.of_condition(operand) for operand in operands)
            case nodes.Not(operand):
                return self.of_condition(operand)
            case nodes.Literal():
                return set()
        raise NotUnderstood

    def _union(self, parts: Iterable[Points]) -> Points:
        return set().union(*parts)

    def _test(self, value: nodes.Node, test: nodes.Node) -> Points:
        match test:
            case nodes.Range(low, high):
                return self._union(self._where_equal(value, end) for end in (low, high) if end is not None)
            case nodes.Unequal(operand):
                return self._where_equal(value, operand)
            case nodes.ListOf(members):
                return self._union(self._test(value, member) for member in members)
        return self._where_equal(value, test)

    def _where_equal(self, left: nodes.Node, right: nodes.Node) -> Points:
        """Where left meets right."""
        if not self.reads(right):
            return self.back(left, _ends(self.constant(right)))
        if not self.reads(left):
            return self.back(right, _ends(self.constant(left)))
        one, other = self.linear(left), self.linear(right)
        slope, offset = one[0] - other[0], one[1] - other[1]
        return {-offset / slope} if slope else set()

    # --- expressions ------------------------------------------------------------------------------------------

    def linear(self, node: nodes.Node) -> tuple[Fraction, Fraction]:
        """(a, b) of a * fact + b."""
        if not self.reads(node):
            value = self.constant(node)
            if not isinstance(value, Fraction):
                raise NotUnderstood
            return Fraction(0), value
        match node:
            case nodes.Fact():
                return Fraction(1), Fraction(0)
            case nodes.Negative(operand):
                slope, offset = self.linear(operand)
                return -slope, -offset
            case nodes.Arithmetic("+" | "-", left, right):
                one, other = self.linear(left), self.linear(right)
                sign = 1 if node.operator == "+" else -1
                return one[0] + sign * other[0], one[1] + sign * other[1]
            case nodes.Arithmetic("*", left, right):
                one, other = self.linear(left), self.linear(right)
                if one[0] and other[0]:
                    raise NotUnderstood
                return one[0] * other[1] + other[0] * one[1], one[1] * other[1]
            case nodes.Arithmetic("/", left, right) if not self.reads(right):
                one, divisor = self.linear(left), self.linear(right)[1]
                return one[0] / divisor, one[1] / divisor
        raise NotUnderstood

    def back(self, node: nodes.Node, points: Points) -> Points:
        """The values of the fact at which `node` may pass one of `points`."""
        if not points or not self.reads(node):
            return set()
        match node:
            case nodes.Fact() | nodes.Parameter() | nodes.AsOf():
                return points
            case nodes.Negative(operand):
                return self.back(operand, {_minus(point) for point in points})
            case nodes.Arithmetic():
                return self._arithmetic(node, points)
            case nodes.If(condition, then, otherwise):
                return self.of_condition(condition) | self.back(then, points) | self.back(otherwise, points)
            case nodes.Path(source, name):
                return self._path(source, name, points)
            case nodes.ListOf(members):
                return self._union(self.back(member, points) for member in members)
            case nodes.Call(name, arguments):
                return self._call(name, arguments, points)
        raise NotUnderstood

    def _arithmetic(self, node: nodes.Arithmetic, points: Points) -> Points:
        left, right = node.left, node.right
        if self.reads(left) and self.reads(right):
            slope, offset = self.linear(node)
            return {(_fraction(point) - offset) / slope for point in points} if slope else set()
        moving, other = (left, right) if self.reads(left) else (right, left)
        value = self.constant(other)
        found: Points = set()
        for point in points:
            found |= _turn_back(node.operator, point, value, moving is left)
        return self.back(moving, found)

    def _path(self, source: nodes.Node, name: str, points: Points) -> Points:
        found: Points = set()
        for point in points:
            whole = floor(_fraction(point))
            for step in (-1, 0, 1, 2):
                if name == "year" and 1 <= whole + step <= 9999:
                    found.add(date(whole + step, 1, 1))
                elif name == "years":
                    found.add(YearsMonths((whole + step) * 12))
                elif name == "days":
                    found.add(DaysTime(Decimal((whole + step) * SECONDS_OF_DAY)))
                elif name != "year":
                    raise NotUnderstood
        return self.back(source, found)

    def _call(self, name: str, arguments: tuple[nodes.Node, ...], points: Points) -> Points:
        if name in ("min", "max"):
            return self._union(self.back(argument, points) for argument in arguments)
        if name == "abs":
            return self.back(arguments[0], {Fraction(0)} | points | {_minus(point) for point in points})
        if name in ROUNDINGS and not any(self.reads(argument) for argument in arguments[1:]):
            scale = self.constant(arguments[1]) if len(arguments) > 1 else Fraction(0)
            return self.back(arguments[0], _around(points, Fraction(10) ** -int(_fraction(scale)), halves=True))
        if name == "steps" and not any(self.reads(argument) for argument in arguments[1:]):
            size, give = (_fraction(self.constant(argument)) for argument in arguments[1:])
            counts = _around({_fraction(point) / give for point in points}, Fraction(1)) if give else set()
            return self.back(arguments[0], {_fraction(point) * size for point in counts})
        if name == "years and months duration":
            return self._months(arguments, points)
        if name in ("lookup", "tiers", "marginal tiers", "milestones"):
            return self._table(name, arguments, points)
        raise NotUnderstood

    def _months(self, arguments: tuple[nodes.Node, ...], points: Points) -> Points:
        start, end = arguments
        if self.reads(start) and self.reads(end):
            raise NotUnderstood
        moving, fixed = (start, end) if self.reads(start) else (end, start)
        anchor = self.constant(fixed)
        if not isinstance(anchor, date):
            raise NotUnderstood
        found: Points = set()
        for point in points:
            if not isinstance(point, YearsMonths):
                raise NotUnderstood
            for step in (-1, 0, 1):
                months = point.months + step
                found |= _days_around(add_months(anchor, -months if moving is start else months))
        return self.back(moving, found)

    # --- tables -----------------------------------------------------------------------------------------------

    def _table(self, name: str, arguments: tuple[nodes.Node, ...], points: Points) -> Points:
        asked, reference = arguments[0], arguments[-1]
        if not isinstance(reference, nodes.TableReference) or isinstance(asked, nodes.ListOf):
            raise NotUnderstood
        if any(self.reads(argument) for argument in arguments[1:-1]):
            raise NotUnderstood
        rows = reference.table.rows
        if name == "milestones":
            return self.back(asked, self._milestones(reference.table))
        bounds = self._union(self._test(asked, test) for row in rows for cell in row.when for test in cell.alternatives)
        if name == "marginal tiers":
            return bounds | self.back(asked, self._slices(rows, points))
        if reference.table.hit.startswith("COLLECT") and any(self.reads(row.give) for row in rows):
            raise NotUnderstood
        return bounds | self._union(self.back(row.give, points) for row in rows)

    def _milestones(self, table: nodes.Table) -> Points:
        if table.cumulative and any(row.every is not None for row in table.rows):
            raise NotUnderstood
        steps: Points = {Fraction(row.at) for row in table.rows if row.at is not None}
        last = max((Fraction(row.at) for row in table.rows if row.at is not None), default=Fraction(0))
        return steps | {last + Fraction(row.every) for row in table.rows if row.every is not None}

    def _slices(self, rows: tuple[nodes.Row, ...], points: Points) -> Points:
        """Where the running sum of slice * rate passes a point, slice by slice."""
        found: Points = {Fraction(0)}
        low, total = Fraction(0), Fraction(0)
        for row in rows:
            if self.reads(row.give):
                raise NotUnderstood
            rate = _fraction(self.constant(row.give))
            if rate:
                found |= {low + (_fraction(point) - total) / rate for point in points}
            test = row.when[0].alternatives[0] if row.when and row.when[0].alternatives else None
            if not isinstance(test, nodes.Range) or test.high is None:
                break
            high = _fraction(self.constant(test.high))
            total += (high - low) * rate
            low = high
        return found


def _fraction(value: object) -> Fraction:
    if isinstance(value, Fraction):
        return value
    raise NotUnderstood


def _minus(point: object) -> object:
    if isinstance(point, YearsMonths):
        return YearsMonths(-point.months)
    if isinstance(point, DaysTime):
        return DaysTime(-point.seconds)
    return -_fraction(point)


def _ends(value: object) -> Points:
    """The values at which a comparison with `value` may flip."""
    if isinstance(value, RangeValue):
        return set().union(*(_ends(_exact(end)) for end in (value.low, value.high) if end is not None))
    if isinstance(value, tuple | frozenset):
        return set().union(*(_ends(_exact(member)) for member in value))
    if value is None:
        return set()
    if isinstance(value, Fraction | date | YearsMonths | DaysTime):
        return {value}
    raise NotUnderstood


def _around(points: Points, unit: Fraction, *, halves: bool = False) -> Points:
    """The multiples (and halves) of a unit on both sides of each point."""
    found: Points = set()
    for point in points:
        below = floor(_fraction(point) / unit)
        for step in range(-4, 5) if halves else range(-4, 6, 2):
            found.add((below + Fraction(step, 2)) * unit)
    return found


def _days_around(day: date | None) -> Points:
    if day is None:
        return set()
    return {moved for slack in _MONTH_SLACK if (moved := add_days(day, slack)) is not None}


def _turn_back(operator: str, point: object, value: object, moving_left: bool) -> Points:
    """The values of the moving side at which `moving operator value` may pass `point`."""
    if isinstance(point, Fraction) and isinstance(value, Fraction):
        return _turn_back_number(operator, point, value, moving_left)
    if operator == "-" and isinstance(value, date) and isinstance(point, DaysTime):
        days = point.floor_days
        return set().union(*(_one(add_days(value, (1 if moving_left else -1) * (days + step))) for step in (-1, 0, 1)))
    if isinstance(point, date) and operator in ("+", "-"):
        direction = -1 if operator == "+" else 1
        if isinstance(value, YearsMonths) and (moving_left or operator == "+"):
            return _days_around(add_months(point, direction * value.months))
        if isinstance(value, DaysTime) and (moving_left or operator == "+"):
            return _days_around(add_days(point, direction * value.floor_days))
    raise NotUnderstood


def _one(day: date | None) -> Points:
    return set() if day is None else {day}


def _turn_back_number(operator: str, point: Fraction, value: Fraction, moving_left: bool) -> Points:
    if operator == "+":
        return {point - value}
    if operator == "-":
        return {point + value if moving_left else value - point}
    if operator == "*":
        return {point / value} if value else set()
    if operator == "/" and moving_left:
        return {point * value} if value else set()
    if operator == "/":
        return {Fraction(0)} | ({value / point} if point else set())
    if operator == "**" and moving_left and value == int(value) and value > 0:
        root = Fraction(float(abs(point)) ** (1 / int(value)))
        return {Fraction(0), root, -root}
    raise NotUnderstood
