"""Who used a fact: asked when a delivery is withdrawn, a value corrected or a title revoked.

This app knows facts and nobody who uses them. Whoever decides with facts (claims, runs, matches) registers a finder in
its AppConfig.ready and tells what is touched.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Use:
    """What changed. An empty set stands for all: a withdrawn delivery touches every fact of whoever is in it."""

    deliveries: frozenset[int] = frozenset()
    beneficiaries: frozenset[int] = frozenset()
    facts: frozenset[str] = frozenset()
    before: datetime | None = None
    """The last moment at which what was known before was still known."""


def just_before(moment: datetime) -> datetime:
    """A database keeps microseconds."""
    return moment - timedelta(microseconds=1)


@dataclass(frozen=True)
class Effect:
    """One thing that was decided with what changed."""

    kind: str
    reference: str
    beneficiary_id: int
    zh: str
    en: str


Finder = Callable[[Use], Iterable[Effect]]
_finders: list[Finder] = []


def finder_register(finder: Finder) -> None:
    """Ask `finder` too, from now on."""
    if finder not in _finders:
        _finders.append(finder)


def effects_of(use: Use) -> list[Effect]:
    """Everything that anybody decided with it."""
    return [effect for finder in _finders for effect in finder(use)]
