"""Text to tokens. Full-width signs count as their ASCII twins, so that a Chinese keyboard needs no switching."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from policies.rules.nodes import Span
from policies.rules.problems import Problem

MAX_TEXT_LENGTH: Final = 20_000

KEYWORDS: Final = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "between",
        "if",
        "then",
        "else",
        "some",
        "every",
        "satisfies",
        "for",
        "return",
        "true",
        "false",
        "null",
    ]
)
NAME_START: Final = r"A-Za-z_〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
# Full-width forms U+FF01..FF5E and a few Chinese marks, one character to one character: offsets stay true.
_HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord("“"): '"',
    ord("”"): '"',
    ord("、"): ",",
    ord("。"): ".",
    0x3000: " ",
    ord("【"): "[",
    ord("】"): "]",
}


@dataclass(frozen=True, slots=True)
class Token:
    """kind: number, text, name, keyword, quoted (a label in backticks), at (a temporal literal), sign, end."""

    kind: str
    value: str
    span: Span


class SyntaxProblem(Exception):  # noqa: N818
    """Raised inside tokenizer and parser; carries one Problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.en)


_SIGNS: Final = {"≤": "<=", "≥": ">=", "≠": "!="}
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "'": "'"}
_ESCAPE: Final = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)", re.DOTALL)


def unescape(body: str) -> str:
    """The text that a string literal's body stands for; surrogate pairs join."""

    def one(match: re.Match[str]) -> str:
        escape = match.group(1)
        if escape[0] in "uU" and len(escape) > 1:
            return chr(int(escape[1:], 16))
        return _ESCAPES.get(escape, match.group(0))

    text = _ESCAPE.sub(one, body)
    if any("\ud800" <= character <= "\udfff" for character in text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"""(?P<space>(?:\s|//[^\n]*|/\*.*?\*/)+)
        |(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
        |(?P<name>{name})
        |(?P<text>"(?:[^"\\]|\\.)*")
        |(?P<quoted>`[^`\n]*`)
        |(?P<sign>[≤≥≠]|\*\*|\.\.|<=|>=|!=|->|[-+*/<>=()\[\]{{}},.:@?])
        """,
        re.VERBOSE | re.DOTALL,
    )


RULE_TOKENS: Final = _pattern(rf"[{NAME_START}][{NAME_START}0-9]*")
# FEEL allows more in names (the conformance mode reads these).
FEEL_TOKENS: Final = _pattern(
    r"[?A-Za-z_\u00b7\u00c0-\u2027\u202a-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufffd\U00010000-\U000effff]"
    r"[0-9?A-Za-z_'\u00b7\u00c0-\u2027\u202a-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufffd\U00010000-\U000effff]*"
)


def half_width(text: str) -> str:
    """Full-width signs outside strings as ASCII, length kept."""
    if text.isascii():
        return text
    parts = re.split(r'("(?:[^"\\]|\\.)*"|“[^”]*”|\uff02[^\uff02]*\uff02)', text)
    for index, part in enumerate(parts):
        if index % 2 == 0:
            parts[index] = part.translate(_HALF_WIDTH)
        elif part[0] != '"':
            parts[index] = '"' + part[1:-1].replace('"', "'") + '"'
    return "".join(parts)


def tokenize(text: str, pattern: re.Pattern[str] = RULE_TOKENS) -> list[Token]:
    """All tokens and an `end`. Raises SyntaxProblem at a character that the language does not have."""
    if len(text) > MAX_TEXT_LENGTH:
        raise SyntaxProblem(_too_long(len(text)))
    source = half_width(text) if pattern is RULE_TOKENS else text
    tokens: list[Token] = []
    position = 0
    while position < len(source):
        match = pattern.match(source, position)
        if match is None:
            raise SyntaxProblem(_bad_character(source, position))
        kind, value = match.lastgroup or "", match.group()
        span = Span(position, match.end())
        position = match.end()
        if kind == "space":
            continue
        if kind == "name":
            value = unicodedata.normalize("NFKC", value) if not value.isascii() else value
            kind = "keyword" if value in KEYWORDS else "name"
        elif kind == "sign":
            value = _SIGNS.get(value, value)
        elif kind == "text":
            value = unescape(value[1:-1])
        elif kind == "quoted":
            value = unicodedata.normalize("NFKC", value[1:-1])
        tokens.append(Token(kind, value, span))
    tokens.append(Token("end", "", Span(len(text), len(text))))
    return tokens


def _too_long(length: int) -> Problem:
    return Problem(
        "too-long",
        f"规则过长：{length} 个字符，最多 {MAX_TEXT_LENGTH} 个",
        f"the rule has {length} characters, at most {MAX_TEXT_LENGTH} are allowed",
    )


def _bad_character(source: str, position: int) -> Problem:
    character = source[position]
    span = Span(position, position + 1)
    if character == '"':
        return Problem(
            "unclosed-text", "引号没有闭合", "this text is not closed", span, "补上另一半引号", "add the closing quote"
        )
    return Problem(
        "character",
        f"不认识的字符“{character}”",
        f"unexpected character {character!r}",
        span,
        "名称只含字母、数字、下划线和汉字；带其他符号的名称写在反引号中",
        "names hold letters, digits, underscores and ideographs; put a label with other signs in backticks",
    )
