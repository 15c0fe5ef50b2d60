"""Holes, overlaps and unreachable rows of tables, each with a value that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import Final

from policies.rules import nodes
from policies.rules.checker import type_of
from policies.rules.decision import EVALUATOR
from policies.rules.evaluator import Frame
from policies.rules.problems import Problem
from policies.rules.table_evaluation import row_meets
from policies.rules.types import Type, member_of
from policies.rules.values import Context, FactType, Vocabulary
from policies.rules.witnesses import witnesses

MAX_COMBINATIONS: Final = 20_000
_ASKED: Final = "asked"
Met = list[tuple[tuple[object, ...], list[int]]]


def table_findings(tree: nodes.Node, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Problems of all tables that a tree asks, each table once for each way of asking."""
    seen: set[nodes.Node] = set()
    for node in nodes.walk(tree):
        match node:
            case nodes.Call(function, arguments) if arguments and isinstance(arguments[-1], nodes.TableReference):
                if node not in seen:
                    seen.add(node)
                    yield from _findings(function, arguments[0], arguments[-1], vocabulary)


def _findings(
    function: str, asked: nodes.Node, reference: nodes.TableReference, vocabulary: Vocabulary
) -> Iterator[Problem]:
    if function == "milestones":
        yield from _milestone_findings(reference)
        return
    inputs = asked.members if isinstance(asked, nodes.ListOf) and function == "lookup" else (asked,)
    met = _rows_met(reference.table, [_input_type(node, vocabulary) for node in inputs], vocabulary)
    if met is None:
        return
    if function in ("tiers", "marginal tiers"):
        yield from _holes(reference, met)
        yield from _overlaps(reference, _with_implied_ends(reference.table, met), only_different=False)
        yield from _unreached(reference, met, warning=False)
    elif reference.table.hit in ("UNIQUE", "ANY"):
        yield from _overlaps(reference, met, only_different=reference.table.hit == "ANY")
    elif reference.table.hit == "FIRST":
        yield from _unreached(reference, met, warning=True)


def _input_type(node: nodes.Node, vocabulary: Vocabulary) -> FactType:
    """The type of the values that an input can have."""
    match node:
        case nodes.Fact(code) | nodes.Parameter(code) if code in vocabulary:
            fact_type = vocabulary[code]
            return FactType("code", codes=fact_type.codes) if fact_type.kind == "tags" else fact_type
    try:
        found: Type = member_of(type_of(node, vocabulary))
    except (KeyError, IndexError):
        return FactType("decimal")
    if found.kind == "text":
        return found.codes or FactType("text")
    return FactType({"date": "date", "boolean": "boolean"}.get(found.kind, "decimal"))  # type: ignore[arg-type]


def _rows_met(table: nodes.Table, types: Sequence[FactType], vocabulary: Vocabulary) -> Met | None:
    """Values that stand for all inputs, with the rows that each meets; None where that is not understood."""
    values: list[list[object]] = []
    for place, fact_type in enumerate(types):
        conditions = [
            nodes.In(nodes.Fact(_ASKED), row.when[place].alternatives)
            for row in table.rows
            if len(row.when) > place and row.when[place].alternatives
        ]
        found = witnesses(_ASKED, fact_type, conditions, lambda node: EVALUATOR.value(node, _frame(vocabulary)))
        if found is None:
            return None
        values.append(found)
    combinations = 1
    for each in values:
        combinations *= len(each)
    if combinations > MAX_COMBINATIONS:
        return None
    frame = _frame(vocabulary)
    return [
        (inputs, [number for number, row in enumerate(table.rows, start=1) if _meets(row, inputs, frame)])
        for inputs in product(*values)
    ]


def _frame(vocabulary: Vocabulary) -> Frame:
    return Frame(vocabulary, {}, Context())


def _meets(row: nodes.Row, inputs: tuple[object, ...], frame: Frame) -> bool:
    return len(row.when) == len(inputs) and row_meets(EVALUATOR, row, inputs, frame) is True


def _shown(inputs: tuple[object, ...]) -> str:
    return ", ".join("" if value is None else str(value) for value in inputs)


def _problem(reference: nodes.TableReference, code: str, zh: str, en: str, *, warning: bool = False) -> Problem:
    return Problem(code, zh, en, severity="warning" if warning else "error", part=f"tables.{reference.name}")


def _holes(reference: nodes.TableReference, met: Met) -> Iterator[Problem]:
    """Values between the first and the last covered one that no tier covers."""
    ordered = sorted(met, key=lambda each: each[0])
    covered = [place for place, (_, rows) in enumerate(ordered) if rows]
    if not covered:
        return
    for inputs, rows in ordered[covered[0] : covered[-1]]:
        if not rows:
            value = _shown(inputs)
            yield _problem(reference, "tier-hole", f"档次之间有空档：{value} 不在任何一档", f"no tier covers {value}")
            return


def _overlaps(reference: nodes.TableReference, met: Met, *, only_different: bool) -> Iterator[Problem]:
    """Two rows that one value meets (giving different things)."""
    rows_of = reference.table.rows
    for inputs, rows in met:
        gives = {rows_of[number - 1].give for number in rows}
        if len(rows) > 1 and (len(gives) > 1 or not only_different):
            value, numbers = _shown(inputs), f"{rows[0]}, {rows[1]}"
            yield _problem(
                reference,
                "row-overlap",
                f"第 {numbers} 行重叠：{value} 同时符合",
                f"rows {numbers} overlap: {value} meets both",
            )
            return


def _with_implied_ends(table: nodes.Table, met: Met) -> Met:
    """A tier without a lower end begins where the rows before it end: it overlaps none of them."""
    open_below = {number for number, row in enumerate(table.rows, start=1) if _is_open_below(row)}
    return [
        (inputs, [number for place, number in enumerate(rows) if place == 0 or number not in open_below])
        for inputs, rows in met
    ]


def _is_open_below(row: nodes.Row) -> bool:
    alternatives = row.when[0].alternatives if row.when else ()
    return not alternatives or all(isinstance(each, nodes.Range) and each.low is None for each in alternatives)


def _unreached(reference: nodes.TableReference, met: Met, *, warning: bool) -> Iterator[Problem]:
    """Rows that earlier rows leave nothing for."""
    reached = {rows[0] for _, rows in met if rows}
    for number in range(1, len(reference.table.rows) + 1):
        if number not in reached:
            zh, en = f"第 {number} 行永远轮不到", f"row {number} is never reached"
            yield _problem(reference, "row-unreached", zh, en, warning=warning)


def _milestone_findings(reference: nodes.TableReference) -> Iterator[Problem]:
    """Steps that stand twice or out of order."""
    steps = [row.at for row in reference.table.rows if row.at is not None]
    if any(later <= earlier for earlier, later in pairwise(steps)):
        yield _problem(reference, "steps-order", "里程碑须逐级升高", "milestones must rise from row to row")
