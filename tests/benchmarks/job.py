"""The benchmark's policies: seeded trees of 2-12 conditions with the statistics of a real city's stock.

A tree is plain data; `forms` writes it in the language of each peer. Constants come from a small realistic set, so
conditions recur across policies (about 730 distinct ones in 1,095 policies); `jobs(distinct=True)` draws them freely,
so that thresholds hardly repeat (about 2,000). No policy tests one fact in two conditions, so that peers with plain
Kleene tables agree; `doubled_policies` makes those that do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .facts import FACTS, Column, Fact, city

POLICY_COUNT = 1095
SAMPLE_ROWS = 8192
BINS = 20  # log-spaced bins of selectivity, filled evenly: a mean of about 6 %
LEAST_SELECTIVITY, GREATEST_SELECTIVITY = 0.0005, 0.40
DISTINCT_CONSTANTS = 170  # per ordered fact, in the variant where thresholds hardly repeat


@dataclass(frozen=True)
class Condition:
    """`op`: = != in < <= > >= between has true. `constants` in the encoding of `facts`; `has` is a tag overlap."""

    fact: str
    op: str
    constants: tuple[int, ...]


@dataclass(frozen=True)
class Not:
    part: Tree


@dataclass(frozen=True)
class And:
    parts: tuple[Tree, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Tree, ...]


Tree = Condition | Not | And | Or


@dataclass(frozen=True)
class Fixed:
    fen: int


@dataclass(frozen=True)
class Percent:
    """`rate` in units of 1e-4: 1250 is 12.5 %. Half a fen rounds up."""

    fact: str
    rate: int
    cap_fen: int


@dataclass(frozen=True)
class Tiers:
    """`steps`: (from this value of the fact on, this many fen), ascending; below the first step 0."""

    fact: str
    steps: tuple[tuple[int, int], ...]


Amount = Fixed | Percent | Tiers


@dataclass(frozen=True)
class BenchmarkPolicy:
    code: str
    tree: Tree
    amount: Amount


def conditions(tree: Tree) -> Iterator[Condition]:
    if isinstance(tree, Condition):
        yield tree
    elif isinstance(tree, Not):
        yield from conditions(tree.part)
    else:
        for part in tree.parts:
            yield from conditions(part)


Pair = tuple[NDArray[np.bool_], NDArray[np.bool_]]  # certainly true, possibly true


def holds(condition: Condition, values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The condition on known values."""
    constants = condition.constants
    match condition.op:
        case "=" | "true":
            return values == constants[0]
        case "!=":
            return values != constants[0]
        case "in":
            return np.isin(values, constants)
        case "<":
            return values < constants[0]
        case "<=":
            return values <= constants[0]
        case ">":
            return values > constants[0]
        case ">=":
            return values >= constants[0]
        case "between":
            return (values >= constants[0]) & (values <= constants[1])
        case "has":
            return values & sum(1 << constant for constant in constants) != 0
    raise ValueError(condition.op)


def kleene(tree: Tree, leaf: Callable[[Condition], Pair]) -> Pair:
    """The tree by Kleene's tables over boolean arrays."""
    if isinstance(tree, Condition):
        return leaf(tree)
    if isinstance(tree, Not):
        certain, possible = kleene(tree.part, leaf)
        return ~possible, ~certain
    pairs = [kleene(part, leaf) for part in tree.parts]
    combine = np.logical_and if isinstance(tree, And) else np.logical_or
    return combine.reduce([pair[0] for pair in pairs]), combine.reduce([pair[1] for pair in pairs])


def leaf_of(columns: Mapping[str, Column]) -> Callable[[Condition], Pair]:
    """Plain numpy evaluation of one condition, each computed once."""
    kept: dict[Condition, Pair] = {}

    def leaf(condition: Condition) -> Pair:
        pair = kept.get(condition)
        if pair is None:
            column = columns[condition.fact]
            true = holds(condition, column.values)
            pair = kept[condition] = (true & column.known, true | ~column.known)
        return pair

    return leaf


_OPERATORS = (">=", ">", "<", "<=", "between")
_SHARES = (0.60, 0.04, 0.24, 0.03, 0.09)


