"""Compiled amounts: yuan in the text, fen at the end, rounded half up once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from policies.rules.checker import check
from policies.rules.decision import EVALUATOR
from policies.rules.evaluator import Frame
from policies.rules.items import CompiledItems, PendingRow
from policies.rules.nodes import Node
from policies.rules.problems import RuleProblems
from policies.rules.rule import NO_CONTEXT
from policies.rules.source import read_source
from policies.rules.values import EXACT, UNKNOWN, Context, Vocabulary

# From here on the fen do not fit in 64 bits, neither in the engine nor in the database.
TOO_LARGE_YUAN: Final = Decimal("92233720368547758.075")


@dataclass(frozen=True)
class AmountReason:
    """Why the sum is what it is. `used`: fact -> value. `notes`: (code, subject), such as ("not-in-table", "rates")."""

    node: Node
    used: tuple[tuple[str, object], ...]
    notes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Amount:
    """`fen` is None while facts are missing, and for a sum from TOO_LARGE_YUAN on, which nobody can be paid.
    `counted`: keys of the rows that count; `pending`: those that may."""

    fen: int | None
    missing: frozenset[str]
    reasons: AmountReason
    counted: tuple[object, ...] = ()
    pending: tuple[PendingRow, ...] = ()


def yuan_to_fen(yuan: Decimal) -> int:
    """Half up (away from zero), once."""
    return int(yuan.scaleb(2, EXACT).to_integral_value(ROUND_HALF_UP))


@dataclass(frozen=True)
class CompiledAmount:
    """A checked amount. `tree`: its syntax; `items`: the rows it counts."""

    text: str
    vocabulary: Vocabulary
    tree: Node
    items: CompiledItems | None = None

    def evaluate(self, facts: Mapping[str, object], context: Context = NO_CONTEXT) -> Amount:
        """The sum on facts {code: value}; None while it is open. Raises FactValueError for a wrong value."""
        choose = self.items.certain if self.items is not None else None
        frame = Frame(self.vocabulary, facts, context, absent_is_zero=True, items=choose)
        yuan = EVALUATOR.value(self.tree, frame)
        missing = frozenset(frame.missing)
        notes = list(dict.fromkeys(frame.notes))
        fen: int | None = None
        if isinstance(yuan, Decimal) and yuan.copy_abs() >= TOO_LARGE_YUAN:
            missing = frozenset()
            notes.append(("too-large", ""))
        elif isinstance(yuan, Decimal):
            fen, missing = yuan_to_fen(yuan), frozenset()
        elif yuan is None:
            fen, missing = 0, frozenset()
            notes.append(("no-value", ""))
        used = tuple((code, None if value is UNKNOWN else value) for code, value in frame.values.items())
        reasons = AmountReason(self.tree, used, tuple(notes))
        selection = self.items.selection_in(frame) if self.items is not None else None
        if selection is None:
            return Amount(fen, missing, reasons)
        return Amount(fen, missing, reasons, selection.counted_keys, selection.pending)


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
    if checked.problems:
        raise RuleProblems(checked.problems)
    counted = CompiledItems(checked.items, vocabulary) if checked.items is not None else None
    return CompiledAmount(text, vocabulary, checked.tree, counted)
