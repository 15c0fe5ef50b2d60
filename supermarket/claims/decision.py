"""One policy decided for one beneficiary, and everything that the decision stood on. No database: facts in, answer out.

A claim, a run and a replay decide by the same function.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from enterprises.known import KnownFact
from policies.compiled import CompiledPolicy
from policies.definition import Definition, PeriodKind, Verdict
from policies.models import PolicyVersion
from policies.rules import nodes
from supermarket.claims.exclusions import Standing, amount_left
from supermarket.matching.catalogue import StoreCatalogue
from supermarket.matching.periods import Offer, period_days
from supermarket.matching.selectors import PolicyAnswer, policy_answer

ACCEPTING_AREA, CITY_LEVEL, HOUSEHOLD = "accepting_area", "city_level", "household_number"
DISHONEST = "serious_dishonesty_listed"
SCREENED = frozenset({DISHONEST})  # read for every claim, whatever its policy reads
ITEM_RULES = ("once", "first_only")  # under these an item that is used is not counted again
Known = Mapping[str, KnownFact]


@dataclass(frozen=True)
class Circumstances:
    """What a decision stands on beside facts. `paid`: (group, window) -> yuan; `items_used`: keys of items that other
    claims use; `parameters`: code -> value on the reference date (None: as known now)."""

    day: date
    known_at: datetime
    paid: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    items_used: frozenset[str] = frozenset()
    parameters: Mapping[str, object] | None = None


@dataclass(frozen=True)
class PoolShare:
    """A beneficiary's part of a pool: `weight` of `weights` of `total_fen`; the `odd` fen are dealt by rank."""

    total_fen: int
    weight: int
    weights: int
    odd: int = 0

    @property
    def amount_fen(self) -> int:
        return self.total_fen * self.weight // self.weights + self.odd


@dataclass(frozen=True)
class Decision:
    """`facts`: those that the policy reads and that are known. `standings`: the exclusion rules as they met the claim.
    `amount_fen` is what is left to pay; None while it is not known (a pool, or a sum that an official enters)."""

    answer: PolicyAnswer
    facts: Known
    circumstances: Circumstances
    occasion: str = ""
    standings: tuple[Standing, ...] = ()
    pool_share: PoolShare | None = None
    decided_fen: int | None = None

    @property
    def offer(self) -> Offer:
        return self.answer.offer

    @property
    def definition(self) -> Definition:
        return self.answer.definition

    @property
    def eligible(self) -> bool:
        return self.answer.verdict is Verdict.ELIGIBLE

    @property
    def full_fen(self) -> int | None:
        """Before the exclusion rules; of an official's decision the sum that he entered."""
        if self.pool_share is not None:
            return self.pool_share.amount_fen
        return self.answer.amount_fen if self.decided_fen is None else self.decided_fen

    @property
    def amount_fen(self) -> int | None:
        return None if self.full_fen is None else amount_left(self.full_fen, self.standings)

    @property
    def items(self) -> tuple[str, ...]:
        """Keys of the items that the amount counts."""
        amount = self.answer.amount
        return () if amount is None else tuple(dict.fromkeys(str(key) for key in amount.counted))

    def fact(self, code: str) -> object:
        known = self.facts.get(code)
        return None if known is None else known.value


@dataclass(frozen=True)
class Reads:
    """What a policy reads: facts and parameters by code, groups of `paid(group, window)`."""

    facts: frozenset[str]
    parameters: frozenset[str]
    paid: frozenset[tuple[str, str]]


def reads_of(policy: CompiledPolicy, definition: Definition) -> Reads:
    """Everything named in eligibility, amount, pool and items, and what shares, household and occasion need."""
    trees = [policy.rule.tree]
    trees += [each.tree for each in (policy.amount, policy.weight, policy.pool_total) if each is not None]
    trees += [each.tree for each in (*policy.instalment_conditions, *policy.instalment_schedules) if each is not None]
    trees += [each.items.items for each in (policy.rule, policy.amount) if each is not None and each.items is not None]
    facts = {ACCEPTING_AREA, CITY_LEVEL, *SCREENED}
    parameters: set[str] = set()
    paid: set[tuple[str, str]] = set()
    for node in (each for tree in trees for each in nodes.walk(tree)):
        match node:
            case nodes.Fact(code=code):
                facts.add(code)
            case nodes.Items(source=source):
                facts.add(source)
            case nodes.Parameter(code=code):
                parameters.add(code)
            case nodes.Call(function="paid", arguments=(nodes.Literal(value=group), nodes.Literal(value=window))):
                paid.add((str(group), str(window)))
    if definition.once_per is not None:
        facts.add(definition.once_per)
    if any(exclusion.per == "household" for exclusion in definition.exclusions):
        facts.add(HOUSEHOLD)
    vocabulary = policy.rule.vocabulary
    gates = {vocabulary[code].applies_if for code in facts if code in vocabulary}
    return Reads(frozenset(facts | {code for code in gates if code}), frozenset(parameters), frozenset(paid))


_READS: dict[str, Reads] = {}


def version_reads(version: PolicyVersion, catalogue: StoreCatalogue) -> Reads:
    """The same for every version with the same digest: worked out once."""
    if version.sha256 not in _READS:
        _READS[version.sha256] = reads_of(catalogue.compiled(version), version.parsed)
    return _READS[version.sha256]


def decide(offer: Offer, known: Known, circumstances: Circumstances, catalogue: StoreCatalogue) -> Decision:
    """The policy's answer before exclusion rules. `known` may hold facts that the policy does not read."""
    definition = offer.version.parsed
    reads = version_reads(offer.version, catalogue)
    facts = {code: known[code] for code in sorted(reads.facts) if code in known}
    source = definition.items.source if definition.items else None
    if source in facts and circumstances.items_used:
        facts[source] = _without_used(facts[source], definition, circumstances.items_used)
    if circumstances.parameters is None:
        values = catalogue.parameters_as_of(offer.reference)
        read = {code: values[code] for code in sorted(reads.parameters) if code in values}
        circumstances = replace(circumstances, parameters=read)
    answer = policy_answer(
        offer,
        {code: fact.value for code, fact in facts.items()},
        catalogue,
        parameters=circumstances.parameters,
        paid=circumstances.paid,
    )
    occasion = facts.get(definition.once_per) if definition.once_per else None
    return Decision(answer, facts, circumstances, "" if occasion is None else str(occasion.value))


def _without_used(fact: KnownFact, definition: Definition, used: frozenset[str]) -> KnownFact:
    assert definition.items is not None
    key = definition.items.key
    return replace(fact, value=[row for row in fact.value if str(row.get(key)) not in used])


def year_of(period: str, definition: Definition, day: date) -> int:
    """The year that a claim counts in: its period's, or its decision's where the period is `once`."""
    if definition.period is PeriodKind.ONCE:
        return day.year
    since = period_days(period, definition.in_force).since
    return day.year if since is None else since.year
