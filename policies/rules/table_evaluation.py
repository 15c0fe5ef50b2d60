"""What `lookup`, `tiers`, `marginal tiers` and `milestones` give."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Final

from policies.rules import nodes
from policies.rules.arithmetic import calculate
from policies.rules.comparison import Truth, conjunction, disjunction, equal
from policies.rules.functions_lists import LIST_FUNCTIONS, Uncertain
from policies.rules.values import NUMBERS, UNKNOWN

if TYPE_CHECKING:
    from policies.rules.evaluator import Evaluator, Frame

ZERO: Final = Decimal(0)
NOT_IN_TABLE: Final = "not-in-table"
ROWS_CONFLICT: Final = "rows-conflict"


def _reference(node: nodes.Call) -> nodes.TableReference:
    reference = node.arguments[-1]
    assert isinstance(reference, nodes.TableReference)
    return reference


def row_meets(evaluator: Evaluator, row: nodes.Row, values: tuple[object, ...], frame: Frame) -> Truth:
    """Whether every cell of a row meets its input."""
    truth: Truth = True
    for tests, value in zip(row.when, values, strict=True):
        if not tests.alternatives:
            continue
        met: Truth = False
        for test in tests.alternatives:
            met = disjunction(met, _cell_meets(evaluator, value, test, frame))
        if tests.negated and met is not None and met is not UNKNOWN:
            met = not met
        truth = conjunction(truth, met)
        if truth is False:
            return False
    return truth


def _cell_meets(evaluator: Evaluator, value: object, test: nodes.Node, frame: Frame) -> Truth:
    """A set of tags meets a test if one of the tags does."""
    if isinstance(value, frozenset):
        met: Truth = False
        for tag in value:
            met = disjunction(met, evaluator.meets(tag, test, frame))
        return met
    return evaluator.meets(value, test, frame)


def lookup(evaluator: Evaluator, node: nodes.Call, frame: Frame) -> object:
    """`give` of the row that meets x, by the table's hit policy; 0 where no row does."""
    asked = node.arguments[0]
    if isinstance(asked, nodes.ListOf):
        values = tuple(evaluator.value(member, frame) for member in asked.members)
    else:
        values = (evaluator.value(asked, frame),)
    if any(value is None for value in values):
        return None
    reference = _reference(node)
    table = reference.table
    met = [(row, row_meets(evaluator, row, values, frame)) for row in table.rows]
    if table.hit.startswith("COLLECT"):
        return _collect(evaluator, reference, met, frame)
    return _first(evaluator, reference, met, frame)


def _first(
    evaluator: Evaluator, reference: nodes.TableReference, met: list[tuple[nodes.Row, Truth]], frame: Frame
) -> object:
    """The first row that meets. Rows that may meet stand before it: decided only where all of them give the same.

    UNIQUE and ANY promise that there is nothing to choose: where several rows meet that may not, there is no value.
    """
    name, hit = reference.name, reference.table.hit
    candidates: list[object] = []
    sure: list[object] = []
    for row, truth in met:
        if truth is not True and truth is not UNKNOWN:
            continue
        candidates.append(evaluator.value(row.give, frame))
        sure += candidates[-1:] if truth is True else []
        if truth is True and hit == "FIRST":
            break
    if len(sure) > 1 and (hit == "UNIQUE" or not _all_equal(sure)):
        frame.notes.append((ROWS_CONFLICT, name))
        return None
    if not sure:
        if not candidates:
            frame.notes.append((NOT_IN_TABLE, name))
        candidates.append(ZERO)
    return candidates[0] if _all_equal(candidates) else UNKNOWN


def _all_equal(values: list[object]) -> bool:
    return all(equal(values[0], other) is True for other in values[1:])


