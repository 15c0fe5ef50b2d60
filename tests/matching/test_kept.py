from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from supermarket.matching.kept import Kept


def test_a_value_is_made_once_whoever_asks() -> None:
    kept: Kept[str, object] = Kept(3)
    barrier, made = Barrier(8), []

    def ask() -> object:
        barrier.wait()
        return kept.get("a", lambda: made.append(1) or object())

    with ThreadPoolExecutor(8) as pool:
        found = [future.result() for future in [pool.submit(ask) for _ in range(8)]]
    assert len(made) == 1 and len(set(map(id, found))) == 1


def test_the_oldest_goes_first_and_is_made_again() -> None:
    kept: Kept[int, int] = Kept(2)
    made: list[int] = []
    for key in (1, 2, 3, 2, 1):
        assert kept.get(key, lambda key=key: made.append(key) or key) == key  # type: ignore[misc]
    assert made == [1, 2, 3, 1]


def test_a_value_that_cannot_be_made_leaves_nothing_behind() -> None:
    kept: Kept[int, int] = Kept(1)
    kept.get(1, lambda: 1)
    with pytest.raises(ZeroDivisionError):
        kept.get(2, lambda: 1 // 0)
    assert kept.get(1, lambda: 5) == 1
