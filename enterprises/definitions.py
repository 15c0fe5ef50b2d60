"""What facts.yaml and sources.yaml say, as objects: one definition a fact, one a source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Labels = Mapping[str, str]
Audience = Literal["enterprise", "person"]
Visibility = Literal["public", "owner", "statistics"]


class AbsentUnknown:
    """Stands in `when_absent` where absence says nothing."""

    def __repr__(self) -> str:
        return "ABSENT_UNKNOWN"


ABSENT_UNKNOWN: Final = AbsentUnknown()


@dataclass(frozen=True)
class FieldDefinition:
    """A typed column: of a fact, or of an item."""

    code: str
    kind: str
    labels: Labels
    column: str
    unit: str | None = None
    codes: Mapping[str, Labels] | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Old code -> the code that took its place."""
    minimum: int | None = None
    """Least value that makes sense; what is below it is rejected."""

    @property
    def personal(self) -> bool:
        """An identity number: kept as a keyed hash only."""
        return self.code == "identity"


@dataclass(frozen=True)
class FactDefinition(FieldDefinition):
    """One fact of the vocabulary."""

    audience: tuple[Audience, ...] = ()
    sources: Mapping[Audience, tuple[str, ...]] = field(default_factory=dict)
    """Codes of the sources that state it, the one that goes first in front."""
    freshness_days: int = 0
    visibility: Visibility = "owner"
    when_absent: object = ABSENT_UNKNOWN
    applies_if: str | None = None
    key: str | None = None
    fields: Mapping[str, FieldDefinition] = field(default_factory=dict)


@dataclass(frozen=True)
class Pull:
    """Where a source is fetched from: the address of its manifest, and the environment variable with its token."""

    manifest: str
    token: str = ""


@dataclass(frozen=True)
class SourceDefinition:
    """One data set of a department."""

    code: str
    name: Labels
    department: str
    audience: Audience
    complete: bool
    precedence: int
    due: str
    key_column: str
    items: str | None = None
    facts: tuple[str, ...] = ()
    """Codes of the facts that it states, in the order of facts.yaml."""
    encoding: str = "utf-8"
    pull: Pull | None = None
    compiled: bool = False
    """Put together by this store (rosters); nobody delivers it."""
    name_column: str | None = None
    """Of a register: the column of names. Its rows make beneficiaries known; the others speak of known ones."""

    @property
    def registers(self) -> bool:
        return self.name_column is not None
