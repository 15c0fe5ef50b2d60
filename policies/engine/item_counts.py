"""How many rows of an items fact a policy counts, for a whole population at once: the rows of all lists are a
population of their own, of which `where` is a rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from policies.engine.binding import FreePlanes
from policies.engine.columns import packed, unpacked
from policies.engine.conditions import Normaliser
from policies.engine.draft import draft_planes
from policies.engine.errors import PopulationError
from policies.engine.logic import Logic, logic_of
from policies.engine.population import Population
from policies.rules import Context, nodes
from policies.rules.formula import facts_of
from policies.rules.items import CompiledItems

ROW: Final = "#row"
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ItemCounts:
    """One entry a beneficiary. `known`: whether the list is; `certain` rows count, `possible` may."""

    known: Flags
    certain: Numbers
    possible: Numbers


def item_counts(items: CompiledItems, population: Population, context: Context) -> ItemCounts | None:
    """None where `where` cannot be decided by planes, or reads more than the row."""
    source = items.items.source
    lists = population.array(source)
    if lists is None or any(not code.startswith(f"{source}.") for code in facts_of(items.where_as_facts)):
        return None
    logic = logic_of(items.formula, Normaliser(items.vocabulary, context))
    if not logic.exact or logic.free_variables:
        return None
    planes = row_planes(lists.flatten(), items, logic)
    if planes is None:
        return None
    owners = np.repeat(np.arange(population.rows), pc.list_value_length(lists).fill_null(0).to_numpy())
    certain, possible = (np.bincount(owners[plane], minlength=population.rows) for plane in planes)
    return ItemCounts(np.asarray(lists.is_valid()), certain, possible)


def row_planes(rows: pa.StructArray, items: CompiledItems, logic: Logic) -> tuple[Flags, Flags] | None:
    """(certain, possible) of `where` for each row; None where the values of the rows are not those of their fields."""
    if not len(rows):
        return np.zeros(0, np.bool_), np.zeros(0, np.bool_)
    source = items.items.source
    columns = {f"{source}.{field.name}": pc.struct_field(rows, field.name) for field in rows.type}
    try:
        table = pa.table({ROW: pa.array(np.arange(len(rows))), **columns})
        certain, possible = draft_planes(logic, Population(table, items.vocabulary, key=ROW))
    except PopulationError:
        return None
    return unpacked(certain, len(rows)), unpacked(possible, len(rows))


Comparison = Callable[[Numbers, Numbers, int], Flags]
# (where it is true, where it is false) of least and most rows and the number that they are compared with.
COMPARISONS: Final[Mapping[str, tuple[Comparison, Comparison]]] = {
    ">=": (lambda least, _, number: least >= number, lambda _, most, number: most < number),
    ">": (lambda least, _, number: least > number, lambda _, most, number: most <= number),
    "<": (lambda _, most, number: most < number, lambda least, _, number: least >= number),
    "<=": (lambda _, most, number: most <= number, lambda least, _, number: least > number),
}


def count_planes(
    condition: nodes.Node, items: CompiledItems | None, population: Population, context: Context
) -> FreePlanes | None:
    """The answers of `count(items) >= 3` and its like for everybody; None for other conditions."""
    match condition:
        case nodes.Compare(operator, nodes.Call("count", (nodes.Items() as counted,)), nodes.Literal("number", value)):
            if items is None or counted != items.items or operator not in COMPARISONS or value != int(value):  # type: ignore[call-overload]
                return None
        case _:
            return None
    counts = item_counts(items, population, context)
    if counts is None:
        return None
    true, false = (
        packed(counts.known & compare(counts.certain, counts.possible, int(value)))  # type: ignore[call-overload]
        for compare in COMPARISONS[operator]
    )
    return FreePlanes(true, false, true | false)
