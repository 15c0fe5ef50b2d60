"""For which values of its one fact a condition is true, and for which it is false."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any, Final

from policies.engine.sets import EVERYTHING, Cut, Intervals, Members, Piece, ValueSet
from policies.rules import nodes
from policies.rules.critical_points import critical_points

Constant = Callable[[nodes.Node], object]
Ask = Callable[[Any], bool | None]
_DIGITS: Final = Context(prec=60)
_TURNED: Final = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


# --- the forms that almost all rules have ---------------------------------------------------------------------------


def simple_set(node: nodes.Node, ordered: bool, constant: Constant) -> ValueSet | None:
    """The set where it can be read off the condition; None for any other form. Such a condition always has a truth."""
    match node:
        case nodes.Fact():
            return Members(frozenset({True}))
        case nodes.Compare(operator, nodes.Fact(), other):
            return _compared(operator, _plain(other, ordered, constant), ordered)
        case nodes.Compare(operator, other, nodes.Fact()):
            return _compared(_TURNED[operator], _plain(other, ordered, constant), ordered)
        case nodes.Between(nodes.Fact(), low, high) if ordered:
            return _range(nodes.Range(low, high, True, True), constant)
        case nodes.In(nodes.Fact(), tests):
            return _union([_tested(test, ordered, constant) for test in tests], ordered)
    return None


def _plain(node: nodes.Node, ordered: bool, constant: Constant) -> object:
    """A constant value, None where the node is none. Texts are taken only as written."""
    if isinstance(node, nodes.Literal):
        return node.value
    if not ordered or any(isinstance(each, nodes.Fact | nodes.Items) for each in nodes.walk(node)):
        return None
    value = constant(node)
    return value if isinstance(value, Decimal | date) else None


def _compared(operator: str, value: object, ordered: bool) -> ValueSet | None:
    if value is None:
        return None
    if not ordered:
        return Members(frozenset({value}), operator == "!=") if operator in ("=", "!=") else None
    before, after = (value, 0), (value, 1)
    pieces = {
        "=": ((before, after),),
        "!=": ((None, before), (after, None)),
        "<": ((None, before),),
        "<=": ((None, after),),
        ">": ((after, None),),
        ">=": ((before, None),),
    }
    return Intervals(pieces[operator])


def _tested(test: nodes.Node, ordered: bool, constant: Constant) -> ValueSet | None:
    match test:
        case nodes.Range() if ordered:
            return _range(test, constant)
        case nodes.Unequal(operand):
            return _compared("!=", _plain(operand, ordered, constant), ordered)
        case nodes.ListOf(members):
            return _union([_tested(member, ordered, constant) for member in members], ordered)
        case nodes.Range():
            return None
    return _compared("=", _plain(test, ordered, constant), ordered)


def cell_set(tests: nodes.Tests, ordered: bool, constant: Constant) -> ValueSet | None:
    """The values that meet a cell of a table; None for a form that is not read off."""
    everything: ValueSet = EVERYTHING if ordered else Members(frozenset(), negated=True)
    if not tests.alternatives:
        return everything
    found = _union([_tested(test, ordered, constant) for test in tests.alternatives], ordered)
    return found.complement() if found is not None and tests.negated else found


def _range(within: nodes.Range, constant: Constant) -> Intervals | None:
    low = None if within.low is None else _plain(within.low, True, constant)
    high = None if within.high is None else _plain(within.high, True, constant)
    if (low is None and within.low is not None) or (high is None and within.high is not None):
        return None
    start: Cut | None = None if low is None else (low, 0 if within.low_closed else 1)
    end: Cut | None = None if high is None else (high, 1 if within.high_closed else 0)
    return Intervals(((start, end),) if start is None or end is None or start < end else ())


def _union(sets: Sequence[ValueSet | None], ordered: bool) -> ValueSet | None:
    if any(each is None for each in sets):
        return None
    if ordered:
        return Intervals.union(each for each in sets if isinstance(each, Intervals))
    found = Members(frozenset())
    for each in sets:
        assert isinstance(each, Members)
        found = found.complement().intersect(each.complement()).complement()
    return found


# --- all other forms: asked value by value --------------------------------------------------------------------------


def member_sets(domain: frozenset[Any] | None, ask: Ask) -> tuple[Members, Members] | None:
    """(true, false) of a condition on a fact with finitely many values."""
    if domain is None:
        return None
    answers = {value: ask(value) for value in domain}
    return (
        Members(frozenset(value for value, answer in answers.items() if answer is True)),
        Members(frozenset(value for value, answer in answers.items() if answer is False)),
    )


def ordered_sets(
    node: nodes.Node, fact: str, ask: Ask, constant: Constant, day: bool
) -> tuple[Intervals, Intervals] | None:
    """(true, false): the values are cut where the condition may change, and each part is asked once."""
    points = critical_points(node, fact, constant)
    if points is None:
        return None
    values = sorted(_value(point) for point in points) or [date(2000, 1, 1) if day else Decimal(0)]
    parts: dict[bool | None, list[Piece]] = {True: [], False: [], None: []}
    parts[ask(_beside(values[0], -1))].append((None, (values[0], 0)))
    for value, following in zip(values, [*values[1:], None], strict=True):
        parts[ask(value)].append(((value, 0), (value, 1)))
        inner = _beside(value, 1) if following is None else _between(value, following)
        if inner is not None:
            parts[ask(inner)].append(((value, 1), None if following is None else (following, 0)))
    true, false = (Intervals.union(Intervals((piece,)) for piece in parts[answer]) for answer in (True, False))
    return true, false


def _value(point: object) -> Any:
    """A point of `critical_points` as a value of the fact; a fraction without end to 60 digits."""
    return (
        _DIGITS.divide(Decimal(point.numerator), Decimal(point.denominator)) if isinstance(point, Fraction) else point
    )


def _beside(value: Any, step: int) -> Any:
    if not isinstance(value, date):
        return value + step
    return value if value in (date.min, date.max) else value + timedelta(days=step)


def _between(low: Any, high: Any) -> Any:
    """A value between two, None where two days follow each other."""
    if isinstance(low, date):
        return low + timedelta(days=1) if high - low > timedelta(days=1) else None
    return _DIGITS.divide(_DIGITS.add(low, high), Decimal(2))
