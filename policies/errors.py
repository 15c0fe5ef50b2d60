"""What can be wrong with a policy, and what services refuse."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error stops a publication; a warning is shown to maker and checker."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a policy.

    `place` is the path of keys that leads to it ("document.issued_on", "examples.2.verdict"). `zh` and `en` say what is
    wrong and what to do; a problem in an expression begins with line:column, both from 1.
    """

    place: str
    zh: str
    en: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.place}: {self.en}"


class PolicyError(Exception):
    """A request that the catalogue refuses; the message says what to do."""

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class DefinitionProblems(PolicyError):  # noqa: N818 - it is a list of problems, as RuleProblems is
    """A definition with problems: all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            zh="；".join(f"{problem.place}：{problem.zh}" for problem in self.problems),
            en="; ".join(map(str, self.problems)),
        )
