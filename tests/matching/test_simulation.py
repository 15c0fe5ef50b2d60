"""What a draft comes to, from verdicts and sums of a whole population: checked against counting row by row."""

from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from supermarket.matching.simulation import Comparison, Cost, Outcome, PayerCost, compared, places_of, simulated

rows = st.lists(
    st.tuples(
        st.sampled_from([True, False, None]),  # verdict
        st.one_of(st.none(), st.integers(0, 10**12)),  # sum in fen
        st.sampled_from(["340202", "340207", None]),
        st.sampled_from([True, False, None]),  # paid by the city alone
    ),
    max_size=30,
)


def outcome(found: list[Any]) -> Outcome:
    return Outcome(
        eligible=np.array([verdict is True for verdict, *_ in found], np.bool_),
        unknown=np.array([verdict is None for verdict, *_ in found], np.bool_),
        amounts_fen=np.array([fen or 0 for _, fen, *_ in found], np.int64),
        amount_known=np.array([fen is not None for _, fen, *_ in found], np.bool_),
    )


def table(found: list[Any]) -> pa.Table:
    areas = pa.array([area for *_, area, _ in found], pa.string())
    return pa.table({"accepting_area": areas, "city_level": pa.array([city for *_, city in found], pa.bool_())})


def payers(area: str | None, city_level: bool) -> list[tuple[str, Fraction]]:
    if city_level or area is None:
        return [("340200", Fraction(1))]
    return [(area, Fraction(3, 5)), ("340200", Fraction(2, 5))]


@given(rows)
def test_sums_by_area_and_payer_are_those_of_the_rows(found: list[Any]) -> None:
    result = simulated(outcome(found), places_of(table(found)), payers)
    for area in {area for *_, area, _ in found}:
        here = [(verdict, fen) for verdict, fen, place, _ in found if place == area]
        least = sum(fen for verdict, fen in here if verdict is True and fen is not None)
        maybe = sum(fen for verdict, fen in here if verdict is None and fen is not None)
        expected = Cost(
            eligible=sum(verdict is True for verdict, _ in here),
            unknown=sum(verdict is None for verdict, _ in here),
            least_fen=least,
            most_fen=least + maybe,
            sums_unknown=sum(verdict is not False and fen is None for verdict, fen in here),
        )
        if expected.eligible or expected.unknown:
            assert result.areas[area] == expected
        else:
            assert area not in result.areas
    assert sum(payer.least_fen for payer in result.payers) == result.total.least_fen
    assert sum(payer.most_fen for payer in result.payers) == result.total.most_fen


def test_each_payer_bears_its_share() -> None:
    found = [(True, 1001, "340202", False), (True, 500, "340202", True), (None, 100, "340207", False)]
    result = simulated(outcome(found), places_of(table(found)), payers)
    assert result.payers == (
        PayerCost("340200", 400 + 500, 400 + 500 + 40),
        PayerCost("340202", 601, 601),
        PayerCost("340207", 0, 60),
    )


def test_a_population_that_tells_no_place_is_one_group() -> None:
    found = [(True, 1, None, None), (None, None, None, None)]
    result = simulated(outcome(found), places_of(pa.table({"x": [1, 2]})), payers)
    assert result.areas == {None: Cost(1, 1, 1, 1, 1)} and result.total == result.areas[None]


@given(st.lists(st.tuples(rows.map(lambda found: found[:1]), rows.map(lambda found: found[:1])), max_size=8))
def test_two_drafts_are_compared_row_by_row(pairs: list[Any]) -> None:
    both = [(one[0], other[0]) for one, other in pairs if one and other]
    before, after = outcome([one for one, _ in both]), outcome([other for _, other in both])
    kept = [(one[1], other[1]) for one, other in both if one[0] is True and other[0] is True]
    sums = [sum(row[1] or 0 for row in column if row[0] is True) for column in zip(*both, strict=True)] or [0, 0]
    assert compared(before, after) == Comparison(
        gained=sum(one[0] is not True and other[0] is True for one, other in both),
        lost=sum(one[0] is True and other[0] is not True for one, other in both),
        kept=len(kept),
        more=sum(None not in sums_of and sums_of[1] > sums_of[0] for sums_of in kept),
        less=sum(None not in sums_of and sums_of[1] < sums_of[0] for sums_of in kept),
        difference_fen=sums[1] - sums[0],
    )
