"""Codes of enterprises and persons, checked by python-stdnum.

GB 32100-2015 (unified social credit code) and GB 11643-1999 (identity number). A credit code whose check character is
wrong is known to be in real use: it is taken with a warning. An identity number is refused.
"""

import re

from stdnum import luhn
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent

CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
IDENTITY_NUMBER = re.compile(r"\d{17}[\dX]")
PERSON_CODE = re.compile(r"P\d{10}")


def credit_code_clean(text: str) -> str:
    """Without spaces, in capitals."""
    return "".join(text.split()).upper()


def credit_code_formed(code: str) -> bool:
    return CREDIT_CODE.fullmatch(code) is not None


def credit_code_checks(code: str) -> bool:
    """Is the check character the one that the other 17 give?"""
    return credit_code_formed(code) and uscc.calc_check_digit(code[:-1]) == code[-1]


def identity_number_valid(number: str) -> bool:
    """Form, day of birth and check digit. Not the area: people keep the codes of counties that are gone (340221 …)."""
    if not IDENTITY_NUMBER.fullmatch(number):
        return False
    try:
        ric.get_birth_date(number)
    except InvalidComponent:
        return False
    return bool(ric.calc_check_digit(number) == number[-1])


def person_code(number: int) -> str:
    """The public code of the n-th person: "P", nine digits and a Luhn digit against mistyping."""
    digits = f"{number:09d}"
    return f"P{digits}{luhn.calc_check_digit(digits)}"


def person_code_valid(code: str) -> bool:
    return PERSON_CODE.fullmatch(code) is not None and bool(luhn.is_valid(code[1:]))
