"""Values, bounds and distances as people read them, in Chinese or English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import ModuleType
from typing import Final

from policies.rules import sentences_en, sentences_zh
from policies.rules.types import Unit
from policies.rules.values import SECONDS_OF_DAY, DaysTime, FactType, Interval, YearsMonths

LANGUAGES: Final[Mapping[str, ModuleType]] = {"zh": sentences_zh, "en": sentences_en}


class Display:
    """One language's way of writing values."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._module = LANGUAGES[language]

    def sentence(self, key: str, **parts: str) -> str:
        """A whole sentence; English ones begin with a capital."""
        text = self._module.SENTENCES[key].format(**parts)
        return text[:1].upper() + text[1:] if self.language == "en" else text

    def phrase(self, key: str) -> str:
        """The pattern of an expression's phrase."""
        return str(self._module.PHRASES[key])

    def has_phrase(self, key: str) -> bool:
        return key in self._module.PHRASES

    def property(self, name: str) -> str:
        """A property of a date or duration in words; any other name as it is."""
        return str(self._module.PROPERTIES.get(name, name))

    def has(self, key: str) -> bool:
        return key in self._module.SENTENCES

    def joined(self, texts: list[str]) -> str:
        return str(self._module.SEPARATOR).join(texts)

    def text(self, key: str, **parts: object) -> str:
        return _numbered(self._module.TEXTS[key].format(**parts), one="1" in {str(part) for part in parts.values()})

    def value(self, value: object, unit: Unit = None, codes: FactType | None = None) -> str:
        """A value: numbers with unit, ratios as percent, codes by label; a bare number of four digits is a year."""
        match value:
            case bool():
                return self.text("true" if value else "false")
            case Decimal():
                return self.number(value, unit)
            case Interval(low, high):
                ends = [self.number(end, unit) if end is not None else "…" for end in (low, high)]
                return self.text("from_to", low=ends[0], high=ends[1])
            case str():
                return (codes.code_labels(value).get(self.language) if codes is not None else None) or value
            case date():
                return self.text("date", year=value.year, month=value.month, day=value.day, iso=value.isoformat())
            case YearsMonths():
                return self._years_months(value)
            case DaysTime():
                return self.text("days", number=_grouped(value.seconds / SECONDS_OF_DAY))
            case frozenset():
                labels = [self.value(member, codes=codes) for member in sorted(value)]
                return self.joined(labels) if labels else self.text("empty")
            case tuple():
                return self.text("items", number=len(value))
        return str(value)

    def number(self, number: Decimal, unit: Unit) -> str:
        if unit == ():
            return f"{_grouped(number * 100)}%"
        is_year = unit is None and 1000 <= number <= 9999
        written = f"{number.normalize():f}" if is_year else _grouped(number)
        if unit is not None and len(unit) == 1 and unit[0][1] == 1:
            suffix = self._module.UNITS.get(unit[0][0])
            if suffix is not None:
                return _numbered(written + suffix, one=number == 1)
        return written

    def distance(self, one: object, other: object, unit: Unit) -> str | None:
        """How far two values lie apart; None where that is no number of anything."""
        if isinstance(one, Decimal) and isinstance(other, Decimal):
            apart = abs(one - other)
            return self.text("points", number=_grouped(apart * 100)) if unit == () else self.number(apart, unit)
        if isinstance(one, date) and isinstance(other, date):
            return self.text("days", number=abs((one - other).days))
        if isinstance(one, YearsMonths) and isinstance(other, YearsMonths):
            return self._years_months(YearsMonths(abs(one.months - other.months)))
        if isinstance(one, DaysTime) and isinstance(other, DaysTime):
            return self.value(DaysTime(abs(one.seconds - other.seconds)))
        return None

    def _years_months(self, duration: YearsMonths) -> str:
        years, months = divmod(duration.months, 12)
        whole, rest = self.text("years", years=years), self.text("months", months=months)
        if years and months:
            return self.text("years_months", years=whole, months=rest)
        return whole if years else rest


def _grouped(number: Decimal) -> str:
    """Thousands grouped, no needless zeros."""
    whole, _, fraction = f"{number if number else 0:,f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def _numbered(text: str, *, one: bool) -> str:
    """`3 day| days` with the form for one or for several."""
    if "|" not in text:
        return text
    singular, plural = text.split("|")
    return singular if one else singular[: singular.rfind(" ")] + plural
