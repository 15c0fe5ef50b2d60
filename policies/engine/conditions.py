"""Conditions normalised: each one is "this variable lies in this set of values".

A *variable* is what varies on its own: the value of a fact, whether a tag is held, whether a fact is known, or - where
a condition cannot be written as a set of values of one fact - the answer of that condition itself (*free*). The same
condition in any spelling, in any policy, is the same literal; `revenue < 5` and `not(revenue >= 5)` are one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from typing import Literal as OneOf

from policies.engine import answers
from policies.engine.sets import FALSE_ONLY, TRUE_ONLY, Intervals, ValueSet, has_grid_value
from policies.rules import Context, FactType, Vocabulary, nodes
from policies.rules.decision import EVALUATOR, asks_whether_known, may_have_no_value
from policies.rules.evaluator import Frame
from policies.rules.formula import Condition, facts_of
from policies.rules.values import STEPS
from policies.rules.witnesses import witnesses

VariableKind = OneOf["ordered", "member", "tag", "known", "free"]
SCALES: Final = {kind: -int(step.as_tuple().exponent) for kind, step in STEPS.items()} | {"date": 0}
BOTH: Final = frozenset({True, False})


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """`fact`: the code (of a free condition: the only fact it reads, or ""); `key`: the tag, or the free condition.

    `domain`: all values that an unknown fact can have, None where there is no end of them; `scale`: of an ordered
    fact, its values are multiples of 10**-scale (days).
    """

    kind: VariableKind
    fact: str
    key: object = None
    domain: frozenset[Any] | None = None
    scale: int = 0

    @property
    def condition(self) -> nodes.Node:
        """The free condition."""
        assert isinstance(self.key, nodes.Node)
        return self.key

    def possible(self, values: ValueSet) -> bool:
        """Whether an unknown fact can have a value in the set."""
        if isinstance(values, Intervals):
            return has_grid_value(values, self.scale)
        if self.domain is None:
            return values.negated or bool(values.values)
        if values.negated:
            return not self.domain <= values.values
        return not self.domain.isdisjoint(values.values)


@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """The variable lies in the set. `number`: counted through all conditions of a catalogue and its successors."""

    number: int
    variable: Variable
    values: ValueSet

    def settled(self) -> bool | None:
        """The one answer that every value of the fact gives; None where there are two."""
        if not self.variable.possible(self.values):
            return False
        return None if self.variable.possible(self.values.complement()) else True


class Normaliser:
    """Turns conditions of one vocabulary and one context into literals. Each variable and each literal is made once, so
    that they are equal only if they are the same object."""

    def __init__(self, vocabulary: Vocabulary, context: Context) -> None:
        self.vocabulary, self.context = vocabulary, context
        self._known: dict[tuple[nodes.Node, bool], Literal | bool] = {}
        self._variables: dict[tuple[VariableKind, str, object], Variable] = {}
        self._literals: dict[tuple[Variable, ValueSet], Literal] = {}
        self._frame = Frame(vocabulary, {}, context, assume_applicable=True)

    def at(self, context: Context) -> Normaliser:
        """The normaliser of another context, with the same variables and literals."""
        other = Normaliser(self.vocabulary, context)
        other._variables = {
            key: variable
            for key, variable in self._variables.items()
            if variable.kind != "free" or not any(self._is_context(code) for code in facts_of(variable.condition))
        }
        other._literals = self._literals
        return other

    def literal(self, condition: Condition) -> Literal | bool:
        """The condition as a literal; True or False where it reads no fact."""
        key = condition.node, condition.negated
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._normalise(condition)
        return found

    def literal_of(self, variable: Variable, values: ValueSet) -> Literal:
        """The literal of a variable and a set."""
        key = variable, values
        found = self._literals.get(key)
        if found is None:
            found = self._literals[key] = Literal(len(self._literals), variable, values)
        return found

    def constant(self, node: nodes.Node) -> object:
        """The value of a node that reads no fact."""
        return EVALUATOR.value(node, self._frame)

    def is_constant(self, node: nodes.Node) -> bool:
        """Whether the node reads no fact and nothing of a row, only what the context gives."""
        if any(isinstance(each, nodes.Field | nodes.Variable | nodes.Items | nodes.Fact) for each in nodes.walk(node)):
            return False
        return all(self.is_given(code) for code in facts_of(node))

    # --- which kind of condition -----------------------------------------------------------------------------

    def _normalise(self, condition: Condition) -> Literal | bool:
        node, facts = condition.node, [code for code in condition.facts if not self.is_given(code)]
        if not facts:
            truth = EVALUATOR.truth(node, self._frame)
            return truth is (not condition.negated)
        if len(facts) == 1 and not self._is_context(facts[0]):
            fact = facts[0]
            if node == nodes.Call("is known", (nodes.Fact(fact),)):
                known = self._variable("known", fact, None, BOTH)
                return self.literal_of(known, FALSE_ONLY if condition.negated else TRUE_ONLY)
            if asks_whether_known(node):  # its answer for an unknown fact is not that of any value
                return self._free(condition, fact)
            return self._on_fact(condition, fact, self.vocabulary[fact])
        return self._free(condition, "")

    def _on_fact(self, condition: Condition, fact: str, fact_type: FactType) -> Literal | bool:
        sets = self._sets(condition.node, fact, fact_type)
        if sets is None:
            return self._free(condition, fact)
        variable, true, false = sets
        return self.literal_of(variable, false if condition.negated else true)

    def _sets(self, node: nodes.Node, fact: str, fact_type: FactType) -> tuple[Variable, ValueSet, ValueSet] | None:
        """The variable with the values where the condition is true and where it is false."""
        if fact_type.kind == "tags":
            tag = _asked_tag(node)
            return None if tag is None else (self._variable("tag", fact, tag, BOTH), TRUE_ONLY, FALSE_ONLY)
        variable = self._value_of(fact, fact_type)
        if variable is None:
            return None
        simple = answers.simple_set(node, variable.kind == "ordered", self.constant)
        if simple is not None:
            return variable, simple, simple.complement()
        ask = self._asker(node, fact)
        sets: tuple[ValueSet, ValueSet] | None
        if variable.kind == "ordered":
            sets = answers.ordered_sets(node, fact, ask, self.constant, fact_type.kind == "date")
        else:
            sets = answers.member_sets(variable.domain, ask)
        return None if sets is None else (variable, *sets)

    def _variable(
        self, kind: VariableKind, fact: str, key: object, domain: frozenset[Any] | None, scale: int = 0
    ) -> Variable:
        found = self._variables.get((kind, fact, key))
        if found is None:
            found = self._variables[kind, fact, key] = Variable(kind, fact, key, domain, scale)
        return found

    def _value_of(self, fact: str, fact_type: FactType) -> Variable | None:
        """The variable of a fact's value; None for items, which have no single one."""
        if fact_type.kind in SCALES:
            return self._variable("ordered", fact, None, None, SCALES[fact_type.kind])
        if fact_type.kind in ("code", "text", "boolean"):
            return self._variable("member", fact, None, _domain(fact_type))
        return None

    def _free(self, condition: Condition, fact: str) -> Literal | bool:
        """A condition that only the evaluator can answer; `fact` where it reads this one alone."""
        node = condition.node
        domain = self._answers(node, fact) if fact and not asks_whether_known(node) else None
        if domain is None:
            domain = BOTH | {None} if may_have_no_value(node) else BOTH
        variable = self._variable("free", fact, node, domain)
        return self.literal_of(variable, FALSE_ONLY if condition.negated else TRUE_ONLY)

    def _answers(self, node: nodes.Node, fact: str) -> frozenset[bool | None] | None:
        values = witnesses(fact, self.vocabulary[fact], (node,), self.constant)
        if values is None:
            return None
        ask = self._asker(node, fact)
        return frozenset(ask(value) for value in values)

    def _asker(self, node: nodes.Node, fact: str) -> Callable[[object], bool | None]:
        """What the condition answers for a value of its fact; None for no answer."""
        frame = Frame(self.vocabulary, {}, self.context, assume_applicable=True)

        def ask(value: object) -> bool | None:
            frame.values[fact] = value
            truth = EVALUATOR.truth(node, frame)
            return truth if isinstance(truth, bool) else None

        return ask

    def _is_context(self, code: str) -> bool:
        return code == "as_of" or (code in self.vocabulary and self.vocabulary[code].parameter)

    def is_given(self, code: str) -> bool:
        """Whether the context gives the value, so that it is a constant."""
        if code == "as_of":
            return self.context.as_of is not None
        return self._is_context(code) and self.context.parameters.get(code) is not None


def _domain(fact_type: FactType) -> frozenset[Any] | None:
    if fact_type.kind == "boolean":
        return BOTH
    return None if fact_type.codes is None else frozenset(fact_type.codes)


def _asked_tag(node: nodes.Node) -> str | None:
    """The tag, where the condition is only whether the set holds one tag."""
    match node:
        case nodes.In(nodes.Literal("text", tag), (nodes.Fact(),)):
            return str(tag)
        case nodes.Call("list contains", (nodes.Fact(), nodes.Literal("text", tag))):
            return str(tag)
    return None
