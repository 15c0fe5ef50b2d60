import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from supermarket.matching.bitsets import flags_pack, flags_unpack, ids_pack, ids_unpack


@given(st.lists(st.booleans()))
def test_a_set_comes_back(flags: list[bool]) -> None:
    packed = flags_pack(np.array(flags, np.bool_))
    assert flags_unpack(packed, len(flags)).tolist() == flags


@given(st.sets(st.integers(1, 2**62)))
def test_ids_come_back(ids: set[int]) -> None:
    assert ids_unpack(ids_pack(np.array(sorted(ids), np.int64))).tolist() == sorted(ids)
