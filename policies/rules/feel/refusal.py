"""What the conformance mode does not do, it refuses to do."""

from __future__ import annotations

from typing import Self

from policies.rules.nodes import Span
from policies.rules.problems import Problem


class Refused(Exception):  # noqa: N818
    """An expression outside what this mode understands: `reason`, and where it stands (`line`, `column`, from 1)."""

    def __init__(self, reason: str, span: Span | None = None) -> None:
        self.reason, self.span = reason, span
        self.line, self.column = 1, 1
        super().__init__(reason)

    def at(self, span: Span) -> Self:
        """The same refusal at this place, unless a closer one is known."""
        self.span = self.span or span
        return self

    def placed(self, text: str) -> Self:
        """The same refusal with line and column in `text`."""
        if self.span is not None:
            problem = Problem("refused", self.reason, self.reason, self.span).placed(text)
            self.line, self.column = problem.line, problem.column
        return self

    def __str__(self) -> str:
        return f"{self.line}:{self.column} {self.reason}"
