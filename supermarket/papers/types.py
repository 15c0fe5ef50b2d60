"""What stands on an evidence sheet, in no language yet: texts are {zh, en} pairs, money is integer fen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from enterprises.models import Beneficiary, Delivery
from policies.definition import Definition, Text, Verdict
from policies.models import PolicyVersion


@dataclass(frozen=True)
class Paper:
    """A paper that the policy asks for. `source`: the department's data that stand in its place (None: it is brought);
    `as_of`, `deliveries`: when it last spoke of the beneficiary, and in which deliveries."""

    name: Text
    source: str | None
    as_of: date | None = None
    deliveries: tuple[int, ...] = ()


@dataclass(frozen=True)
class FactLine:
    """A fact that the decision reads. `value` None: a single figure of the statistics office, shown to nobody."""

    label: Text
    value: Text | None
    source: str
    as_of: date
    delivery: int
    row: int | None
    absent: bool


@dataclass(frozen=True)
class ReasonLine:
    """A condition as it came out, `depth` levels under the rule."""

    truth: bool | None
    text: Text
    depth: int


@dataclass(frozen=True)
class EvidenceSheet:
    """Either of a claim (`claim`, its evidence `number`, frozen) or of what would be decided today (both None).

    `digest`: of the frozen evidence; without a claim, of what the sheet says. `intact`: whether the digest was right
    when the sheet was made. `sum_told`: how the sum comes about. `erased`: the person's key is gone, facts and reasons
    can never be read again.
    """

    version: PolicyVersion
    beneficiary: Beneficiary
    period: str
    reference: date
    known_at: datetime
    amount_fen: int | None
    digest: str
    verdict: Verdict | None = None
    claim: int | None = None
    number: int | None = None
    intact: bool = True
    erased: bool = False
    papers: tuple[Paper, ...] = ()
    facts: tuple[FactLine, ...] = ()
    parameters: tuple[tuple[Text, Text], ...] = ()
    reasons: tuple[ReasonLine, ...] = ()
    sum_told: tuple[Text, ...] = ()
    deliveries: tuple[Delivery, ...] = ()

    @property
    def definition(self) -> Definition:
        return self.version.parsed


def deliveries_named(papers: tuple[Paper, ...], facts: tuple[FactLine, ...]) -> Iterator[int]:
    """Ids of the deliveries that the lines point at."""
    for paper in papers:
        yield from paper.deliveries
    for fact in facts:
        yield fact.delivery
