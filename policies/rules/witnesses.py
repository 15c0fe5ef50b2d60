"""Values that stand for all others: for the conditions on one fact, one value for every combination of answers.

`cells` asks each condition about each witness; witnesses with the same answers are one cell. The values are cut where
a condition can change (`critical_points`) and taken on the grid of the fact's type, so that `x > 3 and x < 4` has no
cell for an integer. A fact whose conditions are not understood has no witnesses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import ceil, floor
from typing import Final

from policies.rules import nodes
from policies.rules.critical_points import critical_points
from policies.rules.dates import add_days
from policies.rules.facts import ItemRow
from policies.rules.values import EXACT, NUMBER_KINDS, STEPS, FactType

MAX_TAGS: Final = 8
MAX_COUNTED_ROWS: Final = 50

Constant = Callable[[nodes.Node], object]


def witnesses(
    fact: str, fact_type: FactType, conditions: Sequence[nodes.Node], constant: Constant
) -> list[object] | None:
    """Values of the fact that together give every possible combination of answers; None where that is not understood.

    `conditions` read no other fact. `constant` evaluates nodes that do not read the fact.
    """
    kind = fact_type.kind
    if kind == "boolean":
        return [True, False]
    if kind == "code" and fact_type.codes is not None:
        return list(fact_type.codes)
    if kind in ("code", "text"):
        return _texts(fact, conditions)
    if kind == "tags":
        return _tags(fact, fact_type, conditions)
    if kind == "items":
        return _row_counts(fact, conditions)
    points: set[object] = set()
    for condition in conditions:
        found = critical_points(condition, fact, constant)
        if found is None:
            return None
        points |= found
    return _on_grid(kind, points)


def _on_grid(kind: str, points: Iterable[object]) -> list[object] | None:
    """For each point: the nearest values of the type on both sides, and their outer neighbours."""
    if kind == "date":
        days = sorted({point for point in points if isinstance(point, date)}) or [date(2000, 1, 1)]
        moved = {add_days(day, step) for day in days for step in (-1, 0, 1)}
        return [day for day in moved if day is not None]
    if kind not in NUMBER_KINDS:
        return None
    step, places = Fraction(STEPS[kind]), STEPS[kind].as_tuple().exponent
    assert isinstance(places, int)
    indices: set[int] = set()
    for point in points or {Fraction(0)}:
        if not isinstance(point, Fraction):
            return None
        below, above = floor(point / step), ceil(point / step)
        indices |= {below - 1, below, above, above + 1}
    return [Decimal(index).scaleb(places, EXACT) for index in sorted(indices)]


def _text_constants(fact: str, conditions: Sequence[nodes.Node]) -> set[str] | None:
    """The texts that the conditions compare the fact with; None if one does anything else with it."""
    found: set[str] = set()
    for condition in conditions:
        for node in nodes.walk(condition):
            match node:
                case nodes.Literal("text", value):
                    found.add(str(value))
                case nodes.Call("starts with", (nodes.Fact(), nodes.Literal("text", value))):
                    found |= _prefix_end(str(value))
                case nodes.Call() | nodes.Arithmetic() | nodes.Quantified() | nodes.For() | nodes.Filter():
                    return None
                case nodes.Parameter() | nodes.Path() | nodes.If():
                    return None
    return found


def _prefix_end(prefix: str) -> set[str]:
    """The first text after all that begin with the prefix."""
    for length in range(len(prefix), 0, -1):
        code = ord(prefix[length - 1])
        if code < 0x10FFFF:
            successor = 0xE000 if code + 1 == 0xD800 else code + 1
            return {prefix[: length - 1] + chr(successor)}
    return set()


def _texts(fact: str, conditions: Sequence[nodes.Node]) -> list[object] | None:
    """Every constant and the texts just after it, and the empty text: order and equality see no other difference."""
    constants = _text_constants(fact, conditions)
    if constants is None:
        return None
    return ["", *constants, *(constant + "\x00" for constant in constants)]


def _tags(fact: str, fact_type: FactType, conditions: Sequence[nodes.Node]) -> list[object] | None:
    """All subsets of the tags that conditions name, with none, one or more tags besides."""
    mentioned: set[str] = set()
    counted = 1
    for node in (each for condition in conditions for each in nodes.walk(condition)):
        if not _is_set_test(node):
            return None
        if isinstance(node, nodes.Literal) and node.kind == "text":
            mentioned.add(str(node.value))
        elif isinstance(node, nodes.Literal) and isinstance(node.value, Decimal):
            counted = max(counted, int(abs(node.value)) + 2)
    codes = None if fact_type.codes is None else [code for code in fact_type.codes if code not in mentioned]
    allowed = sorted(mentioned if fact_type.codes is None else mentioned.intersection(fact_type.codes))
    others = codes[:counted] if codes is not None else [f"\x00{number}" for number in range(counted)]
    if len(allowed) > MAX_TAGS or counted > MAX_COUNTED_ROWS:
        return None
    return [
        frozenset((*chosen, *others[:extra]))
        for size in range(len(allowed) + 1)
        for chosen in combinations(allowed, size)
        for extra in range(len(others) + 1)
    ]


def _is_set_test(node: nodes.Node) -> bool:
    """Whether a node looks at a set only for tags it names and for its size."""
    match node:
        case nodes.Call(name):
            return name in ("count", "list contains")
        case nodes.Compare("=" | "!="):
            return True
        case nodes.Compare(_, nodes.Call("count"), nodes.Literal("number")):
            return True
        case nodes.Compare() | nodes.Arithmetic() | nodes.For() | nodes.If() | nodes.Range():
            return False
    return not isinstance(node, nodes.Parameter | nodes.Path)


def _row_counts(fact: str, conditions: Sequence[nodes.Node]) -> list[object] | None:
    """Lists of so many rows, where the conditions ask for nothing but `count(fact)` against a number."""
    highest = 0
    for condition in conditions:
        match condition:
            case nodes.Compare(_, nodes.Call("count", (nodes.Fact(),)), nodes.Literal("number", value)):
                highest = max(highest, floor(Fraction(str(value))) + 2)
            case _:
                return None
    if highest > MAX_COUNTED_ROWS:
        return None
    return [tuple(ItemRow(fact, {}) for _ in range(size)) for size in range(highest + 1)]
