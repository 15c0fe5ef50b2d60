"""Which rows of an items fact a policy counts: each row decided on its own, its fields being facts of it.

A row whose `where` is unknown is pending: an amount does not pay it, a rule takes it as one that may be there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from policies.rules import nodes
from policies.rules.decision import Assessment, CellCache
from policies.rules.evaluator import Frame
from policies.rules.facts import ItemRow
from policies.rules.formula import Formula, formula_of
from policies.rules.functions_lists import Uncertain
from policies.rules.values import UNKNOWN, FactType, Vocabulary


@dataclass(frozen=True)
class PendingRow:
    """A row of which it is unknown whether it counts, and the facts (`hires.months`) that would tell."""

    key: object
    missing: frozenset[str]


@dataclass(frozen=True)
class Selection:
    """The rows that count, and those that may with what each lacks. `key`: the field that tells rows apart."""

    counted: tuple[ItemRow, ...]
    may_count: tuple[tuple[ItemRow, frozenset[str]], ...]
    key: str | None

    def _key_of(self, row: ItemRow) -> object:
        value = row.get(self.key) if self.key is not None else None
        return None if value is UNKNOWN else value

    @property
    def counted_keys(self) -> tuple[object, ...]:
        return tuple(self._key_of(row) for row in self.counted)

    @property
    def pending(self) -> tuple[PendingRow, ...]:
        return tuple(PendingRow(self._key_of(row), missing) for row, missing in self.may_count)


@dataclass(frozen=True)
class CompiledItems:
    """The `items` of a policy, ready to choose rows. Fields of a row are facts `source.field` of `vocabulary`."""

    items: nodes.Items
    outer: Vocabulary
    cells: CellCache = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def vocabulary(self) -> dict[str, FactType]:
        source = self.items.source
        own = self.outer[source].fields or {}
        rows = {
            f"{source}.{name}": replace(each, applies_if=f"{source}.{each.applies_if}")
            if each.applies_if in own
            else each
            for name, each in own.items()
        }
        return {**self.outer, **rows}

    @cached_property
    def where_as_facts(self) -> nodes.Node:
        """`where` over the facts of one row."""
        if self.items.where is None:
            return nodes.Literal("boolean", True)
        return _fields_as_facts(self.items.where, self.items.source, 0)

    @cached_property
    def formula(self) -> Formula:
        return formula_of(self.where_as_facts, self.vocabulary)

    def select(self, rows: tuple[ItemRow, ...], frame: Frame) -> Selection:
        """Decide each row."""
        counted: list[ItemRow] = []
        may_count: list[tuple[ItemRow, frozenset[str]]] = []
        for row in rows:
            values = {f"{row.fact}.{name}": value for name, value in row.items()}
            own = Frame(self.vocabulary, frame.facts, frame.context, {**frame.values, **values}, assume_applicable=True)
            truth, missing = Assessment(own, self.cells).decide(self.formula)
            if truth:
                counted.append(row)
            elif truth is None:
                may_count.append((row, missing))
        return Selection(tuple(counted), tuple(may_count), self.items.key)

    def selection_in(self, frame: Frame) -> Selection | None:
        """The rows of the fact in a frame; None where the list itself is unknown."""
        rows = frame.fact(self.items.source)
        return self.select(rows, frame) if isinstance(rows, tuple) else None

    def certain(self, frame: Frame) -> object:
        """The rows that count, for an amount."""
        selection = self.selection_in(frame)
        return UNKNOWN if selection is None else selection.counted

    def possible(self, frame: Frame) -> object:
        """The rows that count and those that may, for a rule."""
        selection = self.selection_in(frame)
        if selection is None:
            return UNKNOWN
        own = f"{self.items.source}."
        for _, missing in selection.may_count:
            frame.missing.update(self.items.source if code.startswith(own) else code for code in missing)
        return (*selection.counted, *(Uncertain(row) for row, _ in selection.may_count))


def _fields_as_facts(node: nodes.Node, source: str, depth: int) -> nodes.Node:
    """The tree with fields of the row (seen from `depth` filters inside) as facts of the row."""
    if isinstance(node, nodes.Field) and node.depth == depth and node.name != "item":
        return nodes.Fact(f"{source}.{node.name}", span=node.span)

    def inside(child: nodes.Node, name: str) -> nodes.Node:
        deeper = isinstance(node, nodes.Filter) and name == "condition"
        return _fields_as_facts(child, source, depth + 1 if deeper else depth)

    return nodes.with_children(node, inside)
