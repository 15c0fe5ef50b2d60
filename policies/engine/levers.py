"""Which single facts can turn an open verdict: the missing facts.

A fact is missing if two completions that differ in it alone have different answers. In a rule where no variable stands
twice that is every open variable that is left once the known facts are put in: those of the alternatives that are
still possible and contain no other one. In any other rule it takes an alternative of the rule and one of its contrary,
both still possible, that agree on everything but this fact: a `Lever`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from policies.engine.conditions import Variable
from policies.engine.logic import Logic, Term


@dataclass(frozen=True, slots=True)
class Lever:
    """Alternative number `possible` of the rule and number `refuted` of its contrary differ in `variable` only (of the
    tags of one fact: in any of them)."""

    possible: int
    refuted: int
    variable: Variable


def levers_of(logic: Logic) -> tuple[Lever, ...]:
    """All levers of a rule with alternatives."""
    found = []
    for number, term in enumerate(logic.terms or ()):
        for other_number, other in enumerate(logic.contrary_terms or ()):
            variable = _only_difference(term, other)
            if variable is not None:
                found.append(Lever(number, other_number, variable))
    return tuple(found)


def least_open(terms: Iterable[Term], is_open: Callable[[Variable], bool]) -> set[Variable]:
    """The open variables of the alternatives that, reduced to their open variables, contain no other one."""
    reduced = sorted({frozenset(filter(is_open, term)) for term in terms}, key=len)
    least: list[frozenset[Variable]] = []
    for each in reduced:
        if not any(other <= each for other in least):
            least.append(each)
    return set().union(*least)


def _only_difference(term: Term, other: Term) -> Variable | None:
    """The variable (of tags: one of them) in which alone the two cannot agree. Being known is not turned."""
    owner: Variable | None = None
    for variable, values in term.items():
        asked = other.get(variable)
        if asked is None or variable.possible(values.intersect(asked)):  # type: ignore[arg-type]
            continue
        if variable.kind == "known" or (owner is not None and not _tags_of_one_fact(owner, variable)):
            return None
        owner = variable
    return owner


def _tags_of_one_fact(one: Variable, other: Variable) -> bool:
    return one.kind == other.kind == "tag" and one.fact == other.fact
