"""What the store answers: every policy on the shelf, decided on facts and a day. Pure: the same in, the same out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from policies.compiled import CompiledPolicy
from policies.definition import Audience, Definition, Pay, Payer, Verdict
from policies.engine.shelf import Shelf as EngineShelf
from policies.models import PolicyVersion
from policies.rules import Amount, Context
from policies.rules import Verdict as RuleVerdict
from supermarket.matching.catalogue import StoreCatalogue, engine_code, store_catalogue
from supermarket.matching.periods import Offer, offer_for

Facts = Mapping[str, object]
FactsAt = Callable[[date], Facts]
Paid = Mapping[tuple[str, str], Decimal]

VERDICTS = {True: Verdict.ELIGIBLE, False: Verdict.INELIGIBLE, None: Verdict.UNKNOWN}


@dataclass
class PolicyAnswer:
    """One policy for one set of facts. The verdict comes from the engine where that has answered for all policies at
    once, reasons from the explaining evaluator when they are asked for; both agree on every input."""

    offer: Offer
    facts: Facts
    context: Context
    catalogue: StoreCatalogue
    engine_shelf: EngineShelf | None = None

    @property
    def version(self) -> PolicyVersion:
        return self.offer.version

    @property
    def definition(self) -> Definition:
        return self.offer.version.parsed

    @property
    def period(self) -> str:
        return self.offer.period

    @cached_property
    def policy(self) -> CompiledPolicy:
        return self.catalogue.compiled(self.offer.version)

    @cached_property
    def decided(self) -> RuleVerdict:
        """The rule's verdict with its tree of reasons."""
        return self.policy.rule.evaluate(self.facts, context=self.context)

    @cached_property
    def verdict(self) -> Verdict:
        if self.engine_shelf is None:
            return VERDICTS[self.decided.truth]
        return VERDICTS[self.engine_shelf.truth(engine_code(self.version))]

    @cached_property
    def amount(self) -> Amount | None:
        """Before earlier payments; None where the rule says no or may, and where the policy prints none. Its `fen` is
        None while facts are missing."""
        if self.verdict is not Verdict.ELIGIBLE or self.definition.amount is None or self.policy.amount is None:
            return None
        return self.policy.amount.evaluate(self.facts, context=self.context)

    @property
    def amount_fen(self) -> int | None:
        return None if self.amount is None else self.amount.fen

    @cached_property
    def missing(self) -> frozenset[str]:
        """The facts that would decide verdict or amount."""
        if self.amount is not None:
            return self.amount.missing
        if self.verdict is not Verdict.UNKNOWN:
            return frozenset()
        if self.engine_shelf is None:
            return self.decided.missing
        return self.engine_shelf.missing_facts(engine_code(self.version))

    @cached_property
    def shares(self) -> Mapping[str, Fraction]:
        """Each missing fact with the share of its answers that alone settle the policy, for `rank_questions`."""
        if self.amount is None:
            return self.decided.shares if self.verdict is Verdict.UNKNOWN else {}
        missing = self.amount.missing
        return dict.fromkeys(missing, Fraction(len(missing) == 1))

    @cached_property
    def worth_fen(self) -> int | None:
        """What it gives, or would give if the answer were yes; None where facts of the amount are missing."""
        if self.amount is not None or self.policy.amount is None or self.definition.amount is None:
            return self.amount_fen
        return self.policy.amount.evaluate(self.facts, context=self.context).fen

    @property
    def claimable(self) -> bool:
        """Whether the store takes a claim for it on that day: eligible, of known amount, paid here, window open."""
        return (
            self.verdict is Verdict.ELIGIBLE
            and self.definition.paid_by is Payer.HERE
            and self.definition.pay is not Pay.NEVER
            and bool(self.offer.periods_open)
            and (self.amount is None or self.amount.fen is not None)
        )


def shelf_answer(*, audience: Audience | str, facts: Facts | FactsAt, as_of: date) -> list[PolicyAnswer]:
    """Every policy on the shelf of an audience on a day, ordered by code.

    `facts`: {code: value} for all days alike, or a function of the day whose facts count (a period that is over counts
    those of its last day). Absent is unknown.
    """
    catalogue = store_catalogue()
    facts_at: FactsAt = facts if callable(facts) else lambda _: facts
    shelves: dict[date, tuple[Facts, Context, EngineShelf]] = {}
    answers = []
    for offer in catalogue.offers(as_of, audience):
        day = offer.reference
        if day not in shelves:
            engine, found = catalogue.engine(day, audience), facts_at(day)
            shelves[day] = found, engine.context, engine.shelf(found)
        found, context, shelf = shelves[day]
        answers.append(PolicyAnswer(offer, found, context, catalogue, shelf))
    return answers


def version_answer(
    *,
    version: PolicyVersion,
    period: str,
    decision: date,
    facts: Facts | FactsAt,
    parameters: Mapping[str, object] | None = None,
    paid: Paid | None = None,
) -> PolicyAnswer:
    """One version decided for one period, as a claim or a run decides it, by the explaining evaluator.

    `facts` as in shelf_answer; `parameters`: code -> value on the reference date (default: as known now); `paid`:
    (group, window) -> yuan already paid, which only claims know.
    """
    offer = offer_for(version, period, decision)
    found = facts(offer.reference) if callable(facts) else facts
    return policy_answer(offer, found, store_catalogue(), parameters=parameters, paid=paid)


def policy_answer(
    offer: Offer,
    facts: Facts,
    catalogue: StoreCatalogue,
    *,
    parameters: Mapping[str, object] | None = None,
    paid: Paid | None = None,
) -> PolicyAnswer:
    """One offer decided on facts of its reference date, by the explaining evaluator."""
    return PolicyAnswer(offer, facts, catalogue.context(offer.reference, parameters=parameters, paid=paid), catalogue)
