"""Peers that decide a whole population at once: polars, duckdb and plain numpy arrays.

All get the city as plain integers (`facts.Column`), the quickest form for them, with nulls (numpy: a mask) for unknown
values, and share the conditions that recur: each is computed once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .facts import FACTS, Column
from .job import Amount, And, BenchmarkPolicy, Condition, Fixed, Not, Pair, Percent, Tree, conditions, kleene, leaf_of

Counts = tuple[NDArray[np.int64], NDArray[np.int64]]  # eligible and unknown a policy


# --- polars -----------------------------------------------------------------------------------------------------------


def polars_frame(columns: Mapping[str, Column]) -> pl.DataFrame:
    """Codes as bytes, booleans as booleans, all else as 64-bit integers."""
    series = []
    for name, column in columns.items():
        kind = FACTS[name].kind
        dtype = pl.UInt8 if kind == "code" else pl.Boolean if kind == "boolean" else pl.Int64
        values = pl.Series(name, column.values.astype(bool) if kind == "boolean" else column.values).cast(dtype)
        series.append(pl.select(pl.when(pl.lit(pl.Series(column.known))).then(values).alias(name)).to_series())
    return pl.DataFrame(series)


def _polars_condition(condition: Condition) -> pl.Expr:
    value, constants = pl.col(condition.fact), list(condition.constants)
    match condition.op:
        case "true":
            return value
        case "=":
            return value == constants[0]
        case "!=":
            return value != constants[0]
        case "in":
            return reduce(or_, [value == constant for constant in constants])
        case "<":
            return value < constants[0]
        case "<=":
            return value <= constants[0]
        case ">":
            return value > constants[0]
        case ">=":
            return value >= constants[0]
        case "between":
            return (value >= constants[0]) & (value <= constants[1])
    return (value & sum(1 << constant for constant in constants)) != 0


def _polars_tree(tree: Tree, names: Mapping[Condition, str]) -> pl.Expr:
    if isinstance(tree, Condition):
        return pl.col(names[tree])
    if isinstance(tree, Not):
        return ~_polars_tree(tree.part, names)
    return reduce(and_ if isinstance(tree, And) else or_, [_polars_tree(part, names) for part in tree.parts])


class Polars:
    """Nullable boolean columns: true, false, null for unknown."""

    def __init__(self, policies: Sequence[BenchmarkPolicy], columns: Mapping[str, Column]) -> None:
        distinct = dict.fromkeys(condition for policy in policies for condition in conditions(policy.tree))
        names = {condition: f"c{number}" for number, condition in enumerate(distinct)}
        self.policies, self.frame = policies, polars_frame(columns)
        self._conditions = [_polars_condition(condition).alias(name) for condition, name in names.items()]
        self._rules = [_polars_tree(policy.tree, names).alias(policy.code) for policy in policies]

    def match(self) -> pl.DataFrame:
        """Conditions first, then all rules over them: the quickest of the forms tried."""
        shared = self.frame.lazy().select(self._conditions).collect()
        return shared.lazy().select(self._rules).collect()

    def match_lazy(self) -> pl.DataFrame:
        """The same as one lazy query."""
        return self.frame.lazy().select(self._conditions).select(self._rules).collect()

    def match_streaming(self) -> pl.DataFrame:
        return self.frame.lazy().select(self._conditions).select(self._rules).collect(engine="streaming")

    @staticmethod
    def counts(matches: pl.DataFrame) -> Counts:
        eligible = matches.select(pl.all().sum()).row(0)
        return np.array(eligible, np.int64), np.array(matches.null_count().row(0), np.int64)
