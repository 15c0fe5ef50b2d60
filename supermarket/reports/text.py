"""Values as they stand in a report."""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import get_language

from enterprises.deliveries.tables import harmless
from enterprises.vocabulary import reference_table


def page_language() -> str:
    """In which a report is written, unless another is asked for."""
    return get_language() or "zh-hans"


def money(fen: int | None) -> str:
    """123456 -> "1234.56": digits and a point, no thousands, so that any program reads them."""
    if fen is None:
        return ""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def say(text: Mapping[str, str] | None) -> str:
    """A {zh, en} pair in the language of the report, or in the other one where it lacks."""
    if not text:
        return ""
    first, second = ("en", "zh") if get_language() == "en" else ("zh", "en")
    return text.get(first) or text.get(second) or ""


def area(code: str) -> str:
    """The name of a division, with its code."""
    found = reference_table("divisions")["codes"].get(code)
    name = say(found) if found else ""
    return f"{name} {code}".strip()


def day(value: date | None) -> str:
    return "" if value is None else value.isoformat()


def moment(value: datetime | None) -> str:
    return "" if value is None else timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")


def printable(text: str) -> str:
    """Without control characters, which neither a workbook nor a page can hold."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else " " for letter in text)


def neutral(text: str) -> str:
    """A printable text that no spreadsheet takes for a formula."""
    return printable(harmless(text))
