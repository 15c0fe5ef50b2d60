"""The 50 facts of the benchmark's synthetic city and a seeded table of them.

Values are made as plain integers (`Column.values`): an index into the codes for a code, 0/1 for a boolean, fen for
money, units of 1e-6 for a ratio, days since 1970-01-01 for a date, a bit mask for tags. That encoding is what every
array-minded peer gets, because it is the fastest they can be given; `arrow_table` turns it into the Arrow types that
`policies.engine.Population` takes.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from policies.rules import FactType

EPOCH = datetime.date(1970, 1, 1)
SIZE_CLASSES = ("large", "medium", "small", "micro")
SIZE_SHARES = (0.006, 0.034, 0.22, 0.74)
YUAN = 100  # fen


@dataclass(frozen=True)
class Fact:
    """One column: `constants` are the realistic values that policies compare it with, in the encoding of the column."""

    name: str
    kind: str
    unknown: float
    codes: tuple[str, ...] = ()
    constants: tuple[int, ...] = ()

    @property
    def ordered(self) -> bool:
        return self.kind in ("money", "integer", "ratio", "date")


@dataclass(frozen=True)
class Column:
    values: NDArray[np.int64]
    known: NDArray[np.bool_]


def _days(*years: int) -> tuple[int, ...]:
    return tuple((datetime.date(year, 1, 1) - EPOCH).days for year in years)


def _codes(prefix: str, count: int) -> tuple[str, ...]:
    return tuple(f"{prefix}{number:02}" for number in range(1, count + 1))


_CODES = {
    "industry": (_codes("C", 97), 0.03),
    "accepting_area": (_codes("3402", 9), 0.01),
    "msme_size": (SIZE_CLASSES, 0.05),
    "ownership": (("state", "collective", "private", "foreign", "joint"), 0.02),
    "tax_credit_grade": (("A", "B", "M", "C", "D"), 0.10),
    "listing_stage": (("none", "tutoring", "filed", "listed"), 0.12),
    "park": (("none", *_codes("park", 11)), 0.04),
    "supply_chain": (("none", *_codes("chain", 12)), 0.15),
}
# Rate of true by size class, large to micro.
_BOOLEANS = {
    "high_tech": (0.55, 0.35, 0.10, 0.01),
    "tech_sme": (0.0, 0.25, 0.15, 0.02),
    "specialised": (0.40, 0.30, 0.06, 0.001),
    "little_giant": (0.20, 0.08, 0.005, 0.0),
    "has_invention_patent": (0.85, 0.50, 0.15, 0.01),
    "has_research_centre": (0.60, 0.25, 0.03, 0.001),
    "exports": (0.55, 0.35, 0.12, 0.01),
    "statistics_listed": (0.98, 0.80, 0.25, 0.0),
    "serious_dishonesty_listed": (0.005, 0.006, 0.008, 0.010),
    "safety_accident": (0.02, 0.01, 0.003, 0.001),
    "pays_social_insurance": (0.99, 0.98, 0.90, 0.45),
    "green_factory": (0.25, 0.05, 0.004, 0.0),
    "smart_workshop": (0.45, 0.15, 0.01, 0.0),
    "apprenticeship": (0.35, 0.15, 0.02, 0.001),
    "tax_arrears": (0.01, 0.02, 0.03, 0.04),
}
# Median in yuan by size class, spread (sigma of the logarithm), share of zeros, constants in yuan.
_MONEY = {
    "revenue": ((9e8, 1.2e8, 1.2e7, 6e5), 1.1, 0.03, (1e6, 5e6, 2e7, 5e7, 1e8, 2e8, 4e8, 5e8, 1e9, 5e9)),
    "revenue_before": ((8e8, 1.1e8, 1.1e7, 5e5), 1.1, 0.05, (1e6, 5e6, 2e7, 5e7, 1e8, 4e8, 1e9)),
    "tax_paid": ((4e7, 5e6, 4e5, 8e3), 1.3, 0.12, (1e4, 1e5, 5e5, 1e6, 5e6, 1e7, 5e7)),
    "rd_expense": ((3e7, 4e6, 3e5, 2e4), 1.2, 0.80, (1e5, 5e5, 1e6, 2e6, 5e6, 1e7, 5e7)),
    "equipment_investment": ((5e7, 6e6, 5e5, 3e4), 1.5, 0.85, (5e5, 1e6, 2e6, 5e6, 1e7, 5e7, 1e8)),
    "fixed_assets": ((6e8, 8e7, 6e6, 2e5), 1.3, 0.04, (1e6, 5e6, 1e7, 5e7, 1e8, 1e9)),
    "exports_value": ((2e8, 3e7, 3e6, 2e5), 1.4, 0.90, (1e5, 1e6, 5e6, 1e7, 5e7)),
    "loan_interest": ((8e6, 1e6, 9e4, 8e3), 1.2, 0.70, (1e4, 5e4, 1e5, 5e5, 1e6)),
    "rent_paid": ((3e6, 8e5, 1e5, 2e4), 1.0, 0.55, (1e4, 5e4, 1e5, 5e5, 1e6)),
    "wages": ((1.2e8, 2e7, 2e6, 9e4), 1.0, 0.20, (1e5, 1e6, 5e6, 2e7, 1e8)),
    "registered_capital": ((5e8, 8e7, 1e7, 1e6), 1.3, 0.0, (1e5, 5e5, 1e6, 5e6, 1e7, 5e7, 1e8)),
}
# Mean by size class, constants.
_COUNTS = {
    "insured_headcount": ((1500, 350, 45, 4), (1, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500)),
    "new_hires": ((80, 20, 4, 0.5), (1, 3, 5, 10, 20, 50)),
    "graduates_hired": ((25, 6, 1, 0.1), (1, 2, 5, 10, 20)),
    "patents": ((60, 12, 2, 0.05), (1, 3, 5, 10, 15, 30)),
    "standards_led": ((2, 0.5, 0.05, 0.0), (1, 2, 3)),
    "doctors_employed": ((8, 1.5, 0.1, 0.0), (1, 2, 3, 5)),
    "trainees": ((60, 15, 2, 0.1), (1, 5, 10, 30)),
    "upgrades": ((3, 1, 0.2, 0.01), (1, 2, 3)),
}
_RATIOS = {
    "growth": (60_000, 250_000, (0, 50_000, 80_000, 100_000, 150_000, 200_000, 300_000)),
    "rd_ratio": (25_000, 30_000, (10_000, 20_000, 30_000, 40_000, 50_000, 60_000)),
    "liability_ratio": (550_000, 220_000, (400_000, 500_000, 600_000, 700_000, 800_000)),
    "layoff_rate": (40_000, 40_000, (0, 35_000, 50_000, 55_000, 200_000)),
}
_DATES = {
    "founded_on": (2001, 2024, _days(2005, 2010, 2013, 2016, 2018, 2019, 2020, 2021, 2022, 2023)),
    "first_listed_on": (2015, 2024, _days(2019, 2020, 2021, 2022, 2023)),
    "certified_on": (2017, 2024, _days(2019, 2020, 2021, 2022, 2023)),
}
TAGS = _codes("roster", 40)


def _yuan(values: tuple[float, ...]) -> tuple[int, ...]:
    return tuple(round(value) * YUAN for value in values)


def _facts() -> tuple[Fact, ...]:
    """Unknown values stand at 1–15 % by fact, 8 % on average."""
    facts = [Fact(name, "code", unknown, codes=codes) for name, (codes, unknown) in _CODES.items()]
    facts += [Fact(name, "boolean", 0.02 + 0.008 * index) for index, name in enumerate(_BOOLEANS)]
    facts += [Fact(n, "money", 0.03 + 0.01 * i, constants=_yuan(spec[3])) for i, (n, spec) in enumerate(_MONEY.items())]
    facts += [Fact(n, "integer", 0.04 + 0.012 * i, constants=spec[1]) for i, (n, spec) in enumerate(_COUNTS.items())]
    facts += [Fact(n, "ratio", 0.09 + 0.02 * i, constants=spec[2]) for i, (n, spec) in enumerate(_RATIOS.items())]
    facts += [Fact(n, "date", 0.01 + 0.05 * i, constants=spec[2]) for i, (n, spec) in enumerate(_DATES.items())]
    return (*facts, Fact("rosters", "tags", 0.06, codes=TAGS))


FACTS: Mapping[str, Fact] = {fact.name: fact for fact in _facts()}


def vocabulary() -> dict[str, FactType]:
    """The vocabulary of the city as the rule language wants it."""
    units = {"money": "yuan"}
    return {
        fact.name: FactType(fact.kind, codes=fact.codes or None, unit=units.get(fact.kind)) for fact in FACTS.values()
    }


def _values(fact: Fact, size: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    rows = len(size)
    if fact.name == "msme_size":
        return size
    if fact.kind == "code":
        weights = 1.0 / np.arange(1, len(fact.codes) + 1) ** 0.9
        return random.choice(len(fact.codes), rows, p=weights / weights.sum())
    if fact.kind == "boolean":
        return (random.random(rows) < np.array(_BOOLEANS[fact.name])[size]).astype(np.int64)
    if fact.kind == "money":
        medians, sigma, zeros, _ = _MONEY[fact.name]
        yuan = np.array(medians)[size] * np.exp(sigma * random.standard_normal(rows))
        return np.where(random.random(rows) < zeros, 0, np.minimum(yuan, 1e11) * YUAN).astype(np.int64)
    if fact.kind == "integer":
        return random.poisson(np.array(_COUNTS[fact.name][0])[size] * random.gamma(2.0, 0.5, rows))
    if fact.kind == "ratio":
        mean, spread, _ = _RATIOS[fact.name]
        return (random.normal(mean, spread, rows) // 100 * 100).astype(np.int64).clip(-5_000_000, 5_000_000)
    if fact.kind == "date":
        first, last, _ = _DATES[fact.name]
        return random.integers(*_days(first, last), rows)
    masks = np.zeros(rows, np.int64)
    for _ in range(6):
        tag = (len(fact.codes) * random.random(rows) ** 2).astype(np.int64)
        masks |= np.where(random.random(rows) < 0.25, 1 << tag, 0)
    return masks


def city(rows: int, seed: int = 20261124) -> dict[str, Column]:
    """`rows` enterprises, a column a fact; the same seed gives the same city."""
    random = np.random.default_rng(seed)
    size = random.choice(4, rows, p=SIZE_SHARES)
    return {
        name: Column(_values(fact, size, random).astype(np.int64), random.random(rows) >= fact.unknown)
        for name, fact in FACTS.items()
    }


def _decimals(values: NDArray[np.int64], scale: int, missing: NDArray[np.bool_]) -> pa.Array:
    words = np.empty((len(values), 2), np.int64)  # decimal128 is a little-endian 128-bit integer
    words[:, 0] = values
    words[:, 1] = values >> 63
    valid = pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(18, scale), len(values), [valid, pa.py_buffer(words)])


def _arrow(fact: Fact, column: Column) -> pa.Array:
    missing, values = ~column.known, column.values
    if fact.kind == "code":
        return pa.DictionaryArray.from_arrays(pa.array(values.astype(np.int32), mask=missing), pa.array(fact.codes))
    if fact.kind == "boolean":
        return pa.array(values.astype(bool), mask=missing)
    if fact.kind == "money":
        return _decimals(values, 2, missing)
    if fact.kind == "ratio":
        return _decimals(values, 6, missing)
    if fact.kind == "date":
        return pa.array(values.astype("datetime64[D]"), mask=missing, type=pa.date32())
    if fact.kind == "tags":
        held = (values[:, None] >> np.arange(len(fact.codes))) & 1
        held[missing] = 0
        offsets = np.concatenate([[0], np.cumsum(held.sum(axis=1))]).astype(np.int32)
        members = pa.array(np.array(fact.codes))
        return pa.ListArray.from_arrays(offsets, members.take(np.nonzero(held)[1]), mask=pa.array(missing))
    return pa.array(values, mask=missing)


def arrow_table(columns: Mapping[str, Column]) -> pa.Table:
    """The city as an Arrow table in the types of `Population`, keyed by `credit_code`."""
    rows = len(columns["industry"].values)
    keys = pa.array([f"91340200{number:010}" for number in range(rows)])
    return pa.table({"credit_code": keys} | {name: _arrow(FACTS[name], column) for name, column in columns.items()})


def python_value(fact: Fact, value: int) -> object:
    """A value of the encoding as the rule language's own type."""
    if fact.kind == "code":
        return fact.codes[value]
    if fact.kind == "boolean":
        return bool(value)
    if fact.kind in ("money", "ratio"):
        return Decimal(value).scaleb(-2 if fact.kind == "money" else -6)
    if fact.kind == "date":
        return EPOCH + datetime.timedelta(days=value)
    if fact.kind == "tags":
        return frozenset(code for index, code in enumerate(fact.codes) if value >> index & 1)
    return value


def profile(columns: Mapping[str, Column], row: int) -> dict[str, object]:
    """One enterprise as the facts that `Catalogue.shelf` takes; unknown facts are absent."""
    return {
        name: python_value(FACTS[name], int(column.values[row]))
        for name, column in columns.items()
        if column.known[row]
    }
