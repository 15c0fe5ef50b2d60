"""A match of parts, or from earlier matches, is the match of the whole."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from policies.engine import Catalogue, Population, PopulationError, SpentMatchesError
from policies.engine.city import City
from policies.rules import FactType

VOCABULARY = {"n": FactType("integer"), "size": FactType("code", codes=("large", "small"))}
STOCK = [
    {"code": "a", "eligibility": 'n >= 3 and size = "small"', "amount": "100 * n"},
    {"code": "b", "eligibility": 'n < 3 or size = "large"', "amount": "50"},
]


def _table(rows: int) -> pa.Table:
    numbers = [None if row % 7 == 0 else row % 6 for row in range(rows)]
    sizes = [None if row % 11 == 0 else ("large", "small")[row % 2] for row in range(rows)]
    keys = [str(row) for row in range(rows)]
    return pa.table({"credit_code": keys, "n": pa.array(numbers, pa.int64()), "size": sizes})


def _answers(catalogue: Catalogue, matches: object, codes: str = "ab") -> list[list[object]]:
    return [
        [matches.eligible(c).tolist(), matches.unknown(c).tolist(), matches.amounts(c).tolist()]  # type: ignore[attr-defined]
        for c in codes
    ]


def test_partitions_matched_apart_and_joined_equal_the_whole() -> None:
    catalogue, table = Catalogue(STOCK, VOCABULARY), _table(1000)
    whole = catalogue.match(Population(table, VOCABULARY))
    parts = [catalogue.match(Population(table.slice(start, 130), VOCABULARY)) for start in range(0, 1000, 130)]
    for code in "ab":
        assert np.concatenate([part.eligible(code) for part in parts]).tolist() == whole.eligible(code).tolist()
        assert np.concatenate([part.unknown(code) for part in parts]).tolist() == whole.unknown(code).tolist()
        assert np.concatenate([part.amounts(code) for part in parts]).tolist() == whole.amounts(code).tolist()


def test_a_changed_beneficiary_and_a_changed_policy_are_matched_again() -> None:
    catalogue, population = Catalogue(STOCK, VOCABULARY), Population(_table(1000), VOCABULARY)
    first = catalogue.match(population)
    moved = population.replace(pa.table({"credit_code": ["9", "700"], "n": pa.array([5, None], pa.int64())}))
    other = catalogue.replace({"code": "b", "eligibility": "n = 5", "amount": "n"})
    again = other.match(moved, previous=first)
    assert _answers(other, again) == _answers(other, other.match(moved))
    assert again.counts() == other.match(moved).counts()
    with pytest.raises(SpentMatchesError):
        first.eligible("a")


def test_only_what_a_change_touches_is_decided_again(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue, population = Catalogue(STOCK, VOCABULARY), Population(_table(1000), VOCABULARY)
    decided: list[tuple[list[str], list[tuple[int, int]]]] = []
    decide = City.decide

    def record(city: City, rows: Sequence[int], ranges: Sequence[tuple[int, int]]) -> None:
        if rows:
            decided.append(([city.policies[row].code for row in rows], list(ranges)))
        decide(city, rows, ranges)

    monkeypatch.setattr(City, "decide", record)
    first = catalogue.match(population)
    whole = [(0, population.words)]
    assert decided.pop() == (["a", "b"], whole)
    changed = catalogue.replace({"code": "b", "eligibility": "n = 5"})
    second = changed.match(population, previous=first)
    assert decided == [(["b"], whole)]
    decided.clear()
    moved = population.replace(pa.table({"credit_code": ["700"], "size": ["small"]}))
    changed.match(moved, previous=second)
    assert decided == [(["a"], [(10, 11)])]  # row 700 lies in word 10; "b" does not read the size


def test_one_policy_alone_says_what_it_says_among_all() -> None:
    catalogue, population = Catalogue(STOCK, VOCABULARY), Population(_table(500), VOCABULARY)
    assert _answers(catalogue, catalogue.match_one(STOCK[0], population), "a") == _answers(
        catalogue, catalogue.match(population), "a"
    )


def test_a_code_that_the_fact_does_not_have_is_refused_with_its_column() -> None:
    with pytest.raises(PopulationError, match="size"):
        Population(pa.table({"credit_code": ["1"], "size": ["huge"]}), VOCABULARY)
