"""What is wrong with a rule: every problem at once, each with its place, a code and a hint, in Chinese and English."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from policies.rules.nodes import NOWHERE, Span


@dataclass(frozen=True)
class Problem:
    """One problem. `code` is stable; `part` says which text it stands in ("rule", "where", "tables.rates[1].when")."""

    code: str
    zh: str
    en: str
    span: Span = NOWHERE
    hint_zh: str = ""
    hint_en: str = ""
    severity: Literal["error", "warning"] = "error"
    part: str = ""
    line: int = 1
    column: int = 1

    def placed(self, text: str, part: str = "") -> Problem:
        """The same problem with line and column (both from 1) in `text`."""
        before = text[: self.span.start]
        line = before.count("\n") + 1
        column = self.span.start - (before.rfind("\n") + 1) + 1
        return replace(self, line=line, column=column, part=self.part or part)

    def __str__(self) -> str:
        place = f"{self.part + ' ' if self.part else ''}{self.line}:{self.column}"
        return f"{place} {self.code}: {self.en}" + (f" ({self.hint_en})" if self.hint_en else "")


class RuleProblems(Exception):  # noqa: N818  the name of the public interface
    """A rule that was refused; `problems` holds every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class FactValueError(ValueError):
    """A fact was handed in with a value that its type does not have."""

    def __init__(self, code: str, value: object, expected: str) -> None:
        self.code, self.value, self.expected = code, value, expected
        super().__init__(f"fact {code}: {value!r} is not {expected}")


def did_you_mean(name: str, known: Iterable[str]) -> tuple[str, str]:
    """Hints (zh, en) naming the closest known names; empty where nothing is close."""
    matches = difflib.get_close_matches(name, list(dict.fromkeys(known)), n=3, cutoff=0.6)
    if not matches:
        return "", ""
    return f"是不是想写：{'、'.join(matches)}？", f"did you mean {', '.join(matches)}?"
