"""Policies that test one fact twice, drawn as the benchmark draws them: shelf and city against brute force."""

from tests.benchmarks.brute_force import compare_with_brute_force
from tests.benchmarks.job import doubled_policies


def test_shelf_and_city_are_exact_where_policies_test_a_fact_twice() -> None:
    checked, beyond_kleene = compare_with_brute_force(doubled_policies(100), profiles=6, most=200)
    assert checked is not None and checked > 300
    assert beyond_kleene > 0  # otherwise Kleene's tables would pass as well
