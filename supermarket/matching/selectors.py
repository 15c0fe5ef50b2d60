"""What the store answers: every policy on the shelf, decided on facts and a day. Pure: the same in, the same out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from policies.compiled import CompiledPolicy
from policies.definition import Audience, Definition, Pay, Payer, Verdict
from policies.models import PolicyVersion
from policies.rules import Amount, Context
from policies.rules import Verdict as RuleVerdict
from supermarket.matching.catalogue import StoreCatalogue, store_catalogue
from supermarket.matching.periods import Offer, offer_for

Facts = Mapping[str, object]
FactsAt = Callable[[date], Facts]
Paid = Mapping[tuple[str, str], Decimal]
NOTHING_PAID: Paid = {}

VERDICTS = {True: Verdict.ELIGIBLE, False: Verdict.INELIGIBLE, None: Verdict.UNKNOWN}


@dataclass(frozen=True)
class PolicyAnswer:
    """One policy for one set of facts.

    `amount`: evaluated where eligible and the policy prints one, before earlier payments; its `fen` is None while facts
    are missing. `decided`: the rule's own verdict with reasons and missing facts, worked out when asked for.
    """

    offer: Offer
    policy: CompiledPolicy
    decided: RuleVerdict
    amount: Amount | None

    @property
    def version(self) -> PolicyVersion:
        return self.offer.version

    @property
    def definition(self) -> Definition:
        return self.offer.version.parsed

    @property
    def verdict(self) -> Verdict:
        return VERDICTS[self.decided.truth]

    @property
    def period(self) -> str:
        return self.offer.period

    @property
    def missing(self) -> frozenset[str]:
        """The facts that would decide verdict or amount."""
        if self.verdict is Verdict.ELIGIBLE and self.amount is not None:
            return self.amount.missing
        return self.decided.missing

    @property
    def amount_fen(self) -> int | None:
        return None if self.amount is None else self.amount.fen

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
    return [policy_answer(offer, facts_at(offer.reference), catalogue) for offer in catalogue.offers(as_of, audience)]


def version_answer(
    *,
    version: PolicyVersion,
    period: str,
    decision: date,
    facts: Facts | FactsAt,
    parameters: Mapping[str, object] | None = None,
    paid: Paid = NOTHING_PAID,
) -> PolicyAnswer:
    """One version decided for one period, as a claim or a run decides it.

    `facts` as in shelf_answer; `parameters`: code -> value on the reference date (default: as known now); `paid`:
    (group, window) -> yuan already paid, which only claims know.
    """
    catalogue = store_catalogue()
    offer = offer_for(version, period, decision)
    found = facts(offer.reference) if callable(facts) else facts
    return policy_answer(offer, found, catalogue, parameters=parameters, paid=paid)


def policy_answer(
    offer: Offer,
    facts: Facts,
    catalogue: StoreCatalogue,
    *,
    parameters: Mapping[str, object] | None = None,
    paid: Paid = NOTHING_PAID,
) -> PolicyAnswer:
    """One policy decided on facts of its reference date."""
    policy = catalogue.compiled(offer.version)
    if parameters is None:
        parameters = catalogue.parameters_as_of(offer.reference)
    context = Context(as_of=offer.reference, parameters=parameters, paid=paid)
    decided = policy.rule.evaluate(facts, context=context)
    amount = None
    if decided.truth and policy.amount is not None:
        amount = policy.amount.evaluate(facts, context=context)
    return PolicyAnswer(offer, policy, decided, amount)