def _draw_condition(fact: Fact, random: np.random.Generator, *, distinct: bool) -> Condition:
    if fact.kind == "boolean":
        return Condition(fact.name, "true", (1,))
    if fact.kind == "tags":
        first = int(random.integers(20))
        return Condition(fact.name, "has", tuple(range(first, first + 1 + first % 3)))
    if fact.kind == "code":
        op = str(random.choice(("=", "=", "!=", "in", "in", "in")))
        if op != "in":
            return Condition(fact.name, op, (int(random.integers(min(len(fact.codes), 12))),))
        first = int(random.integers(min(len(fact.codes), 16)))
        length = min(2 + first % 4, len(fact.codes) - 1)
        return Condition(fact.name, op, tuple(sorted((first + k) % len(fact.codes) for k in range(length))))
    constants = fact.constants
    if distinct:
        low, high = constants[0], max(constants[-1], constants[0] + DISTINCT_CONSTANTS)
        constants = tuple(low + (high - low) * k // DISTINCT_CONSTANTS for k in range(DISTINCT_CONSTANTS))
    op = str(random.choice(_OPERATORS, p=_SHARES))
    first = int(random.integers(len(constants) - (op == "between")))
    return Condition(fact.name, op, constants[first : first + 1 + (op == "between")])


def _draw_tree(leaves: list[Tree], random: np.random.Generator, depth: int = 0) -> Tree:
    if len(leaves) == 1:
        return leaves[0]
    kind: type[And] | type[Or] = And if random.random() < (0.85 if depth == 0 else 0.35) else Or
    parts: list[Tree] = []
    while leaves:
        take = 1 if random.random() < 0.65 else int(random.integers(2, 5))
        group, leaves = leaves[:take], leaves[take:]
        part = _draw_tree(group, random, depth + 1) if len(group) > 1 and (leaves or parts) else None
        parts += [part] if part is not None else group
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))]
    tree: Tree = kind(tuple(flat)) if len(flat) > 1 else flat[0]
    return Not(tree) if depth and random.random() < 0.10 else tree


def _draw_facts(count: int, random: np.random.Generator) -> list[Fact]:
    facts = list(FACTS.values())
    weights = np.array([3.0 if fact.kind == "code" else 1.6 if fact.kind == "boolean" else 1.0 for fact in facts])
    return [facts[k] for k in random.choice(len(facts), count, replace=False, p=weights / weights.sum())]


def _draw_amount(kind: int, random: np.random.Generator) -> Amount:
    money = [fact for fact in FACTS.values() if fact.kind == "money"]
    if kind == 0:
        return Fixed(int(random.choice((20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000))) * 100)
    if kind == 1:
        fact = money[int(random.integers(len(money)))]
        rate = int(random.choice((25, 50, 100, 300, 500, 1000, 1250, 2000, 3000)))
        return Percent(fact.name, rate, int(random.choice((50_000, 200_000, 500_000, 2_000_000, 10_000_000))) * 100)
    ordered = [fact for fact in FACTS.values() if fact.kind in ("money", "integer") and len(fact.constants) >= 5]
    fact = ordered[int(random.integers(len(ordered)))]
    starts = sorted(random.choice(len(fact.constants), int(random.integers(3, 6)), replace=False))
    gives = sorted(int(give) * 1_000_000 for give in random.choice(np.arange(1, 101), len(starts), replace=False))
    return Tiers(fact.name, tuple(zip((fact.constants[k] for k in starts), gives, strict=True)))


def policies(*, count: int = POLICY_COUNT, distinct: bool = False, seed: int = 7) -> list[BenchmarkPolicy]:
    """Draw trees until each bin of selectivity (of certain truth in a sample city) has its share."""
    random = np.random.default_rng(seed)
    leaf = leaf_of(city(SAMPLE_ROWS, seed))
    edges = np.geomspace(LEAST_SELECTIVITY, GREATEST_SELECTIVITY, BINS + 1)
    room = [count // BINS + (position < count % BINS) for position in range(BINS)]
    found: list[Tree] = []
    while len(found) < count:
        size = int(np.clip(1 + random.poisson(4.9), 2, 12))
        leaves: list[Tree] = [_draw_condition(fact, random, distinct=distinct) for fact in _draw_facts(size, random)]
        negated: list[Tree] = [
            Not(leaf_) if FACTS[leaf_.fact].kind in ("boolean", "tags") and random.random() < 0.25 else leaf_
            for leaf_ in leaves
            if isinstance(leaf_, Condition)
        ]
        tree = _draw_tree(negated, random)
        position = int(np.searchsorted(edges, kleene(tree, leaf)[0].mean(), side="right")) - 1
        if 0 <= position < BINS and room[position]:
            room[position] -= 1
            found.append(tree)
    order = random.permutation(count)
    return [
        BenchmarkPolicy(f"policy-{number:04}", found[k], _draw_amount(number % 3, random))
        for number, k in enumerate(order)
    ]


def doubled_policies(count: int = 100, seed: int = 11) -> list[BenchmarkPolicy]:
    """Policies that test one fact in two conditions: Kleene's tables call some certain answers unknown."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(count):
        facts = _draw_facts(int(random.integers(2, 4)), random)
        leaves: list[Tree] = [
            _draw_condition(fact, random, distinct=False) for fact in [*facts, facts[0], facts[number % len(facts)]]
        ]
        mixed: list[Tree] = [Not(leaf) if random.random() < 0.3 else leaf for leaf in leaves]
        half = len(mixed) // 2
        outer, inner = (And, Or) if number % 2 else (Or, And)
        tree = outer((inner(tuple(mixed[:half])), inner(tuple(mixed[half:]))))
        found.append(BenchmarkPolicy(f"doubled-{number:03}", tree, Fixed(100)))
    return found
