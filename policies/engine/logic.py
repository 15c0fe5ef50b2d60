"""The rule of a policy over literals, made exact over all completions of the unknown facts.

Kleene's tables are exact where no variable stands in two conditions. Where one does, the rule and its contrary are
written as alternatives (`Term`: variables with the set each must lie in), with the conditions on one variable put
together: an alternative that asks the impossible falls away. Then

* the rule is *possible* if one alternative of the rule is: each known fact in its set,
* it is *certain* if no alternative of the contrary is possible,

whatever the unknown facts may be. Both are and / or over literals again, so no path needs anything but Kleene's tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from policies.engine.conditions import Literal, Normaliser, Variable, asks_whether_known
from policies.engine.sets import ValueSet
from policies.rules import formula as law

MAX_TERMS: Final = 512

Term = Mapping[Variable, ValueSet]


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple[Tree, ...]


Tree = Literal | All | Any | bool


class TooManyTerms(Exception):  # noqa: N818
    """The alternatives of a rule are more than MAX_TERMS."""


@dataclass(frozen=True)
class Logic:
    """`read_once`: no variable stands in two conditions. `certain` and `possible`: what to ask of certainly and of
    possibly true literals. Not `exact`: where neither answer is ruled out the evaluator must be asked. `asked`: the
    literals of the rule as it stands, before those fell away that no value of their type can answer otherwise."""

    tree: Tree
    certain: Tree
    possible: Tree
    read_once: bool
    exact: bool
    asked: tuple[Literal, ...] = ()

    @cached_property
    def literals(self) -> tuple[Literal, ...]:
        """All literals, each once."""
        trees = (self.certain,) if self.certain is self.possible else (self.certain, self.possible)
        return tuple(dict.fromkeys(literal for tree in trees for literal in literals_of(tree)))

    @cached_property
    def free_variables(self) -> tuple[Variable, ...]:
        """The free conditions among the variables, each once."""
        variables = dict.fromkeys(literal.variable for literal in self.literals)
        return tuple(variable for variable in variables if variable.kind == "free")

    @cached_property
    def terms(self) -> list[Term] | None:
        """The alternatives of the rule; None if there are too many or they would not be exact."""
        return _alternatives_or_none(self.tree) if self.exact else None

    @cached_property
    def contrary_terms(self) -> list[Term] | None:
        """The alternatives of the contrary; None likewise."""
        return _alternatives_or_none(contrary(self.tree)) if self.exact else None


def logic_of(formula: law.Formula, normaliser: Normaliser) -> Logic:
    """The formula of a rule over the literals of a normaliser."""
    literals = {condition: normaliser.literal(condition) for condition in law.conditions_of(formula)}
    if _entangled({each.variable for each in literals.values() if isinstance(each, Literal)}):
        tree = _tree(formula, literals)
        return Logic(tree, tree, tree, read_once=False, exact=False)
    tree = _tree(formula, {condition: _settled(literal) for condition, literal in literals.items()})
    occurrences = Counter(literal.variable for literal in literals_of(tree))
    asked = tuple(literal for literal in literals.values() if isinstance(literal, Literal))
    logic = Logic(tree, tree, tree, all(count == 1 for count in occurrences.values()), exact=True, asked=asked)
    if logic.read_once:
        return logic
    if logic.terms is None or logic.contrary_terms is None:
        return replace(logic, exact=False)
    if not logic.terms or not logic.contrary_terms:
        answer = bool(logic.terms)
        return replace(logic, tree=answer, certain=answer, possible=answer)
    of = normaliser.literal_of
    certain = _all(_any(of(v, s.complement()) for v, s in term.items()) for term in logic.contrary_terms)
    possible = _any(_all(of(v, s) for v, s in term.items()) for term in logic.terms)
    return replace(logic, certain=certain, possible=possible)


def _settled(literal: Literal | bool) -> Literal | bool:
    if isinstance(literal, bool):
        return literal
    answer = literal.settled()
    return literal if answer is None else answer


def _tree(formula: law.Formula, literals: Mapping[law.Condition, Literal | bool]) -> Tree:
    match formula:
        case law.Condition():
            return literals[formula]
        case law.All(parts):
            return _all(_tree(part, literals) for part in parts)
        case law.Any(parts):
            return _any(_tree(part, literals) for part in parts)
    return formula.value


def _all(parts: Iterable[Tree]) -> Tree:
    flat: dict[Tree, None] = {}
    for part in parts:
        if part is False:
            return False
        if part is not True:
            flat.update(dict.fromkeys(part.parts if isinstance(part, All) else (part,)))
    return All(tuple(flat)) if len(flat) > 1 else next(iter(flat), True)


def _any(parts: Iterable[Tree]) -> Tree:
    flat: dict[Tree, None] = {}
    for part in parts:
        if part is True:
            return True
        if part is not False:
            flat.update(dict.fromkeys(part.parts if isinstance(part, Any) else (part,)))
    return Any(tuple(flat)) if len(flat) > 1 else next(iter(flat), False)


def literals_of(tree: Tree) -> Iterator[Literal]:
    """All literals, repetitions included."""
    if isinstance(tree, Literal):
        yield tree
    elif isinstance(tree, All | Any):
        for part in tree.parts:
            yield from literals_of(part)


def contrary(tree: Tree) -> Tree:
    """The tree that is true where this one is not."""
    if isinstance(tree, Literal):
        return Literal(-1, tree.variable, tree.values.complement())  # seen by its own terms only: needs no number
    if isinstance(tree, bool):
        return not tree
    parts = tuple(contrary(part) for part in tree.parts)
    return Any(parts) if isinstance(tree, All) else All(parts)


def _alternatives_or_none(tree: Tree) -> list[Term] | None:
    try:
        return alternatives(tree)
    except TooManyTerms:
        return None


def alternatives(tree: Tree) -> list[Term]:
    """The tree as alternatives, none of them impossible for unknown facts. Raises TooManyTerms."""
    if isinstance(tree, bool):
        return [{}] if tree else []
    if isinstance(tree, Literal):
        return [{tree.variable: tree.values}]
    if isinstance(tree, Any):
        found = [term for part in tree.parts for term in alternatives(part)]
    else:
        found = [{}]
        for part in tree.parts:
            choices = alternatives(part)
            if len(found) * len(choices) > 8 * MAX_TERMS:
                raise TooManyTerms
            joined = [_joined(term, choice) for term in found for choice in choices]
            found = [term for term in joined if term is not None]
    if len(found) > MAX_TERMS:
        raise TooManyTerms
    return found


def _joined(one: Term, other: Term) -> Term | None:
    """Both at once; None where an unknown fact cannot do that."""
    joint = dict(one)
    for variable, values in other.items():
        held = joint.get(variable)
        if held is not None:
            values = held.intersect(values)  # type: ignore[arg-type]
            if not variable.possible(values):
                return None
        joint[variable] = values
    return joint


def _entangled(variables: Iterable[Variable]) -> bool:
    """Whether a fact stands in a free condition and in another one besides, which are then not independent, or a
    condition asks whether a fact is known and more."""
    by_fact: dict[str, list[Variable]] = {}
    for variable in variables:
        if variable.kind == "free" and asks_whether_known(variable.condition):
            return True
        if variable.fact and variable.kind != "known":
            by_fact.setdefault(variable.fact, []).append(variable)
    return any(len(group) > 1 and any(v.kind == "free" for v in group) for group in by_fact.values())