def _collect(
    evaluator: Evaluator, reference: nodes.TableReference, met: list[tuple[nodes.Row, Truth]], frame: Frame
) -> object:
    name, hit = reference.name, reference.table.hit
    gives: list[object] = []
    for row, truth in met:
        if truth is True:
            gives.append(evaluator.value(row.give, frame))
        elif truth is UNKNOWN:
            gives.append(Uncertain(evaluator.value(row.give, frame)))
    if not gives:
        frame.notes.append((NOT_IN_TABLE, name))
        return () if hit == "COLLECT" else ZERO
    if hit == "COLLECT":
        return tuple(gives)
    return LIST_FUNCTIONS[hit.removeprefix("COLLECT ")](tuple(gives))


def marginal_tiers(evaluator: Evaluator, node: nodes.Call, frame: Frame) -> object:
    """The sum over the slices of x of slice times rate. Slices run from 0 (or the first row's lower end) upwards."""
    x = evaluator.value(node.arguments[0], frame)
    if not isinstance(x, Decimal):
        return UNKNOWN if x is UNKNOWN else None
    total: object = ZERO
    floor = ZERO
    for row in _reference(node).table.rows:
        low, high = _ends(evaluator, row, frame)
        start = low if low is not None else floor
        end = x if high is None or x < high else high
        if end > start:
            part = NUMBERS.subtract(end, start)
            total = calculate("+", total, calculate("*", part, evaluator.value(row.give, frame)))
        floor = high if high is not None else end
    return total


def _ends(evaluator: Evaluator, row: nodes.Row, frame: Frame) -> tuple[Decimal | None, Decimal | None]:
    alternatives = row.when[0].alternatives if row.when else ()
    if not alternatives or not isinstance(alternatives[0], nodes.Range):
        return None, None
    tested = alternatives[0]
    low = evaluator.value(tested.low, frame) if tested.low is not None else None
    high = evaluator.value(tested.high, frame) if tested.high is not None else None
    return (low if isinstance(low, Decimal) else None), (high if isinstance(high, Decimal) else None)


def milestones(evaluator: Evaluator, node: nodes.Call, frame: Frame) -> object:
    """`give` of the highest step newly reached, before < at <= x; cumulative: the sum of all newly reached."""
    x, before = evaluator.value(node.arguments[0], frame), evaluator.value(node.arguments[1], frame)
    if x is UNKNOWN or before is UNKNOWN:
        return UNKNOWN
    if not isinstance(x, Decimal) or not isinstance(before, Decimal):
        return None
    table = _reference(node).table
    reached = [
        (row.at, evaluator.value(row.give, frame)) for row in table.rows if row.at is not None and before < row.at <= x
    ]
    last = max((row.at for row in table.rows if row.at is not None), default=ZERO)
    reached += _repeated(evaluator, table, last, x, before, frame)
    if not reached:
        return ZERO
    if not table.cumulative:
        return max(reached, key=lambda step: step[0])[1]
    return LIST_FUNCTIONS["sum"](tuple(give for _, give in reached))


def _repeated(
    evaluator: Evaluator, table: nodes.Table, last: Decimal, x: Decimal, before: Decimal, frame: Frame
) -> list[tuple[Decimal, object]]:
    """Steps beyond the last: the n-th stands at last + n * every; each gives `give`."""
    reached: list[tuple[Decimal, object]] = []
    for row in table.rows:
        if row.every is None or row.every <= 0:
            continue
        give = evaluator.value(row.give, frame)
        highest = _steps_beyond(x, last, row.every)
        already = _steps_beyond(before, last, row.every)
        if highest > already:
            factor = highest - already if table.cumulative else Decimal(1)
            reached.append((last + highest * row.every, calculate("*", give, factor)))
    return reached


def _steps_beyond(x: Decimal, last: Decimal, every: Decimal) -> Decimal:
    return max(ZERO, NUMBERS.divide(x - last, every).to_integral_value(ROUND_FLOOR))


TABLE_LOOKUPS: Final[dict[str, Callable[[Evaluator, nodes.Call, Frame], object]]] = {
    "lookup": lookup,
    "tiers": lookup,
    "marginal tiers": marginal_tiers,
    "milestones": milestones,
}
