"""Compiled amounts: yuan in the text, fen at the end, rounded half up once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from policies.rules.checker import check
from policies.rules.decision import EVALUATOR
from policies.rules.evaluator import Frame
from policies.rules.functions_lists import Uncertain
from policies.rules.nodes import Items, Node
from policies.rules.problems import Problem, RuleProblems
from policies.rules.rule import NO_CONTEXT
from policies.rules.source import read_source
from policies.rules.values import UNKNOWN, Context, Vocabulary

FEN_OF_YUAN = Decimal(100)


@dataclass(frozen=True)
class PendingRow:
    """A row of the items of which it is unknown whether it counts: not paid, claimable next period."""

    key: object
    missing: frozenset[str]


@dataclass(frozen=True)
class AmountReason:
    """Why the sum is what it is. `used`: fact -> value. `notes`: (code, subject), such as ("not-in-table", "rates")."""

    node: Node
    used: tuple[tuple[str, object], ...]
    notes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Amount:
    """`fen` is None while facts are missing. `counted`: keys of the rows that count; `pending`: those that may."""

    fen: int | None
    missing: frozenset[str]
    reasons: AmountReason
    counted: tuple[object, ...] = ()
    pending: tuple[PendingRow, ...] = ()


def yuan_to_fen(yuan: Decimal) -> int:
    """Half up (away from zero), once."""
    return int((yuan * FEN_OF_YUAN).to_integral_value(ROUND_HALF_UP))


@dataclass(frozen=True)
class CompiledAmount:
    text: str
    vocabulary: Vocabulary
    tree: Node
    items: Items | None = None
    warnings: tuple[Problem, ...] = ()

    def evaluate(self, facts: Mapping[str, object], context: Context = NO_CONTEXT) -> Amount:
        """The sum on facts {code: value}; None while it is open. Raises FactValueError for a wrong value."""
        frame = Frame(self.vocabulary, facts, context, absent_is_zero=True, only_certain_items=True)
        yuan = EVALUATOR.value(self.tree, frame)
        missing = frozenset(frame.missing)
        notes = list(dict.fromkeys(frame.notes))
        fen: int | None = None
        if isinstance(yuan, Decimal):
            fen, missing = yuan_to_fen(yuan), frozenset()
        elif yuan is None:
            fen, missing = 0, frozenset()
            notes.append(("no-value", ""))
        used = tuple((code, None if value is UNKNOWN else value) for code, value in frame.values.items())
        counted, pending = self._rows(frame)
        return Amount(fen, missing, AmountReason(self.tree, used, tuple(notes)), counted, pending)

    def _rows(self, frame: Frame) -> tuple[tuple[object, ...], tuple[PendingRow, ...]]:
        """The keys of the rows that count and of those that may."""
        if self.items is None:
            return (), ()
        rows = EVALUATOR.value(self.items, frame.inner(only_certain_items=False))
        if not isinstance(rows, tuple):
            return (), ()
        counted = tuple(self._key(row) for row in rows if not isinstance(row, Uncertain))
        pending = tuple(self._pending(row.value, frame) for row in rows if isinstance(row, Uncertain))
        return counted, pending

    def _key(self, row: Any) -> object:
        return row.get(self.items.key) if self.items is not None and self.items.key else None

    def _pending(self, row: Any, frame: Frame) -> PendingRow:
        missing = frozenset(f"{row.fact}.{name}" for name, value in row.items() if value is UNKNOWN)
        return PendingRow(self._key(row), missing)


def compile_amount(
    text: str,
    vocabulary: Vocabulary,
    *,
    tables: Mapping[str, Any] | None = None,
    items: Mapping[str, Any] | None = None,
) -> CompiledAmount:
    """Read and check an amount (a number of yuan). Raises RuleProblems with every problem, each with its position."""
    source = read_source(text, vocabulary, tables=tables, items=items)
    checked = check(source, vocabulary, expected="yuan")
    errors = [problem for problem in checked.problems if problem.severity == "error"]
    if errors:
        raise RuleProblems(errors)
    warnings = tuple(problem for problem in checked.problems if problem.severity == "warning")
    return CompiledAmount(text, vocabulary, checked.tree, checked.items, warnings)
