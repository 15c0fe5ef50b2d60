"""A policy as its file says it (`fixtures/policies/<code>.yaml`): frozen, plain, without a database.

Expressions (`eligibility`, `amount`, …) are texts of the rule language. Money in examples is yuan.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from policies.definition.plain import DayOfYear, Plain, as_data


class Audience(StrEnum):
    ENTERPRISE = "enterprise"
    PERSON = "person"


class Level(StrEnum):
    """Who made the policy."""

    NATION = "nation"
    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"


class Payer(StrEnum):
    """Whose money it is; other than HERE, the store shows the policy and where to get it, and takes no claim."""

    HERE = "here"
    PROVINCE = "province"
    NATION = "nation"
    TAX_OFFICE = "tax_office"


class DeliveryMode(StrEnum):
    NO_APPLICATION = "no_application"
    APPLY_AND_ENJOY = "apply_and_enjoy"
    TIME_LIMITED = "time_limited"
    TAX_DECLARATION = "tax_declaration"


class Pay(StrEnum):
    """AUTOMATIC: the rule's amount; AFTER_DECISION: an official enters the sum, up to `amount`; NEVER: shown only."""

    AUTOMATIC = "automatic"
    AFTER_DECISION = "after_decision"
    NEVER = "never"


class PeriodKind(StrEnum):
    ONCE = "once"
    YEARLY = "yearly"
    HALF_YEARLY = "half_yearly"
    QUARTERLY = "quarterly"
    MONTHLY = "monthly"


class Verdict(StrEnum):
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNKNOWN = "unknown"


class TermUnit(StrEnum):
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """`language`: a code as Django has it ("zh-hans", "en")."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Document:
    """The document that the policy stands in. `not_printed`: the sources we know do not print number or date."""

    title: str | None = None
    issued_by: str | None = None
    number: str | None = None
    issued_on: date | None = None
    url: str | None = None
    not_printed: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `since` to `until`, both included; None = open (or not printed)."""

    since: date | None = None
    until: date | None = None

    def covers(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class ApplyWindow:
    """When claims are taken; a day of the year counts in the year that the period ends in, or in the year after it
    where that day lies before the period's end."""

    since: date | DayOfYear | None = None
    until: date | DayOfYear | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """Who or what is counted: rows of the items fact `source` where `where` is true, each used once by its `key`."""

    source: str
    key: str
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Instalment:
    """`share` of the amount, `after` an ISO 8601 duration from the first payment, if `condition` holds on that day.

    `schedule`: whose instalment it is, decided once with the claim (talent of class A is paid at once, of class B over
    five years); the shares of one schedule add up to 1.
    """

    share: Fraction
    after: str = "P0D"
    condition: str | None = None
    schedule: str | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """A sum shared out pro rata over the closed list: `total` and `weight` are expressions."""

    total: str
    weight: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """`per` beneficiary | item | household | project; `window` ever | year | period;
    `rule` highest_only | first_only | once | top_up | stack; `ladder`: codes from the lowest step to the highest."""

    group: str
    per: str = "beneficiary"
    window: str = "year"
    rule: str = "highest_only"
    ladder: tuple[str, ...] = ()
    promotion: str | None = None
    lower_share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Funding:
    """`pool`: code of the appropriation; `shares`: "standard" or payer -> share; `lead` pays the beneficiary;
    `when_short` queue | pro_rata | stop."""

    pool: str
    shares: str | Mapping[str, Fraction] = "standard"
    lead: str = "district"
    when_short: str = "queue"


@dataclass(frozen=True, slots=True)
class Term:
    days: int
    unit: TermUnit


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Whether the beneficiary must confirm before the money moves, and what silence means (lapse | accept)."""

    required: bool
    silence: str = "lapse"


@dataclass(frozen=True, slots=True)
class Material:
    """A paper. `source`: a source of ours already says it, so nobody brings it; `upload`: the applicant brings it."""

    name: Text
    source: str | None = None
    upload: bool = False


@dataclass(frozen=True, slots=True)
class FairCompetitionReview:
    """公平竞争审查 of the document: `result` passed | exempt | failed."""

    result: str
    reviewed_on: date | None = None
    reviewed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """Facts and what must come out: the tests that a policy carries.

    `facts` and `parameters` are plain values by code (money in yuan, dates as ISO texts); a parameter not given has its
    value of `as_of`. `amount` in yuan; `missing`: the facts that would decide.
    """

    title: str
    facts: Mapping[str, Plain]
    verdict: Verdict
    amount: Decimal | None = None
    as_of: date | None = None
    missing: tuple[str, ...] | None = None
    parameters: Mapping[str, Plain] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Definition:
    """One policy: who, what, how much, how. Keys and words as in the exchange format, `from` read as `since`."""

    code: str
    title: Text
    document: Document
    department: str
    audience: Audience
    area: str
    level: Level
    paid_by: Payer
    delivery: DeliveryMode
    pay: Pay
    in_force: Span
    eligibility: str
    period: PeriodKind
    amount: str | None = None
    tables: Mapping[str, Plain] = field(default_factory=dict)
    once_per: str | None = None
    reference: date | DayOfYear | None = None
    apply: ApplyWindow | None = None
    pay_until: date | DayOfYear | None = None
    items: Items | None = None
    instalments: tuple[Instalment, ...] = ()
    pool: Pool | None = None
    exclusions: tuple[Exclusion, ...] = ()
    funding: Funding | None = None
    promise: Term | None = None
    notice: Term | None = None
    confirmation: Confirmation | None = None
    also_by_application: ApplyWindow | None = None
    materials: tuple[Material, ...] = ()
    because: Text | None = None
    where_to_get: Text | None = None
    fair_competition_review: FairCompetitionReview | None = None
    examples: tuple[Example, ...] = ()

    def as_data(self) -> dict[str, Plain]:
        """In the exchange format, numbers as Decimal, dates as ISO texts; what stands at its default is left out."""
        return dict(as_data(self))
