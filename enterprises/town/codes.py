"""Credit codes and identity numbers with valid check digits, for whole columns (GB 32100-2015, GB 11714, GB 11643)."""

import numpy as np
import numpy.typing as npt

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
CREDIT_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)])
# In an organisation's own code letters count by their place in the whole alphabet: A is 10, Z is 35.
BODY_VALUES = np.array(["0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) for letter in ALPHABET])
BODY_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
BODY_CHECKS = "0123456789X"
IDENTITY_WEIGHTS = np.array([pow(2, 17 - place, 11) for place in range(17)])
IDENTITY_CHECKS = "10X98765432"


def digits_of(numbers: npt.NDArray[np.int64], base: int, places: int) -> npt.NDArray[np.int64]:
    """One row a number, its digits in the base."""
    powers = base ** np.arange(places - 1, -1, -1)
    return (numbers[:, None] // powers) % base


def joined(columns: list[npt.NDArray[np.str_]]) -> npt.NDArray[np.str_]:
    """Columns of texts, row by row one text."""
    text = columns[0]
    for column in columns[1:]:
        text = np.char.add(text, column)
    return text


def credit_codes(
    kinds: npt.NDArray[np.str_], offices: npt.NDArray[np.str_], numbers: npt.NDArray[np.int64]
) -> npt.NDArray[np.str_]:
    """Codes from the kind ("91" …), the registering office (6 digits) and a serial number below 31**6 / 961."""
    letters = np.array(list(ALPHABET))
    serial = digits_of(numbers, 31, 6)
    body = np.concatenate([np.tile([ALPHABET.index("M"), ALPHABET.index("A")], (len(numbers), 1)), serial], axis=1)
    body_check = np.array(list(BODY_CHECKS))[(11 - (BODY_VALUES[body] * BODY_WEIGHTS).sum(axis=1) % 11) % 11]
    front = joined([kinds, offices, *(letters[body[:, place]] for place in range(8)), body_check])
    places = np.frombuffer(front.astype("U17").tobytes(), np.uint32).reshape(-1, 17)
    values = np.zeros(128, np.int64)
    values[[ord(letter) for letter in ALPHABET]] = np.arange(31)
    check = letters[(31 - (values[places] * CREDIT_WEIGHTS).sum(axis=1) % 31) % 31]
    return np.char.add(front, check)


def identity_numbers(
    areas: npt.NDArray[np.str_], births: npt.NDArray[np.datetime64], serials: npt.NDArray[np.int64]
) -> npt.NDArray[np.str_]:
    """18-digit numbers from area, day of birth and a serial number below 1000."""
    days = np.array([day.replace("-", "") for day in births.astype("datetime64[D]").astype(str).tolist()], "U8")
    front = joined([areas, days, np.array([f"{serial:03d}" for serial in serials.tolist()], "U3")])
    digits = np.frombuffer(front.astype("U17").tobytes(), np.uint32).reshape(-1, 17) - ord("0")
    check = np.array(list(IDENTITY_CHECKS))[(digits * IDENTITY_WEIGHTS).sum(axis=1) % 11]
    return np.char.add(front, check)
