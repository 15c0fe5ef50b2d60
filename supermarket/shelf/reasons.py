"""A verdict as the shelf shows it: sentences, with value, source and day of every fact, and the nearest way in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from policies.definition import Text
from policies.lexicon import ACCEPTING_AREA
from policies.rules import Explanation, Vocabulary, explain_amount, explain_reason, nearest_way
from policies.rules import Reason as RuleReason
from policies.rules import Verdict as RuleVerdict
from policies.rules.nodes import Node
from supermarket.matching.selectors import PolicyAnswer
from supermarket.shelf.knowledge import Knowledge, is_shown
from supermarket.shelf.types import NearestStep, Provenance, Reason
from supermarket.shelf.values import fact_label, label_text, value_text


@dataclass
class Explainer:
    """Puts one policy's answer into words for whoever looks.

    Values of statistics stay hidden from everybody; distances are told to the owner only, and to a visitor about what
    he typed himself.
    """

    answer: PolicyAnswer
    knowledge: Knowledge

    @property
    def vocabulary(self) -> Vocabulary:
        return self.answer.policy.rule.vocabulary

    @property
    def decided(self) -> RuleVerdict:
        return self.answer.decided

    @property
    def day(self) -> date:
        return self.answer.offer.reference

    def shows(self, code: str) -> bool:
        """Whether sentences may hold a fact's value and distance; parameters and the day are no secret."""
        fact = self.vocabulary.get(code)
        if fact is None or fact.parameter or code in self.knowledge.typed:
            return True
        return self.knowledge.owner and is_shown(code)

    def conditions(self) -> tuple[RuleReason, ...]:
        """Those that all must hold, in the order of the rule, the area first."""
        tree = self.decided.reasons
        return tree.parts if tree.kind == "all" else (tree,)

    def reason(self, condition: RuleReason) -> Reason:
        """One condition in words."""
        if condition.node is not None and condition.node == self._area_node:
            return self._shown(condition, self._area_text(condition), ())
        return self._explained(explain_reason(self.decided, condition, shows=self.shows))

    def _explained(self, explanation: Explanation) -> Reason:
        children = tuple(self._explained(part) for part in explanation.parts)
        return self._shown(explanation.reason, Text(explanation.zh, explanation.en), children)

    def _shown(self, reason: RuleReason, text: Text, children: tuple[Reason, ...]) -> Reason:
        facts = tuple(code for code, _ in reason.used) or _facts_of(children)
        return Reason(
            truth=reason.truth,
            text=text,
            facts=facts,
            value=self._values(reason),
            provenance=tuple(self._provenance(facts)) if not children else (),
            children=children,
        )

    @cached_property
    def _area_node(self) -> Node | None:
        """The condition that the area puts in front of the rule."""
        return self.decided.reasons.parts[0].node if self.answer.policy.areas is not None else None

    def _area_text(self, reason: RuleReason) -> Text:
        """One place in words; in the rule it is the list of all places in it."""
        kind = self.vocabulary[ACCEPTING_AREA]
        area = label_text(kind, self.answer.definition.area)
        place = dict(reason.used).get(ACCEPTING_AREA)
        if reason.truth is None or not isinstance(place, str):
            return Text(
                f"面向{area.zh}，申请受理地资料不全，尚不能判定。",
                f"For {area.en}. The accepting area is not known yet.",
            )
        own = label_text(kind, place)
        if reason.truth:
            return Text(f"申请受理地为{own.zh}，在{area.zh}范围内。", f"Accepting area: {own.en}, within {area.en}.")
        return Text(
            f"申请受理地为{own.zh}，本事项只面向{area.zh}。", f"Accepting area: {own.en}; this is for {area.en} only."
        )

    def _values(self, reason: RuleReason) -> Text | None:
        """One value by itself, several with their labels."""
        known = [(code, value) for code, value in reason.used if value is not None and is_shown(code)]
        texts = [
            (fact_label(self.vocabulary[code], code), value_text(self.vocabulary[code], value))
            for code, value in known
            if code in self.vocabulary
        ]
        if len(texts) <= 1:
            return texts[0][1] if texts else None
        return Text(
            "，".join(f"{label.zh} {value.zh}" for label, value in texts),
            ", ".join(f"{label.en} {value.en}" for label, value in texts),
        )

    def _provenance(self, facts: Iterable[str]) -> Iterable[Provenance]:
        origins = (self.knowledge.provenance(code, self.day) for code in facts)
        return dict.fromkeys(origin for origin in origins if origin is not None)

    def amount_reasons(self) -> tuple[Reason, ...]:
        """How the sum comes about, sentence by sentence; the first carries the facts used and where they come from."""
        amount = self.answer.amount
        if amount is None:
            return ()
        facts = tuple(code for code, value in amount.reasons.used if value is not None)
        known = None if amount.fen is None else True
        first, *rest = explain_amount(amount, self.vocabulary, shows=self.shows)
        return (
            Reason(known, Text(first.zh, first.en), facts, provenance=tuple(self._provenance(facts))),
            *(Reason(known, Text(sentence.zh, sentence.en)) for sentence in rest),
        )

    def nearest(self) -> tuple[NearestStep, ...]:
        """The fewest conditions that would have to change for a no to be a yes; () where nothing known could help."""
        way = nearest_way(self.decided)
        if way is None:
            return ()
        steps = (self.reason(condition) for condition in way.conditions)
        return tuple(NearestStep(step.text, step.facts) for step in steps)


def _facts_of(children: Iterable[Reason]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for child in children for code in child.facts))
