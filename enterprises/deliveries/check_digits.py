"""`enterprises.identifiers` for whole columns: a city's codes and numbers in a fraction of a second."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from .cells import Mask, mask

PLACES = 18
CREDIT_CODE = r"^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$"
CREDIT_ALPHABET = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = np.array([pow(3, place, 31) for place in range(PLACES - 1)])
IDENTITY_NUMBER = r"^\d{17}[\dX]$"
IDENTITY_WEIGHTS = np.array([pow(2, PLACES - 1 - place, 11) for place in range(PLACES)])
DATE_PARTS = (slice(0, 4), slice(4, 6), slice(6, 8))
DAYS_IN_MONTH = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def characters(texts: pa.Array, known: Mask) -> npt.NDArray[np.uint8]:
    """One row a known text, all of them PLACES characters of ASCII."""
    joined = "".join(texts.filter(pa.array(known)).to_pylist()).encode()
    return np.frombuffer(joined, np.uint8).reshape(-1, PLACES)


def credit_codes_formed(codes: pa.Array) -> Mask:
    return mask(pc.match_substring_regex(codes, CREDIT_CODE))


def credit_codes_check(codes: pa.Array) -> Mask:
    """Is the check character the one that the other 17 give (GB 32100-2015)? False where the code is malformed."""
    formed = credit_codes_formed(codes)
    values = np.zeros(128, np.int64)
    values[list(CREDIT_ALPHABET)] = np.arange(31)
    digits = values[characters(codes, formed)]
    formed[formed] = (31 - (digits[:, :-1] * CREDIT_WEIGHTS).sum(axis=1) % 31) % 31 == digits[:, -1]
    return formed


def identity_numbers_valid(numbers: pa.Array) -> Mask:
    """Form, day of birth and check digit (GB 11643-1999), as `identity_number_valid`."""
    valid = mask(pc.match_substring_regex(numbers, IDENTITY_NUMBER))
    letters = characters(numbers, valid)
    digits = np.where(letters == ord("X"), 10, letters.astype(np.int64) - ord("0"))
    valid[valid] = ((digits * IDENTITY_WEIGHTS).sum(axis=1) % 11 == 1) & days_real(digits[:, 6:14])
    return valid


def days_real(digits: npt.NDArray[np.int64]) -> Mask:
    """Is it a day of the calendar? `digits`: eight a row, year, month, day."""
    year, month, day = (digits[:, part] @ 10 ** np.arange(part.stop - part.start)[::-1] for part in DATE_PARTS)
    months = np.clip(month, 1, 12)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = DAYS_IN_MONTH[months - 1] + (leap & (months == 2))
    found: Mask = (year >= 1) & (month == months) & (day >= 1) & (day <= longest)
    return found
