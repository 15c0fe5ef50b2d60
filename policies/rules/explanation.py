"""A verdict in words: one whole sentence for every condition and group, in Chinese and English."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from policies.rules import nodes
from policies.rules.checker import Checker
from policies.rules.decision import EVALUATOR, Assessment
from policies.rules.display import Display
from policies.rules.formula import facts_of
from policies.rules.nodes import Node
from policies.rules.phrases import Phrases
from policies.rules.reasons import Reason
from policies.rules.rule import Verdict
from policies.rules.shapes import DATE_SHAPES, Shape, open_range, shape_of
from policies.rules.types import ANY, Type, member_of
from policies.rules.values import UNKNOWN, FactType, RangeValue

_CHINESE, _ENGLISH = Display("zh"), Display("en")


def _everything(code: str) -> bool:
    return True


@dataclass(frozen=True)
class Explanation:
    """A reason with its sentences; `parts` explain the parts of a group."""

    reason: Reason
    zh: str
    en: str
    parts: tuple[Explanation, ...] = ()


def explain(verdict: Verdict, *, shows: Callable[[str], bool] = _everything) -> Explanation:
    """The verdict's tree of reasons in words. Values and distances stand only for facts that `shows` allows."""
    return _Explainer(verdict.assessment, shows).of(verdict.reasons)


def explain_reason(verdict: Verdict, reason: Reason, *, shows: Callable[[str], bool] = _everything) -> Explanation:
    """One reason of the verdict in words."""
    return _Explainer(verdict.assessment, shows).of(reason)


def explain_requirements(verdict: Verdict) -> Explanation:
    """What the rule asks for, whoever it is about: no values, nothing met or unmet."""
    return _Explainer(verdict.assessment, lambda code: False, requirements=True).of(verdict.reasons)


@dataclass
class _Explainer:
    assessment: Assessment
    shows: Callable[[str], bool]
    requirements: bool = False

    def __post_init__(self) -> None:
        self.checker = Checker(self.assessment.frame.vocabulary)

    def of(self, reason: Reason) -> Explanation:
        if reason.kind in ("all", "any"):
            key = f"{reason.kind}.{'need' if self.requirements else _state(reason.truth)}"
            parts = tuple(self.of(part) for part in reason.parts)
            return Explanation(reason, _CHINESE.sentence(key), _ENGLISH.sentence(key), parts)
        return Explanation(reason, self._sentence(reason, _CHINESE), self._sentence(reason, _ENGLISH))

    def _sentence(self, reason: Reason, display: Display) -> str:
        if reason.node is None:
            return display.sentence("always" if reason.truth else "never")
        if reason.note == "no-value":
            return display.sentence("no-value", bound=self.label(reason.node, display))
        if reason.note == "not-applicable":
            return display.sentence("not-applicable", fact=self._guarded(reason, display))
        shape = shape_of(reason.node, negated=reason.negated)
        return _Sentence(self, shape, reason, display).text()

    def _guarded(self, reason: Reason, display: Display) -> str:
        """The facts of the condition that do not apply."""
        vocabulary = self.assessment.frame.vocabulary
        guarded = [code for code, _ in reason.used if code in vocabulary and vocabulary[code].applies_if]
        return display.joined([self.label(nodes.Fact(code), display) for code in guarded])

    def label(self, node: Node, display: Display) -> str:
        """A fact by its label, any other expression in words."""
        return Phrases(display, self.assessment.frame.vocabulary).of(node)

    def about_each(self, node: Node, display: Display) -> str:
        """What a quantifier says of each member."""
        if not isinstance(node, nodes.Quantified):
            return self.label(node, display)
        return Phrases(display, self.assessment.frame.vocabulary).bound(node.variable, node.source, node.condition)

    def value(self, node: Node) -> object:
        return EVALUATOR.value(node, self.assessment.frame)


