"""Peers that decide a whole population: polars, plain numpy arrays and duckdb, each in its best honest form.

Each is built from the policies and the city once (outside the clock) and then called: `match()` gives for every policy
the rows that are certainly true and those that are unknown, `amounts()` the sum of every eligible pair as well. All use
Kleene's tables, so they agree with exact verdicts only where a policy tests no fact twice, as in the job.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_, or_

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .facts import FACTS, Column
from .job import Amount, And, BenchmarkPolicy, Condition, Fixed, Not, Percent, Tiers, Tree, conditions, kleene, leaf_of


def distinct_conditions(policies: Sequence[BenchmarkPolicy]) -> dict[Condition, str]:
    """Each distinct condition with a name of its own: sharing them by hand is what makes the column peers quick."""
    found: dict[Condition, str] = {}
    for policy in policies:
        for condition in conditions(policy.tree):
            found.setdefault(condition, f"c{len(found)}")
    return found


# --- polars ----------------------------------------------------------------------------------------------------------


def polars_frame(columns: Mapping[str, Column]) -> pl.DataFrame:
    """Integers with nulls: codes as small indices, money in fen; the narrowest types that hold the values."""
    series = {}
    for name, column in columns.items():
        kind = FACTS[name].kind
        dtype = {"code": pl.UInt8, "boolean": pl.Boolean, "ratio": pl.Int32, "date": pl.Int32}.get(kind, pl.Int64)
        values = pl.Series(name, column.values)
        values = (values != 0) if kind == "boolean" else values.cast(dtype)
        series[name] = values.to_frame().select(
            pl.when(pl.Series("known", column.known)).then(pl.col(name)).otherwise(None).alias(name)
        )[name]
    return pl.DataFrame(series)


def polars_condition(condition: Condition) -> pl.Expr:
    column, constants = pl.col(condition.fact), condition.constants
    match condition.op:
        case "true":
            return column
        case "=":
            return column == constants[0]
        case "!=":
            return column != constants[0]
        case "in":
            return reduce(or_, [column == constant for constant in constants])
        case "between":
            return (column >= constants[0]) & (column <= constants[1])
        case "has":
            return (column & sum(1 << constant for constant in constants)) != 0
    operators = {"<": column.__lt__, "<=": column.__le__, ">": column.__gt__, ">=": column.__ge__}
    return operators[condition.op](constants[0])


def polars_tree(tree: Tree, names: Mapping[Condition, str]) -> pl.Expr:
    """polars' & | ~ over nulls are Kleene's tables."""
    if isinstance(tree, Condition):
        return pl.col(names[tree])
    if isinstance(tree, Not):
        return ~polars_tree(tree.part, names)
    return reduce(and_ if isinstance(tree, And) else or_, [polars_tree(part, names) for part in tree.parts])


def polars_amount(amount: Percent | Tiers, column: pl.Expr) -> pl.Expr:
    """Fen as int64; 0 where the fact is unknown. Half a fen rounds up (the facts are not negative)."""
    column = column.cast(pl.Int64)
    if isinstance(amount, Percent):
        return ((column * amount.rate + 5_000) // 10_000).clip(upper_bound=amount.cap_fen).fill_null(0)
    steps = pl.when(column < amount.steps[0][0]).then(pl.lit(0, pl.Int64))
    for (_, fen), (end, _) in zip(amount.steps, amount.steps[1:], strict=False):
        steps = steps.when(column < end).then(pl.lit(fen, pl.Int64))
    return steps.when(column.is_not_null()).then(pl.lit(amount.steps[-1][1], pl.Int64)).otherwise(pl.lit(0, pl.Int64))


class Polars:
    """Lazy, the distinct conditions shared by hand: the quickest of its forms."""

    def __init__(self, policies: Sequence[BenchmarkPolicy], columns: Mapping[str, Column]) -> None:
        self.policies = policies
        self.frame = polars_frame(columns)
        names = distinct_conditions(policies)
        self.shared = [polars_condition(condition).alias(name) for condition, name in names.items()]
        self.verdicts = [polars_tree(policy.tree, names).alias(policy.code) for policy in policies]

    def match(self) -> pl.DataFrame:
        """A boolean column a policy: true, false, null for unknown; and the counts of both."""
        found = self.frame.lazy().with_columns(self.shared).select(self.verdicts).collect()
        found.select(pl.all().sum())
        found.null_count()
        return found

    def amounts(self) -> dict[str, pl.Series]:
        """The fen of every eligible row by policy, and the totals: each sum is reckoned on the eligible rows alone."""
        verdicts = self.match()
        joined = pl.concat([self.frame, verdicts], how="horizontal")
        varying = [
            polars_amount(policy.amount, pl.col(policy.amount.fact).filter(pl.col(policy.code)))
            .implode(maintain_order=True)
            .alias(policy.code)
            for policy in self.policies
            if not isinstance(policy.amount, Fixed)
        ]
        # Its elimination of common subexpressions mixes filtered and whole columns up (ShapeError in 1.44).
        flags = pl.QueryOptFlags(comm_subexpr_elim=False)
        lists = joined.lazy().select(varying).collect(optimizations=flags)
        found = {name: lists[name][0] for name in lists.columns}
        for policy in self.policies:
            if isinstance(policy.amount, Fixed):
                count = int(verdicts[policy.code].sum() or 0)
                found[policy.code] = pl.repeat(policy.amount.fen, count, dtype=pl.Int64, eager=True)
        for fen in found.values():
            fen.sum()
        return found


# --- plain numpy arrays ----------------------------------------------------------------------------------------------


def numpy_amount(amount: Amount, columns: Mapping[str, Column], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    if isinstance(amount, Fixed):
        return np.full(len(rows), amount.fen, np.int64)
    values, known = columns[amount.fact].values[rows], columns[amount.fact].known[rows]
    if isinstance(amount, Percent):
        fen = np.minimum((values * amount.rate + 5_000) // 10_000, amount.cap_fen)
    else:
        starts, gives = zip(*amount.steps, strict=True)
        fen = np.array([0, *gives])[np.searchsorted(starts, values, side="right")]
    return np.where(known, fen, 0)


class Numpy:
    """Boolean arrays, each distinct condition computed once."""

    def __init__(self, policies: Sequence[BenchmarkPolicy], columns: Mapping[str, Column]) -> None:
        self.policies, self.columns = policies, columns

    def match(self) -> dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
        """(certainly true, possibly true) by policy, and the counts."""
        leaf = leaf_of(self.columns)
        found = {policy.code: kleene(policy.tree, leaf) for policy in self.policies}
        for certain, possible in found.values():
            certain.sum(), possible.sum()
        return found

    def amounts(self) -> dict[str, NDArray[np.int64]]:
        verdicts = self.match()
        found = {
            policy.code: numpy_amount(policy.amount, self.columns, np.flatnonzero(verdicts[policy.code][0]))
            for policy in self.policies
        }
        for fen in found.values():
            fen.sum()
        return found


# --- duckdb ----------------------------------------------------------------------------------------------------------


def duckdb_condition(condition: Condition) -> str:
    name, constants = condition.fact, condition.constants
    match condition.op:
        case "true":
            return name
        case "=" | "!=" | "<" | "<=" | ">" | ">=":
            return f"{name} {'<>' if condition.op == '!=' else condition.op} {constants[0]}"
        case "in":
            return f"{name} IN ({', '.join(map(str, constants))})"
        case "between":
            return f"{name} BETWEEN {constants[0]} AND {constants[1]}"
    return f"({name} & {sum(1 << constant for constant in constants)}) <> 0"


def duckdb_tree(tree: Tree, names: Mapping[Condition, str]) -> str:
    if isinstance(tree, Condition):
        return names[tree]
    if isinstance(tree, Not):
        return f"NOT {duckdb_tree(tree.part, names)}"
    return f"({(' AND ' if isinstance(tree, And) else ' OR ').join(duckdb_tree(p, names) for p in tree.parts)})"


class Duckdb:
    """Statements of 128 policies each, conditions written out, the verdicts taken as Arrow: of its forms (conditions in
    a subquery or a table of their own, one statement, verdicts in a table) the quickest."""

    CHUNK = 128

    def __init__(self, policies: Sequence[BenchmarkPolicy], columns: Mapping[str, Column]) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("SET threads = 2")
        frame: pa.Table = polars_frame(columns).to_arrow()
        self.connection.register("arrow_city", frame)
        self.connection.execute("CREATE TABLE city AS SELECT * FROM arrow_city")
        inline = {condition: f"({duckdb_condition(condition)})" for condition in distinct_conditions(policies)}
        texts = [f'{duckdb_tree(policy.tree, inline)} AS "{policy.code}"' for policy in policies]
        self.statements = [
            f"SELECT {', '.join(texts[start : start + self.CHUNK])} FROM city"
            for start in range(0, len(texts), self.CHUNK)
        ]

    def match(self) -> list[int]:
        """The counts of certainly true rows by policy; the verdicts are Arrow columns."""
        tables = [self.connection.sql(statement).to_arrow_table() for statement in self.statements]
        return [int(pc.sum(column).as_py() or 0) for table in tables for column in table.columns]
