"""What can go wrong with data, told to whoever can mend it: what, where and what to do, in Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """One thing wrong: a stable code, and a sentence in each language."""

    code: str
    zh: str
    en: str
    column: str = ""
    value: str = ""

    def as_data(self) -> dict[str, str]:
        return {"code": self.code, "column": self.column, "value": self.value, "zh": self.zh, "en": self.en}


class EnterprisesError(Exception):
    """Base of this app's errors."""


class VocabularyError(EnterprisesError):
    """facts.yaml or sources.yaml breaks its schema; lists every problem."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SourceUnreachableError(EnterprisesError):
    """A department's server did not give what it offers; nothing was taken, the next pull goes on."""


@dataclass
class DeliveryRefusedError(EnterprisesError):
    """A file as a whole is not taken: nothing of it went in."""

    problem: Problem
    details: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.problem.en} / {self.problem.zh}"


class AccountRefusedError(EnterprisesError):
    """An account cannot be entered: {field: (Chinese, English)} with every problem."""

    def __init__(self, problems: Mapping[str, tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {en}" for field, (_, en) in problems.items()))
        self.problems = problems

    def message(self) -> dict[str, str]:
        return {
            "zh": "；".join(zh for zh, _ in self.problems.values()),
            "en": "; ".join(en for _, en in self.problems.values()),
        }
