"""Functions of texts. Lengths and positions count characters (code points), positions from 1."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final


def _of_texts(function: Callable[..., object]) -> Callable[..., object]:
    def guarded(*arguments: object) -> object:
        return function(*arguments) if all(isinstance(argument, str) for argument in arguments) else None

    return guarded


def substring(text: object, start: object, length: object = None) -> str | None:
    """From `start` (negative: from the end), at most `length` characters."""
    if (
        not isinstance(text, str)
        or not isinstance(start, Decimal)
        or not (length is None or isinstance(length, Decimal))
    ):
        return None
    first = int(start)
    if first == 0 or abs(first) > len(text) or (length is not None and int(length) < 1):
        return None
    begin = first - 1 if first > 0 else len(text) + first
    return text[begin:] if length is None else text[begin : begin + int(length)]


TEXT_FUNCTIONS: Final[dict[str, Callable[..., object]]] = {
    "string length": _of_texts(lambda text: Decimal(len(text))),
    "contains": _of_texts(lambda text, match: match in text),
    "starts with": _of_texts(lambda text, match: text.startswith(match)),
    "ends with": _of_texts(lambda text, match: text.endswith(match)),
    "upper case": _of_texts(str.upper),
    "lower case": _of_texts(str.lower),
    "substring": substring,
}
