"""What names mean: codes and labels of the vocabulary, and builtin functions whose names have spaces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from policies.rules.signatures import FEEL_ONLY_NAMES, SIGNATURES
from policies.rules.tokens import KEYWORDS, NAME_START, Token
from policies.rules.values import Vocabulary

_WORDS_OR_DOTTED = re.compile(rf"[{NAME_START}][{NAME_START}0-9]*(?:[ .][{NAME_START}][{NAME_START}0-9]*)*")


def is_plain_label(label: str) -> bool:
    """Whether a label can be typed bare: words of letters with single spaces, none of them a keyword."""
    return bool(_WORDS_OR_DOTTED.fullmatch(label)) and not KEYWORDS.intersection(re.split(r"[ .]", label))


def _phrases(names: Iterable[str]) -> dict[str, list[tuple[str, ...]]]:
    """First word -> word sequences of the names with spaces, longest first."""
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for name in names:
        words = tuple(name.split(" "))
        if len(words) > 1:
            by_first.setdefault(words[0], []).append(words)
    for sequences in by_first.values():
        sequences.sort(key=len, reverse=True)
    return by_first


FUNCTION_PHRASES = _phrases([*SIGNATURES, *FEEL_ONLY_NAMES])


def longest_phrase(phrases: Mapping[str, list[tuple[str, ...]]], tokens: Sequence[Token], at: int) -> tuple[str, ...]:
    """The longest of the phrases that stands at `tokens[at]`, or ()."""
    for words in phrases.get(tokens[at].value, ()):
        if len(tokens) > at + len(words) and all(
            tokens[at + offset].value == word and tokens[at + offset].kind in ("name", "keyword")
            for offset, word in enumerate(words)
        ):
            return words
    return ()


@dataclass
class Names:
    """Everything that may be typed for the facts of one vocabulary."""

    vocabulary: Vocabulary
    known: dict[str, str] = field(default_factory=dict)  # code or label -> code
    ambiguous: dict[str, list[str]] = field(default_factory=dict)  # label -> codes
    phrases: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        labels: dict[str, list[str]] = {}
        for code, fact_type in self.vocabulary.items():
            if fact_type.parameter:
                continue
            self.known[code] = code
            for label in dict.fromkeys((fact_type.labels or {}).values()):
                labels.setdefault(unicodedata.normalize("NFKC", label), []).append(code)
        for label, codes in labels.items():
            if label in self.known:
                continue
            if len(set(codes)) == 1:
                self.known[label] = codes[0]
            else:
                self.ambiguous[label] = sorted(set(codes))
        self.phrases = _phrases(name for name in (*self.known, *self.ambiguous) if is_plain_label(name))


_latest: Names | None = None


def names_of(vocabulary: Vocabulary) -> Names:
    """The names of a vocabulary; the latest one is kept, since rules are compiled by the thousand against one."""
    global _latest
    latest = _latest
    if latest is None or latest.vocabulary != vocabulary:
        latest = _latest = Names(dict(vocabulary))
    return latest
