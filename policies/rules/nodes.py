"""The syntax tree of the rule language: a small closed set of frozen node kinds.

Two trees are equal when they mean the same text: `span` (where the node stands in its source) takes no part in
equality or hashing. What a walker has to know:

* **Names are resolved.** A label in either language and a code give the same `Fact(code)`; `parameter("x")` gives
  `Parameter(code)`; `as_of` gives `AsOf()`. A code's label in a comparison (`msme_size = "小型"`) has been replaced by
  the code before a compiled rule hands out its tree.
* **`And` and `Or` are flat**: they hold two or more operands, none of which is of the same kind.
* **`not in`** is `Not(In(...))`. `x != y` is `Compare("!=", ...)`. `a > b` stays as written.
* **Rows.** `Field(name, depth)` is a bare field inside `where` or a filter; depth 0 is the innermost row, 1 the row
  around it; the name `item` is the member itself. `Variable(name)` is bound by `Quantified` or `For`.
  `Items` stands for the policy's counted rows and carries its definition; `TableReference` carries its table: a node
  means the same wherever it stands, so "same node" is "same condition" across policies.
* **A literal has a kind**, so that `Literal("number", Decimal(1))` and `Literal("boolean", True)` differ.
* `Call.function` is a canonical name of `signatures.py` ("list contains"), arguments are positional.

`ContextLiteral`, `FunctionLiteral`, `Invocation` and `InstanceOf` are values of FEEL that rules do not use; only the
conformance mode (`policies.rules.feel`) makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Literal as OneOf

LiteralKind = OneOf["number", "text", "boolean", "date", "duration", "null", "date and time", "time"]
CompareOperator = OneOf["=", "!=", "<", "<=", ">", ">="]
ArithmeticOperator = OneOf["+", "-", "*", "/", "**"]
HitPolicy = OneOf["UNIQUE", "FIRST", "ANY", "COLLECT", "COLLECT sum", "COLLECT min", "COLLECT max", "COLLECT count"]


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets into the source text: `text[start:end]`."""

    start: int
    end: int


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Node:
    """Base of all nodes."""

    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


# --- values and names ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant. `value` is Decimal, str, bool, date, YearsMonths, DaysTime, None or a kit value, as `kind` says."""

    kind: LiteralKind
    value: object


@dataclass(frozen=True, slots=True)
class Fact(Node):
    """A fact of the vocabulary, by its canonical code."""

    code: str


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A dated city value: `parameter("lpr-1y")`."""

    code: str


@dataclass(frozen=True, slots=True)
class AsOf(Node):
    """The reference date, an input of the evaluation: `as_of`."""


@dataclass(frozen=True, slots=True)
class Field(Node):
    """A bare field of a row inside `where` or a filter; `item` is the member itself. depth 0 = innermost row."""

    name: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """A name bound by `some`, `every` or `for`."""

    name: str


@dataclass(frozen=True, slots=True)
class Items(Node):
    """The rows of `source` (an items fact) whose `where` is true; `key` tells one row from another."""

    source: str
    key: str | None
    where: Node | None


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`source.name`: a property of a date or duration, a field of a row, or that field of every row of a list."""

    source: Node
    name: str


# --- lists and ranges ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    members: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Range(Node):
    """`[low..high]`, `(low..high)`, half-open, or a unary comparison: `>= 5` has `high` None (no bound)."""

    low: Node | None
    high: Node | None
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Unequal(Node):
    """The unary test `!= x` inside `in` or a table."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`source[condition]`."""

    source: Node
    condition: Node


# --- arithmetic, comparison, logic -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    operator: ArithmeticOperator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """Unary minus on anything but a number literal."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    operator: CompareOperator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`value between low and high`, both ends included."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`value in (tests)`: true if one test meets. A test is a Range, Unequal, a list (any member) or an equal value."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class And(Node):
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


# --- iteration and calls ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some v in source satisfies condition`, `every …`; several iterators nest."""

    kind: OneOf["some", "every"]
    variable: str
    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for v in source return result`; `source_end` makes `a..b` of FEEL (kit only)."""

    variable: str
    source: Node
    result: Node
    source_end: Node | None = None


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: str
    arguments: tuple[Node, ...]


# --- tables ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """One input cell of a row: any of `alternatives` meets (none = anything does); `negated` turns it round."""

    alternatives: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Row(Node):
    """A row of a table. `when`: one cell per input. `give`: what it gives (for marginal tiers: the rate).

    Milestones have no cells: `at` is the step, `every` the repeated distance beyond the last step.
    """

    when: tuple[Tests, ...]
    give: Node
    at: Decimal | None = None
    every: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Table(Node):
    rows: tuple[Row, ...]
    hit: HitPolicy = "FIRST"
    cumulative: bool = False


@dataclass(frozen=True, slots=True)
class TableReference(Node):
    name: str
    table: Table


# --- FEEL values that rules do not use -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class FunctionLiteral(Node):
    parameters: tuple[str, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Invocation(Node):
    """A call of a value, `f(1)`, with f not a builtin."""

    function: Node
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    operand: Node
    type_name: str


_PARTS: dict[type[Node], tuple[str, ...]] = {}


def _parts_of(kind: type[Node]) -> tuple[str, ...]:
    """The attributes that may hold nodes."""
    found = _PARTS.get(kind)
    if found is None:
        held = ("Node", "Tests", "Row", "Table")
        names = [each.name for each in fields(kind) if any(name in str(each.type) for name in held)]
        found = _PARTS[kind] = tuple(names)
    return found


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below, in reading order (a table's rows and an `Items` definition among them)."""
    for name in _parts_of(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            for member in value:
                if isinstance(member, Node):
                    yield member
                elif isinstance(member, tuple) and len(member) == 2 and isinstance(member[1], Node):
                    yield member[1]


def with_children(node: Node, change: Callable[[Node, str], Node]) -> Node:
    """The node with each child replaced by `change(child, attribute name)`; itself where none changes."""
    changes: dict[str, object] = {}
    for name in _parts_of(type(node)):
        value = getattr(node, name)
        if isinstance(value, Node):
            new: object = change(value, name)
            same = new is value
        else:
            new = tuple(change(member, name) if isinstance(member, Node) else member for member in value or ())
            same = value is None or all(one is other for one, other in zip(new, value, strict=True))
        if not same:
            changes[name] = new
    return replace(node, **changes) if changes else node  # type: ignore[arg-type]


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, parents first."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(list(children(current))))


def measure(node: Node) -> tuple[int, int]:
    """(how many nodes, how deep), tables and items not counted: they have limits of their own."""
    count, depth = 0, 0
    pending = [(node, 1)]
    while pending:
        current, level = pending.pop()
        count, depth = count + 1, max(depth, level)
        if not isinstance(current, TableReference | Items):
            pending.extend((child, level + 1) for child in children(current))
    return count, depth
