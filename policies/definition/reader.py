"""Reads one mapping of plain data key by key and collects every problem with its place."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from policies.definition.types import DayOfYear, Plain, Text
from policies.errors import Problem

Choice = TypeVar("Choice", bound=StrEnum)
Row = TypeVar("Row")

DIGITS_MAX = 15  # decimal digits that survive every JSON reader
TEXT_LENGTH_MAX = 20_000


class Reader:
    """`place` is the path of keys down to `data`, "" at the top. A missing key is None (a problem if required)."""

    def __init__(self, data: Mapping[str, Plain], place: str, problems: list[Problem]) -> None:
        self.data = data
        self.place = place
        self.problems = problems
        self.read: set[str] = set()

    def at(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def problem(self, key: str, zh: str, en: str) -> None:
        self.problems.append(Problem(self.at(key), zh=zh, en=en))

    def plain(self, key: str, *, required: bool = False) -> Plain:
        self.read.add(key)
        value = self.data.get(key)
        if value is None and required:
            self.problem(key, "缺少此项", "is missing")
        return value

    def text(self, key: str, *, required: bool = False, pattern: str | None = None) -> str | None:
        value = self.plain(key, required=required)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.problem(
                key,
                f"应为文字，实为 {value!r}（数字代码请加引号）",
                f"must be a text, not {value!r} (quote numeric codes)",
            )
            return None
        if len(value) > TEXT_LENGTH_MAX:
            self.problem(key, f"文字超过 {TEXT_LENGTH_MAX} 字", f"is longer than {TEXT_LENGTH_MAX} characters")
        if pattern and not re.fullmatch(pattern, value):
            self.problem(key, f"“{value}” 格式不符，应为 {pattern}", f"{value!r} must have the form {pattern}")
        return value.strip()

    def expression(self, key: str, *, required: bool = False) -> str | None:
        """An expression of the language; a bare YAML number or boolean is one too."""
        value = self.data.get(key)
        if isinstance(value, bool):
            self.read.add(key)
            return "true" if value else "false"
        if isinstance(value, int | Decimal):
            self.read.add(key)
            return format(value, "f") if isinstance(value, Decimal) else str(value)
        return self.text(key, required=required)

    def pair(self, key: str, *, required: bool = False) -> Text | None:
        reader = self.mapping(key, required=required)
        if reader is None:
            return None
        text = Text(zh=reader.text("zh", required=True) or "", en=reader.text("en", required=True) or "")
        reader.close()
        return text

    def choice(self, key: str, choices: type[Choice], *, default: Choice | None = None) -> Choice:
        """One of `choices`; required unless there is a default. After a problem the first choice stands in."""
        value = self.plain(key, required=default is None)
        if value is None:
            return default or next(iter(choices))
        word = self.word(key, [choice.value for choice in choices])
        return choices(word) if word else next(iter(choices))

    def word(self, key: str, words: Collection[str], *, default: str | None = None) -> str:
        value = self.plain(key)
        if value is None and default is not None:
            return default
        if value not in words:
            listed = ", ".join(words)
            self.problem(key, f"应为以下之一：{listed}；实为 {value!r}", f"must be one of {listed}; is {value!r}")
            return default or ""
        return str(value)

    def boolean(self, key: str, *, default: bool = False) -> bool:
        value = self.plain(key)
        if value is not None and not isinstance(value, bool):
            self.problem(key, f"应为 true 或 false，实为 {value!r}", f"must be true or false, not {value!r}")
        return default if not isinstance(value, bool) else value

    def integer(self, key: str, *, least: int = 0) -> int:
        value = self.plain(key, required=True)
        if value is None:
            return least
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.problem(
                key,
                f"应为不小于 {least} 的整数，实为 {value!r}",
                f"must be a whole number from {least} up, not {value!r}",
            )
            return least
        return value

    def decimal(self, key: str) -> Decimal | None:
        value = self.plain(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.problem(key, f"应为数字，实为 {value!r}", f"must be a number, not {value!r}")
            return None
        return Decimal(value)

    def fraction(self, key: str, *, required: bool = False) -> Fraction | None:
        """A share: 0.5 or "1/3", above 0 and at most 1."""
        value = self.plain(key, required=required)
        if value is None:
            return None
        try:
            share = Fraction(str(value))
        except (ValueError, ZeroDivisionError):
            share = Fraction(0)
        if not 0 < share <= 1:
            self.problem(
                key,
                f"应为 0 与 1 之间的份额，如 0.5 或 1/3，实为 {value!r}",
                f"must be a share such as 0.5 or 1/3, not {value!r}",
            )
            return None
        return share

    def day(self, key: str) -> date | None:
        value = self.moment(key)
        if isinstance(value, DayOfYear):
            self.problem(key, "应为完整日期，如 2023-12-31", "must be a whole date such as 2023-12-31")
            return None
        return value

    def moment(self, key: str) -> date | DayOfYear | None:
        """A date (2023-12-31) or a day of every year ("12-31")."""
        value = self.plain(key)
        if value is None or type(value) is date:
            return value
        try:
            if isinstance(value, str) and re.fullmatch(r"\d\d-\d\d", value):
                leap = date.fromisoformat(f"2000-{value}")
                return DayOfYear(leap.month, leap.day)
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.problem(key, f"不是日期：{value!r}（如 2023-12-31）", f"is no date: {value!r} (write 2023-12-31)")
            return None

    def mapping(self, key: str, *, required: bool = False) -> "Reader | None":
        value = self.plain(key, required=required)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.problem(key, "应为若干“键：值”", "must be a mapping of keys to values")
            return None
        return Reader(value, self.at(key), self.problems)

    def rows(self, key: str, read: Callable[["Reader"], Row]) -> tuple[Row, ...]:
        value = self.plain(key)
        if value is None:
            return ()
        if isinstance(value, str) or not isinstance(value, Sequence):
            self.problem(key, "应为列表", "must be a list")
            return ()
        rows = []
        for number, row in enumerate(value, start=1):
            if isinstance(row, Mapping):
                reader = Reader(row, f"{self.at(key)}.{number}", self.problems)
                rows.append(read(reader))
                reader.close()
            else:
                self.problem(f"{key}.{number}", "应为若干“键：值”", "must be a mapping of keys to values")
        return tuple(rows)

    def tree(self, key: str) -> dict[str, Plain]:
        """A mapping of free content, its numbers short enough to survive."""
        reader = self.mapping(key)
        if reader is None:
            return {}
        reader.check(reader.data, "")
        return dict(reader.data)

    def check(self, value: Plain, place: str) -> None:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                self.check(inner, f"{place}.{key}".lstrip("."))
        elif isinstance(value, list):
            for number, inner in enumerate(value, start=1):
                self.check(inner, f"{place}.{number}".lstrip("."))
        elif isinstance(value, Decimal) and (not value.is_finite() or len(value.as_tuple().digits) > DIGITS_MAX):
            self.problem(
                place, f"数字 {value} 超过 {DIGITS_MAX} 位", f"number {value} has more than {DIGITS_MAX} digits"
            )
        elif not isinstance(value, str | bool | int | Decimal | date | None):
            self.problem(place, f"此处不能用 {value!r}", f"cannot be {value!r}")

    def close(self) -> None:
        """Whatever was not read is a problem: a misspelt key must not be lost."""
        for key in self.data:
            if key not in self.read:
                known = ", ".join(sorted(self.read))
                self.problem(str(key), f"未知的键；此处可用：{known}", f"is no key here; known keys: {known}")
