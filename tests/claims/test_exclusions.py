"""Exclusion rules one by one, in yuan that one can check by head."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.definition import Exclusion
from supermarket.claims.exclusions import Other, Standing, amount_left, left_of, standing_of, step_of


def others_of(*sums: int) -> tuple[Other, ...]:
    return tuple(Other(number, "p", fen, fen) for number, fen in enumerate(sums))


def left(full: int, *others: int, **options: Any) -> int:
    values = {"group": "g", "rule": "highest_only", **options}
    return left_of(full, Standing(others=others_of(*others), **values))


@pytest.mark.parametrize("rule", ["once", "first_only", "highest_only", "top_up", "stack"])
def test_alone_nothing_is_taken(rule: str) -> None:
    assert left(100, rule=rule) == 100


def test_once_and_first_only_leave_nothing_to_the_second() -> None:
    assert left(100, 1, rule="once") == left(100, 1, rule="first_only") == 0


def test_highest_only_pays_the_difference_to_the_higher_and_nothing_below() -> None:
    assert (left(50, 80), left(80, 80), left(100, 80), left(100, 80, 10)) == (0, 0, 20, 10)


def test_top_up_takes_off_what_the_others_brought_but_once() -> None:
    assert left(100, 30, 20, rule="top_up") == 50 and left(40, 30, 20, rule="top_up") == 0
    assert left(50, 30, 20, rule="top_up", netted=True) == 50


def test_stack_takes_nothing() -> None:
    assert left(100, 80, rule="stack") == 100


def test_a_higher_step_pays_and_blocks_the_lower_ones() -> None:
    ladder = Exclusion(group="srdi", ladder=("municipal", "provincial", "national"), promotion="difference")
    national = step_of(ladder, policy="srdi", occasion="national")
    assert national == 3 and step_of(ladder, policy="municipal", occasion="") == 1
    lower = [Other(1, "srdi", 10, 10, step=1), Other(2, "srdi", 40, 40, step=2)]
    assert left_of(100, standing_of(ladder, lower, step=national)) == 50
    in_full = Exclusion(group="srdi", ladder=ladder.ladder, promotion="full")
    assert left_of(100, standing_of(in_full, lower, step=national)) == 100
    assert left_of(40, standing_of(ladder, [Other(3, "srdi", 100, 100, step=3)], step=2)) == 0
    assert left_of(100, standing_of(ladder, [Other(3, "srdi", 100, 100, step=3)], step=3)) == 0


def test_of_two_spouses_the_higher_is_paid_and_half_of_the_lower_whoever_comes_first() -> None:
    half = Fraction(1, 2)
    assert left(60, 100, lower_share=half) == 30  # the lower comes second
    assert left(100, 60, lower_share=half) == 70  # the higher comes second: 100 + 30 - 60
    assert left(100, 61, lower_share=half) == 70  # 69.5, half up
    reduced = Other(1, "p", 30, 60)  # was paid as the lower of two
    assert left_of(40, Standing("g", "highest_only", (Other(0, "p", 100, 100), reduced), lower_share=half)) == 20


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=6))
def test_highest_only_brings_the_highest_in_all_in_any_order(sums: list[int]) -> None:
    brought: list[int] = []
    for full in sums:
        got = left(full, *brought)
        if got:
            brought.append(got)
    assert sum(brought) == max(sums)


@given(st.integers(1, 10**9), st.lists(st.integers(1, 10**9), max_size=4), st.fractions(0, 1).filter(bool))
def test_a_standing_is_the_same_after_it_was_frozen(full: int, others: list[int], share: Fraction) -> None:
    standing = Standing("g", "highest_only", others_of(*others), None, None, share)
    again = Standing.from_data(standing.as_data())
    assert again == standing and amount_left(full, [again]) == left_of(full, standing)
