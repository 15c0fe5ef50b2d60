"""Reading tokens one after the other, with limits and collected problems; the base of the parser."""

from __future__ import annotations

from typing import Final, NoReturn

from policies.rules.nodes import Span
from policies.rules.problems import Problem
from policies.rules.tokens import SyntaxProblem, Token

MAX_DEPTH: Final = 40

_NAMES_ZH: Final = {"end": "规则结尾", "name": "名称", "number": "数字", "text": "文字", "keyword": "关键字"}
_NAMES_EN: Final = {"end": "the end", "name": "name", "number": "number", "text": "text", "keyword": "keyword"}


def _bracket_levels(tokens: list[Token]) -> list[int]:
    """How many brackets are open around each token."""
    levels, level = [], 0
    for token in tokens:
        if token.kind == "sign" and token.value in ")]}":
            level -= 1
        levels.append(level)
        if token.kind == "sign" and token.value in "([{":
            level += 1
    return levels


class TokenStream:
    """A cursor over tokens. `problems` collects what does not stop the reading."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.problems: list[Problem] = []
        self._depth = 0
        self.levels = _bracket_levels(tokens)

    @property
    def current(self) -> Token:
        return self.tokens[self.position]

    def peek(self, offset: int = 1) -> Token:
        return self.tokens[min(self.position + offset, len(self.tokens) - 1)]

    def advance(self) -> Token:
        token = self.tokens[self.position]
        if token.kind != "end":
            self.position += 1
        return token

    def at(self, kind: str, *values: str) -> bool:
        token = self.tokens[self.position]
        return token.kind == kind and (not values or token.value in values)

    def take(self, kind: str, *values: str) -> Token | None:
        return self.advance() if self.at(kind, *values) else None

    def expect(self, kind: str, value: str) -> Token:
        if self.at(kind, value):
            return self.advance()
        return self.fail_expected(f"“{value}”", f"{value!r}")

    def span_from(self, start: int) -> Span:
        """From an offset to the end of the last token taken."""
        end = self.tokens[self.position - 1].span.end if self.position else start
        return Span(start, max(start, end))

    def skip_to(self, level: int, *words: str) -> bool:
        """Move to the next of the keywords at this bracket level; False where the level ends first."""
        position = self.position
        while self.tokens[position].kind != "end" and self.levels[position] >= level:
            token = self.tokens[position]
            if self.levels[position] == level and token.kind == "keyword" and token.value in words:
                self.position = position
                return True
            position += 1
        return False

    def enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise SyntaxProblem(
                Problem(
                    "too-deep",
                    f"嵌套过深：最多 {MAX_DEPTH} 层",
                    f"nested too deeply: at most {MAX_DEPTH} levels",
                    self.current.span,
                )
            )

    def leave(self) -> None:
        self._depth -= 1

    def fail(
        self, code: str, zh: str, en: str, span: Span | None = None, hints: tuple[str, str] = ("", "")
    ) -> NoReturn:
        raise SyntaxProblem(Problem(code, zh, en, span or self.current.span, *hints))

    def report(self, code: str, zh: str, en: str, span: Span, hints: tuple[str, str] = ("", "")) -> None:
        self.problems.append(Problem(code, zh, en, span, *hints))

    def fail_expected(self, zh: str, en: str) -> NoReturn:
        token = self.current
        shown, kind = f"“{token.value}”" if token.value else "", _NAMES_EN.get(token.kind, "")
        self.fail(
            "syntax",
            f"这里应为{zh}，却是{_NAMES_ZH.get(token.kind, '')}{shown}",
            " ".join(filter(None, [f"expected {en}, found", kind, repr(token.value) if token.value else ""])),
        )