@dataclass
class _Sentence:
    """The sentence of one condition in one language."""

    explainer: _Explainer
    shape: Shape
    reason: Reason
    display: Display

    def __post_init__(self) -> None:
        self.type = self._type_of(self.shape.about)
        self.name = DATE_SHAPES.get(self.shape.name, self.shape.name) if self.type.kind == "date" else self.shape.name

    def _type_of(self, node: Node) -> Type:
        if self.shape.name in ("holds", "fails", "some", "none", "every", "not_every"):
            return ANY
        return self.explainer.checker.type_of(node)

    def text(self) -> str:
        fact = self.explainer.label(self.shape.about, self.display)
        if isinstance(self.shape.about, nodes.Arithmetic):
            fact = self.display.text("quoted", text=fact)
        bound = self._bound()
        truth = self.reason.truth
        if truth is None or not all(self.explainer.shows(code) for code, _ in self.reason.used):
            need = self.display.sentence(f"{self.name}.need", fact=fact, bound=bound)
            if self.explainer.requirements:
                return need
            rest = self.display.sentence("unknown" if truth is None else "fits" if truth else "fits_not")
            return need + ("" if self.display.language == "zh" else " ") + rest
        value = self._value()
        key = f"{self.name}.{_state(truth)}"
        distance = self._distance() if truth is False and self.display.has(f"{self.name}.short") else None
        if distance is not None:
            key = f"{self.name}.short"
        return self.display.sentence(key, fact=fact, bound=bound, value=value, distance=distance or "")

    def _value(self) -> str:
        if self.type is ANY:
            return ""
        return self.display.value(self.explainer.value(self.shape.about), self.type.unit, self.type.codes)

    # --- bounds -------------------------------------------------------------------------------------------------

    def _bound(self) -> str:
        if self.shape.name in ("some", "none", "every", "not_every", "holds", "fails"):
            return self.explainer.about_each(self.shape.bounds[0], self.display)
        return self.display.joined([self._one_bound(bound) for bound in self.shape.bounds])

    def _one_bound(self, node: Node) -> str:
        if isinstance(node, nodes.Unequal):
            return self.display.text("other", end=self._one_bound(node.operand))
        if isinstance(node, nodes.Range) and (side := open_range(node)) is not None:
            name = DATE_SHAPES.get(side[0], side[0]) if self.type.kind == "date" else side[0]
            return self.display.text(name, end=self._one_bound(side[1]))
        if isinstance(node, nodes.Range) and node.low is not None and node.high is not None:
            key = {
                (True, True): "from_to",
                (True, False): "from_below",
                (False, True): "over_to",
                (False, False): "over_below",
            }[node.low_closed, node.high_closed]
            return self.display.text(key, low=self._one_bound(node.low), high=self._one_bound(node.high))
        value = self.explainer.value(node)
        shown = self.display.value(value, self.type.unit, self._codes())
        if not facts_of(node):
            return shown
        label = self.explainer.label(node, self.display)
        visible = value is not UNKNOWN and all(self.explainer.shows(code) for code in facts_of(node))
        return self.display.text("with_value", text=label, value=shown) if visible else label

    def _codes(self) -> FactType | None:
        return member_of(self.type).codes

    def _distance(self) -> str | None:
        """How much is lacking; for a range, to its nearer end."""
        value = self.explainer.value(self.shape.about)
        bound = self.explainer.value(self.shape.bounds[0])
        if isinstance(bound, RangeValue):
            bound = _nearer_end(value, bound)
        return None if value == bound else self.display.distance(value, bound, self.type.unit)


def _nearer_end(value: object, within: RangeValue) -> object:
    for end, beyond in ((within.low, -1), (within.high, 1)):
        if isinstance(value, Decimal) and isinstance(end, Decimal) and (value - end) * beyond >= 0:
            return end
        if isinstance(value, date) and isinstance(end, date) and (value - end).days * beyond >= 0:
            return end
    return None


def _state(truth: bool | None) -> str:
    return "unknown" if truth is None else "met" if truth else "unmet"
