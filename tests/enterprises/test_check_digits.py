"""Whole columns of codes and numbers are judged as each one is."""

from datetime import date

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from enterprises.deliveries.check_digits import credit_codes_check, credit_codes_formed, identity_numbers_valid
from enterprises.identifiers import credit_code_checks, credit_code_formed, identity_number_valid

from .files import credit_code


def identity_number(born: date, serial: int) -> str:
    front = f"340202{born:%Y%m%d}{serial:03}"
    return front + ric.calc_check_digit(front + "0")


digits = st.integers(0, 9).map(str)
right_codes = st.integers(0, 9_999_999).map(credit_code)
codes = right_codes | st.tuples(right_codes, st.integers(0, 17), st.sampled_from("0123456789AWXYIOZ中")).map(
    lambda one: one[0][: one[1]] + one[2] + one[0][one[1] + 1 :]
)
right_numbers = st.builds(identity_number, st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.integers(0, 999))
numbers = right_numbers | st.tuples(right_numbers, st.integers(6, 17), digits | st.just("X")).map(
    lambda one: one[0][: one[1]] + one[2] + one[0][one[1] + 1 :]
)
anything = st.none() | st.text(max_size=20) | st.text("0123456789X", min_size=18, max_size=18)


@given(st.lists(codes | anything))
def test_credit_codes(column: list[str | None]) -> None:
    array = pa.array(column, pa.string())
    assert credit_codes_formed(array).tolist() == [one is not None and credit_code_formed(one) for one in column]
    assert credit_codes_check(array).tolist() == [one is not None and credit_code_checks(one) for one in column]


@given(st.lists(numbers | anything))
def test_identity_numbers(column: list[str | None]) -> None:
    found = identity_numbers_valid(pa.array(column, pa.string())).tolist()
    assert found == [one is not None and identity_number_valid(one) for one in column]


@given(right_codes, right_numbers)
def test_right_ones_are_right(code: str, number: str) -> None:
    assert uscc.is_valid(code) and credit_codes_check(pa.array([code])).all()
    assert identity_numbers_valid(pa.array([number])).all()
