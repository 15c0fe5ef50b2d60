"""What an item of the shelf says beyond its line in the list: reasons, what is lacking, the way in, papers."""

from dataclasses import dataclass, field
from functools import cached_property

from policies.definition import Text, Verdict
from policies.rules import Open, rank_questions
from policies.rules import Reason as RuleReason
from supermarket.matching.selectors import PolicyAnswer
from supermarket.shelf.knowledge import Knowledge, fact_source, source_name
from supermarket.shelf.reasons import Explainer
from supermarket.shelf.types import MaterialItem, MaterialState, MissingFact, NearestStep, Reason
from supermarket.shelf.values import fact_label

TRUTH = {Verdict.ELIGIBLE: True, Verdict.INELIGIBLE: False, Verdict.UNKNOWN: None}


@dataclass
class ItemDetails:
    """The details of one answer, for whoever looks; `payable_here`: whether the store pays it."""

    answer: PolicyAnswer
    knowledge: Knowledge
    payable_here: bool
    _words: dict[int, Reason] = field(default_factory=dict)

    @cached_property
    def conditions(self) -> tuple[RuleReason, ...]:
        return self.explainer.conditions()

    @cached_property
    def explainer(self) -> Explainer:
        return Explainer(self.answer, self.knowledge)

    def first_reason(self) -> Reason | None:
        """The first condition that fails, else the first that is open, else the first."""
        truths = [condition.truth for condition in self.conditions]
        wanted = TRUTH[self.answer.verdict]
        return self._told(truths.index(wanted) if wanted in truths else 0) if truths else None

    def reasons(self) -> tuple[Reason, ...]:
        return tuple(self._told(place) for place in range(len(self.conditions)))

    def _told(self, place: int) -> Reason:
        """A condition in words, put there once."""
        if place not in self._words:
            self._words[place] = self.explainer.reason(self.conditions[place])
        return self._words[place]

    def amount_reasons(self) -> tuple[Reason, ...]:
        return self.explainer.amount_reasons()

    def missing(self) -> tuple[MissingFact, ...]:
        answer = self.answer
        vocabulary = answer.policy.rule.vocabulary
        audience = answer.definition.audience.value
        return tuple(
            MissingFact(
                code=code,
                label=fact_label(vocabulary.get(code), code),
                source=fact_source(code, audience),
                typeable=code in vocabulary and not vocabulary[code].parameter and vocabulary[code].kind != "items",
            )
            for code in (question.fact for question in rank_questions([self.opened()]))
        )

    def opened(self) -> Open:
        """What the policy hands in to the ranking of questions."""
        return self.answer.shares, self.answer.worth_fen

    def nearest(self) -> tuple[NearestStep, ...]:
        return self.explainer.nearest() or self._waiting()

    def _waiting(self) -> tuple[NearestStep, ...]:
        """For a right whose claims are not taken on that day: when they are."""
        offer = self.answer.offer
        if self.answer.verdict is not Verdict.ELIGIBLE or offer.periods_open or not self.payable_here:
            return ()
        since, until = offer.window.since, offer.window.until
        if until is not None and until < offer.as_of:
            return (NearestStep(Text(f"申领已于 {until} 截止。", f"Claims were taken until {until}.")),)
        return (NearestStep(Text(f"{since} 起可以申领。", f"Claims are taken from {since}.")),) if since else ()

    def materials(self) -> tuple[MaterialItem, ...]:
        papers = self.answer.definition.materials
        return tuple(self._material(paper.name, paper.source) for paper in papers)

    def _material(self, name: Text, source: str | None) -> MaterialItem:
        """To a visitor, a source that stands for a paper does so for everybody; to the owner, only if it has spoken."""
        if source is None:
            return MaterialItem(name, MaterialState.BRING_IT)
        day = self.answer.offer.reference
        as_of = self.knowledge.source_as_of(source, day) if self.knowledge.owner else None
        if self.knowledge.owner and as_of is None:
            return MaterialItem(name, MaterialState.BRING_IT, source_name(source))
        return MaterialItem(name, MaterialState.HAVE_IT, source_name(source), as_of)
