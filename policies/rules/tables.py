"""Tables beside a rule: plain data (YAML) read into `Table` nodes, with the problems of every cell.

    rates: [{when: ["medium", "small"], give: 0.6}, {when: "large", give: 0.3}]         lookup
    steps: [{when: "[0..5)", give: 0}, {from: 5, below: 10, give: 100}]                 tiers
    slices: [{up_to: 10000000, rate: 0.15}, {up_to: null, rate: 0.1}]                   marginal tiers
    marks: [{at: 20000000, give: 50000}, {every: 10000000, give: 10000}]                milestones
    many: {hit: UNIQUE, rows: [{when: [["a", "b"], ">= 10"], give: "0.1 * x"}]}         lookup([x, y], many)

`when` is a cell: a plain value, a list of them (any), "-" (anything), or unary tests as text (`"[1..5)"`, `">= 10"`,
`"not(1, 2)"`); over a code or text a plain string is a value. With several inputs `when` has one cell per input. The
words `from` (included), `over` (excluded), `up_to` (included) and `below` (excluded) spell a range. `give` and `rate`
are numbers or expressions as text. `hit`: UNIQUE, FIRST (default), ANY, COLLECT sum | min | max | count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, get_args

from policies.rules.nodes import (
    Fact,
    Field,
    HitPolicy,
    ListOf,
    Literal,
    Node,
    Path,
    Range,
    Row,
    Table,
    Tests,
)
from policies.rules.problems import Problem

MAX_ROWS: Final = 1_000
ROW_WORDS: Final = frozenset({"when", "give", "rate", "at", "every", "from", "over", "up_to", "below"})
TABLE_WORDS: Final = frozenset({"rows", "hit", "cumulative"})
_ANYTHING: Final = Tests(())


class CellProblem(Exception):  # noqa: N818
    """A cell that is not what the language knows; (zh, en)."""


class TableReader:
    """Reads tables on first use, since how a cell reads depends on what it is asked about.

    `read_tests(text, part, parser)` and `read_expression(...)` parse cell texts in the scope of `parser`.
    """

    def __init__(
        self,
        definitions: Mapping[str, Any],
        read_tests: Callable[[str, str, Any], Tests],
        read_expression: Callable[[str, str, Any], Node],
    ) -> None:
        self.definitions = definitions
        self._read_tests = read_tests
        self._read_expression = read_expression
        self.problems: list[Problem] = []
        self._read: dict[tuple[str, tuple[bool, ...]], Table] = {}

    @property
    def names(self) -> list[str]:
        return list(self.definitions)

    def read(self, name: str, asked: Node, parser: Any) -> Table | None:
        """The table called `name` as asked about the node `asked`; None if there is no such table."""
        if name not in self.definitions:
            return None
        inputs = asked.members if isinstance(asked, ListOf) else (asked,)
        texts = tuple(holds_text(node, parser) for node in inputs)
        if (name, texts) not in self._read:
            self._read[name, texts] = self._table(name, self.definitions[name], texts, parser)
        return self._read[name, texts]

    def _problem(self, part: str, zh: str, en: str) -> None:
        self.problems.append(Problem("table", zh, en, part=part))

    def _table(self, name: str, data: Any, texts: tuple[bool, ...], parser: Any) -> Table:
        part = f"tables.{name}"
        hit: HitPolicy = "FIRST"
        cumulative = False
        rows: Any = data
        if isinstance(data, Mapping):
            rows, hit, cumulative = data.get("rows"), data.get("hit", "FIRST"), data.get("cumulative", False)
            if extra := sorted(set(map(str, data)) - TABLE_WORDS):
                self._problem(
                    part, f"表中不认识的键：{'、'.join(extra)}", f"unknown keys of a table: {', '.join(extra)}"
                )
        if hit not in get_args(HitPolicy):
            options = ", ".join(get_args(HitPolicy))
            self._problem(part, f"命中策略应为：{options}", f"the hit policy must be one of {options}")
            hit = "FIRST"
        if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
            self._problem(part, "表至少要有一行", "a table needs at least one row")
            rows = ()
        if len(rows) > MAX_ROWS:
            self._problem(
                part, f"表有 {len(rows)} 行，最多 {MAX_ROWS} 行", f"a table of {len(rows)} rows, at most {MAX_ROWS}"
            )
            rows = ()
        read = (self._row(f"{part}[{index}]", row, texts, parser) for index, row in enumerate(rows, start=1))
        return Table(tuple(row for row in read if row is not None), hit, bool(cumulative))

    def _row(self, part: str, data: Any, texts: tuple[bool, ...], parser: Any) -> Row | None:
        if not isinstance(data, Mapping):
            self._problem(part, "一行应是键值对", "a row must be a mapping")
            return None
        if extra := sorted(set(map(str, data)) - ROW_WORDS):
            self._problem(part, f"行中不认识的键：{'、'.join(extra)}", f"unknown keys of a row: {', '.join(extra)}")
        try:
            give = self._give(part, data, parser)
            at, every = self._number(data.get("at")), self._number(data.get("every"))
            if at is not None or every is not None:
                return Row((), give, at, every)
            return Row(self._cells(part, data, texts, parser), give)
        except CellProblem as problem:
            zh, en = problem.args
            self._problem(part, zh, en)
            return None

    def _give(self, part: str, data: Mapping[str, Any], parser: Any) -> Node:
        word = "rate" if "rate" in data else "give"
        value = data.get(word)
        if isinstance(value, str):
            return self._read_expression(value, f"{part}.{word}", parser)
        if value is None:
            raise CellProblem("这一行缺少 give(或 rate)", "the row lacks give (or rate)")
        return self._plain(value)

    def _cells(self, part: str, data: Mapping[str, Any], texts: tuple[bool, ...], parser: Any) -> tuple[Tests, ...]:
        bounds = [word for word in ("from", "over", "up_to", "below") if word in data]
        if bounds:
            if "when" in data:
                raise CellProblem("when 与上下限不能同时写", "a row has either when or bounds")
            return (self._bounds(data),)
        if "when" not in data:
            raise CellProblem("这一行缺少 when", "the row lacks when")
        when = data["when"]
        if len(texts) == 1:
            return (self._cell(part, when, texts[0], parser),)
        if not isinstance(when, Sequence) or isinstance(when, str) or len(when) != len(texts):
            raise CellProblem(f"when 应有 {len(texts)} 格", f"when must have {len(texts)} cells")
        return tuple(self._cell(part, cell, text, parser) for cell, text in zip(when, texts, strict=True))

    def _cell(self, part: str, cell: Any, is_text: bool, parser: Any) -> Tests:
        if cell == "-":
            return _ANYTHING
        if isinstance(cell, Sequence) and not isinstance(cell, str):
            cells = [self._cell(part, each, is_text, parser) for each in cell]
            return Tests(tuple(test for each in cells for test in each.alternatives))
        if isinstance(cell, str) and not (is_text and not cell.lstrip().startswith(('"', "“", "not("))):
            return self._read_tests(cell, f"{part}.when", parser)
        return Tests((self._plain(cell),))

    def _bounds(self, data: Mapping[str, Any]) -> Tests:
        def bound(closed: str, open_: str) -> tuple[Node | None, bool]:
            if data.get(closed) is not None and data.get(open_) is not None:
                raise CellProblem(f"{closed} 与 {open_} 只能写一个", f"write either {closed} or {open_}")
            word = closed if data.get(closed) is not None else open_
            value = data.get(word)
            return (None if value is None else self._plain(value)), word == closed and value is not None

        low, low_closed = bound("from", "over")
        high, high_closed = bound("up_to", "below")
        if low is None and high is None:
            return _ANYTHING
        return Tests((Range(low, high, low_closed, high_closed),))

    def _number(self, value: Any) -> Decimal | None:
        if value is None:
            return None
        literal = self._plain(value)
        if literal.kind != "number" or not isinstance(literal.value, Decimal):
            raise CellProblem(f"{value} 不是数字", f"{value!r} is not a number")
        return literal.value

    def _plain(self, value: Any) -> Literal:
        """A YAML value as a literal. YAML has binary floats: their shortest text is what was written."""
        if isinstance(value, bool):
            return Literal("boolean", value)
        if isinstance(value, int | float | Decimal):
            try:
                return Literal("number", Decimal(str(value)))
            except InvalidOperation:  # pragma: no cover  str of a number always reads
                raise CellProblem(f"{value} 不是数字", f"{value!r} is not a number") from None
        if isinstance(value, str):
            return Literal("text", value)
        if isinstance(value, date):
            return Literal("date", value)
        raise CellProblem(f"{value!r} 不是表中可用的值", f"{value!r} is not a value for tables")


def holds_text(node: Node, parser: Any) -> bool:
    """Whether a node's value is a text or code, as far as its name tells."""
    match node:
        case Literal("text", _):
            return True
        case Fact(code):
            fact_type = parser.names.vocabulary.get(code)
        case Field(name, depth) if depth < len(parser.rows):
            fact_type = parser.rows[-1 - depth].get(name)
        case Path(source, name):
            fact_type = parser.row_fields(source).get(name)
        case _:
            return False
    return fact_type is not None and fact_type.kind in ("code", "text", "tags")
