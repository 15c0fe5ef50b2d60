"""The nearest way in: the fewest facts that would have to change for a rule that says no to say yes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice, product
from typing import Final

from policies.rules.decision import Assessment
from policies.rules.formula import All, Condition, Constant, Formula, conditions_of
from policies.rules.nodes import Node
from policies.rules.reasons import Reason
from policies.rules.rule import Verdict
from policies.rules.values import UNKNOWN

MAX_WAYS: Final = 60

Way = frozenset[Condition]


@dataclass(frozen=True)
class Change:
    """A fact that must change: its value now, and the nearest value that would do (None: not one value alone)."""

    fact: str
    now: object
    needed: object


@dataclass(frozen=True)
class NearestWay:
    """The conditions to be met, as reasons (`explain_reason` puts them into words), and the changes that meet them."""

    conditions: tuple[Reason, ...]
    changes: tuple[Change, ...]


def nearest_way(verdict: Verdict) -> NearestWay | None:
    """For an ineligible verdict; None where nothing that is known could help. Unknown facts are taken to fit."""
    if verdict.truth is not False:
        return None
    assessment = verdict.assessment
    for way in _ways(verdict.formula, assessment):
        changes = _changes(way, verdict.formula, assessment)
        if changes is not None:
            reasons = tuple(assessment.reason(condition) for condition in sorted(way, key=lambda each: each.facts))
            return NearestWay(reasons, changes)
    return None


def _ways(formula: Formula, assessment: Assessment) -> list[Way]:
    """Sets of conditions that do not hold and together would make the formula hold, the smallest first."""
    match formula:
        case Constant(value):
            return [frozenset()] if value else []
        case Condition():
            if assessment.answer(formula.node).of(formula) is not False:
                return [frozenset()]
            return [frozenset({formula})] if _own_facts(formula, assessment) else []
    if isinstance(formula, All):
        combined = product(*(_ways(part, assessment) for part in formula.parts))
        found: Iterable[Way] = (frozenset().union(*each) for each in islice(combined, MAX_WAYS * 10))
    else:
        found = (way for part in formula.parts for way in _ways(part, assessment))
    return sorted(dict.fromkeys(found), key=lambda way: _cost(way, assessment))[:MAX_WAYS]


def _own_facts(condition: Condition, assessment: Assessment) -> tuple[str, ...]:
    """The facts of the beneficiary that a condition reads; date and city values are not his to change."""
    return tuple(code for code in condition.facts if not assessment.is_context(code))


def _cost(way: Way, assessment: Assessment) -> tuple[int, int, list[str]]:
    facts = {code for condition in way for code in _own_facts(condition, assessment)}
    return len(facts), len(way), sorted(facts)


def _changes(way: Way, formula: Formula, assessment: Assessment) -> tuple[Change, ...] | None:
    """Values for the facts of the way with which the formula is no longer false; None if there are none."""
    changes: list[Change] = []
    values: dict[str, object] = {}
    for fact in sorted({code for condition in way for code in _own_facts(condition, assessment)}):
        wanted = [condition for condition in way if _own_facts(condition, assessment) == (fact,)]
        now = assessment.frame.fact(fact)
        needed = None
        if wanted:
            on_fact = [each for each in conditions_of(formula) if _own_facts(each, assessment) == (fact,)]
            candidates = assessment.witness_answers(fact, tuple(dict.fromkeys(each.node for each in on_fact)))
            needed = _nearest(now, wanted, on_fact, candidates)
            if candidates and needed is None:
                return None
        if needed is not None:
            values[fact] = needed
        shown = needed if _has_values_of_its_own(fact, assessment) else None
        changes.append(Change(fact, None if now is UNKNOWN else now, shown))
    return tuple(changes) if _could_hold(formula, values, way, assessment) else None


def _has_values_of_its_own(fact: str, assessment: Assessment) -> bool:
    """Not so for texts and codes without a list: there a value that would do is only an example."""
    fact_type = assessment.frame.vocabulary[fact]
    return fact_type.kind not in ("text", "code", "tags") or fact_type.codes is not None


def _nearest(
    now: object,
    wanted: list[Condition],
    on_fact: list[Condition],
    candidates: list[tuple[object, dict[Node, bool | None]]],
) -> object:
    """The value closest to the present one with which the wanted conditions on a fact hold, and most others too."""

    def holding(conditions: list[Condition], answers: dict[Node, bool | None]) -> int:
        return sum(answers[condition.node] is (not condition.negated) for condition in conditions)

    fitting = [(value, answers) for value, answers in candidates if holding(wanted, answers) == len(wanted)]
    if not fitting:
        return None
    return min(fitting, key=lambda each: (-holding(on_fact, each[1]), _apart(now, each[0])))[0]


def _apart(now: object, value: object) -> Decimal:
    """How far a value lies from the present one, for choosing the nearer."""
    if isinstance(now, Decimal) and isinstance(value, Decimal):
        return abs(now - value)
    if isinstance(now, date) and isinstance(value, date):
        return Decimal(abs((now - value).days))
    if isinstance(now, frozenset) and isinstance(value, frozenset):
        return Decimal(len(now ^ value))
    return Decimal(0)


def _could_hold(formula: Formula, values: dict[str, object], way: Way, assessment: Assessment) -> bool:
    """Whether the formula with the new values is not false; conditions over several facts are taken as met."""
    frame = replace(assessment.frame, values={**assessment.frame.values, **values}, missing=set())
    changed = Assessment(frame)
    for condition in way:
        if not set(condition.facts) & set(values):
            changed.assume(condition)
    return changed.kleene(formula) is not False
