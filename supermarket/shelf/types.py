"""The shelf: all policies as they stand for one beneficiary. A read; it decides nothing.

Texts are {zh, en} pairs (`policies.definition.Text`); money is integer fen; days are local dates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

from policies.definition import DeliveryMode, Document, Payer, Term, Text, Verdict
from policies.rules import By, Open, Question, rank_questions


class Group(StrEnum):
    """Where an item stands on the shelf, best news first."""

    ON_THE_WAY = "on_the_way"  # claimed: paid or on its way
    ONE_CLICK = "one_click"  # eligible and payable here
    NOT_YET = "not_yet"  # ineligible, with the nearest way in
    CANNOT_TELL = "cannot_tell"  # a fact is unknown, with the facts that would decide
    ELSEWHERE = "elsewhere"  # paid by another payer or by tax declaration: where to get it


class AmountKind(StrEnum):
    """What `amount_fen` means."""

    EXACT = "exact"
    UP_TO = "up_to"  # an official decides the sum; this is the ceiling
    BEFORE_EARLIER_PAYMENTS = "before_earlier_payments"  # what was paid earlier is still taken off
    POOL = "pool"  # shared out when the list is closed: no sum yet
    UNKNOWN = "unknown"  # facts of the amount are missing
    NONE = "none"  # no sum is printed, or not eligible


class MaterialState(StrEnum):
    HAVE_IT = "have_it"  # `source` already says it: nobody brings it
    BRING_IT = "bring_it"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a value comes from: the source's name, the day it speaks of; `absent`: the source's list does not name the
    beneficiary ("not on the list of …"); `typed`: the visitor typed it."""

    source: Text
    as_of: date | None
    absent: bool = False
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition as it came out: `truth` True, False or None (unknown); `text` a whole sentence; `value` what was
    used, written for people (None: unknown or not shown); `provenance` one per fact of the condition."""

    truth: bool | None
    text: Text
    facts: tuple[str, ...] = ()
    value: Text | None = None
    provenance: tuple[Provenance, ...] = ()
    children: tuple["Reason", ...] = ()


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that would decide, most deciding first; `source` is who can tell it, `typeable` whether a visitor may."""

    code: str
    label: Text
    source: Text | None
    typeable: bool = True


@dataclass(frozen=True, slots=True)
class NearestStep:
    """One condition of the nearest way in; `text` says the distance only to the owner of the facts."""

    text: Text
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MaterialItem:
    name: Text
    state: MaterialState
    source: Text | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class ClaimSummary:
    """A claim that exists for this policy: `state` as in the claim's table of states."""

    reference: str
    state: str
    period: str
    amount_fen: int | None
    changed_on: date | None = None


class Details(Protocol):
    """What is worked out only when it is looked at."""

    def first_reason(self) -> Reason | None: ...
    def reasons(self) -> tuple[Reason, ...]: ...
    def amount_reasons(self) -> tuple[Reason, ...]: ...
    def missing(self) -> tuple[MissingFact, ...]: ...
    def opened(self) -> Open: ...
    def nearest(self) -> tuple[NearestStep, ...]: ...
    def materials(self) -> tuple[MaterialItem, ...]: ...


@dataclass(frozen=True)
class ShelfItem:
    """One policy for one beneficiary.

    `period` is what would be paid for now ("2023", "2023Q2", "once"); `periods_open` all that may be claimed today;
    `reference` the day whose facts counted; `apply_from` / `deadline` the days between which a claim is taken (None: no
    limit is known); `claimable` whether a claim may be made here today. An item ON_THE_WAY is one claim, with `claims`
    of length 1 and no details; elsewhere `claims` are earlier ones that ended without money, or were begun and not
    handed in. The properties below are worked out when they are first read.
    """

    code: str
    version_id: int
    version_number: int
    title: Text
    group: Group
    verdict: Verdict
    mode: DeliveryMode
    paid_by: Payer
    period: str
    periods_open: tuple[str, ...]
    reference: date
    amount_fen: int | None
    amount_kind: AmountKind
    department: str
    document: Document
    claimable: bool = False
    because: Text | None = None
    apply_from: date | None = None
    deadline: date | None = None
    promise: Term | None = None
    notice: Term | None = None
    where_to_get: Text | None = None
    claims: tuple[ClaimSummary, ...] = ()
    sample: bool = False
    details: Details | None = field(default=None, repr=False, compare=False)

    @cached_property
    def first_reason(self) -> Reason | None:
        """The one to show in a list: what decides."""
        return self.details.first_reason() if self.details else None

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """The conditions that all must hold, in the order of the rule, the area first."""
        return self.details.reasons() if self.details else ()

    @cached_property
    def amount_reasons(self) -> tuple[Reason, ...]:
        """How the sum comes about, sentence by sentence."""
        return self.details.amount_reasons() if self.details else ()

    @cached_property
    def missing(self) -> tuple[MissingFact, ...]:
        """The facts that would decide, the most deciding first."""
        return self.details.missing() if self.details else ()

    @cached_property
    def nearest(self) -> tuple[NearestStep, ...]:
        """The nearest way in; () where nothing that is known could help, or nothing needs to."""
        return self.details.nearest() if self.details else ()

    @cached_property
    def materials(self) -> tuple[MaterialItem, ...]:
        """The papers, each marked whether it has to be brought."""
        return self.details.materials() if self.details else ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """`owner`: whether all facts counted (the owner looks), or only public facts and what was typed; `facts_used` are
    the values behind the answer, `typed` those that were typed."""

    as_of: date
    audience: str
    owner: bool
    items: tuple[ShelfItem, ...]
    typed: Mapping[str, Any] = field(default_factory=dict)

    def questions(self, by: By = "policies") -> list[Question]:
        """The facts that would settle what cannot be told yet: most policies first, or most money."""
        open_items = (item.details for item in self.group(Group.CANNOT_TELL) if item.details)
        return rank_questions((details.opened() for details in open_items), by=by)

    def group(self, group: Group) -> tuple[ShelfItem, ...]:
        return tuple(item for item in self.items if item.group is group)

    @property
    def on_the_way(self) -> tuple[ShelfItem, ...]:
        return self.group(Group.ON_THE_WAY)

    @property
    def one_click(self) -> tuple[ShelfItem, ...]:
        return self.group(Group.ONE_CLICK)

    @property
    def not_yet(self) -> tuple[ShelfItem, ...]:
        return self.group(Group.NOT_YET)

    @property
    def cannot_tell(self) -> tuple[ShelfItem, ...]:
        return self.group(Group.CANNOT_TELL)

    @property
    def elsewhere(self) -> tuple[ShelfItem, ...]:
        return self.group(Group.ELSEWHERE)

    @property
    def amount_fen(self) -> int:
        """What one click away adds up to: exact sums only."""
        return sum(
            item.amount_fen or 0
            for item in self.items
            if item.group is Group.ONE_CLICK and item.amount_kind is AmountKind.EXACT
        )
