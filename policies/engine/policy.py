"""One definition made ready: its rule with the area in front, its amount, and the rule's logic over literals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from policies.engine.conditions import Normaliser
from policies.engine.levers import Lever, levers_of
from policies.engine.logic import Logic, logic_of
from policies.engine.operations import Operations, operations_of
from policies.engine.piecewise import Piecewise, piecewise_of
from policies.rules import CompiledAmount, Rule, RuleProblems, Vocabulary, compile_amount, compile_rule
from policies.rules.formula import conditions_of, facts_of, guards_of

ACCEPTING_AREA: Final = "accepting_area"
# An area code -> the area above it, None at the root.
Divisions = Mapping[str, str | None]
Definition = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class CompiledPolicy:
    """Two compilations are the same policy only if they are the same object."""

    code: str
    rule: Rule
    logic: Logic
    definition: Definition = field(repr=False)
    normaliser: Normaliser = field(repr=False)

    @cached_property
    def amount(self) -> CompiledAmount | None:
        """None where the policy has none. Raises RuleProblems."""
        text = self.definition.get("amount")
        if text is None:
            return None
        return compile_amount(str(text), self.rule.vocabulary, **_sources(self.definition))

    @cached_property
    def piecewise(self) -> Piecewise | None:
        """The amount as a piecewise linear form, None if it has none."""
        return None if self.amount is None else piecewise_of(self.amount.tree, self.normaliser)

    @cached_property
    def facts(self) -> frozenset[str]:
        """The facts, parameters and `as_of` that the verdict depends on."""
        return frozenset(code for condition in conditions_of(self.rule.formula) for code in condition.facts)

    @cached_property
    def amount_facts(self) -> frozenset[str]:
        """The facts, parameters and `as_of` that the amount depends on."""
        if self.amount is None:
            return frozenset()
        read = facts_of(self.amount.tree)
        guards = guards_of(read, self.amount.vocabulary)
        return frozenset(read).union(*(guard.facts for guard in guards))

    @cached_property
    def operations(self) -> Operations:
        return operations_of(self.logic)

    @cached_property
    def levers(self) -> tuple[Lever, ...]:
        return levers_of(self.logic)

    @cached_property
    def reads_context(self) -> bool:
        """Whether the policy depends on the reference date or on parameters."""
        vocabulary = self.rule.vocabulary
        read = self.facts | self.amount_facts
        return any(code == "as_of" or (code in vocabulary and vocabulary[code].parameter) for code in read)


def compile_policy(
    definition: Definition, normaliser: Normaliser, divisions: Divisions | None = None
) -> CompiledPolicy:
    """Raises RuleProblems; those of the amount only when it is first asked for."""
    rule = _rule(definition, normaliser.vocabulary, divisions)
    return CompiledPolicy(definition["code"], rule, logic_of(rule.formula, normaliser), definition, normaliser)


def _sources(definition: Definition) -> dict[str, Any]:
    return {"tables": definition.get("tables") or None, "items": definition.get("items") or None}


def _rule(definition: Definition, vocabulary: Vocabulary, divisions: Divisions | None) -> Rule:
    sources = _sources(definition)
    text = definition["eligibility"]
    front = area_rule(definition.get("area"), vocabulary, divisions)
    if front is None:
        return compile_rule(text, vocabulary, **sources)
    try:
        return compile_rule(f"{front} and ({text})", vocabulary, **sources)
    except RuleProblems:
        compile_rule(text, vocabulary, **sources)  # problems of the rule have their positions in its own text
        raise


def area_rule(area: str | None, vocabulary: Vocabulary, divisions: Divisions | None = None) -> str | None:
    """`accepting_area in [the area and all below it]`; None where everybody is meant or the vocabulary has no areas.

    Without `divisions` the areas below are told by their codes: 340000 stands above 34xxxx, 340200 above 3402xx,
    100000 above all.
    """
    fact_type = vocabulary.get(ACCEPTING_AREA)
    if area is None or fact_type is None or area == "100000":
        return None
    if fact_type.codes is None and divisions is None:
        return f'starts with({ACCEPTING_AREA}, "{_prefix(area)}")'
    known: Iterable[str] = divisions if fact_type.codes is None else fact_type.codes  # type: ignore[assignment]
    below = [code for code in known if _lies_in(code, area, divisions)]
    return f"{ACCEPTING_AREA} in [{', '.join(_quoted(code) for code in below)}]" if below else "false"


def _prefix(area: str) -> str:
    return area[:2] if area.endswith("0000") else area[:4] if area.endswith("00") else area


def _lies_in(code: str, area: str, divisions: Divisions | None) -> bool:
    if divisions is None or code not in divisions:
        return code.startswith(_prefix(area))
    step: str | None = code
    while step is not None and step != area:
        step = divisions.get(step)
    return step == area


def _quoted(code: str) -> str:
    return f'"{code}"'
