"""A definition made ready to evaluate: the area in front of the rule, and the amount."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from policies.definition import Definition
from policies.lexicon import Lexicon
from policies.rules import CompiledAmount, Rule, compile_amount, compile_rule


@dataclass(frozen=True)
class CompiledPolicy:
    """`rule`: area and eligibility; `areas`: the area and all below it, None for everybody's; `amount`: yuan per
    beneficiary, None where none is printed or a pool is shared out; `weight` and `pool_total`: a beneficiary's part of
    the pool, and what the pool holds; `instalment_conditions`: one an instalment (`if`), None where it has none;
    `instalment_schedules` likewise (`when`: whose instalment it is)."""

    rule: Rule
    areas: frozenset[str] | None
    amount: CompiledAmount | None = None
    weight: CompiledAmount | None = None
    pool_total: CompiledAmount | None = None
    instalment_conditions: tuple[Rule | None, ...] = ()
    instalment_schedules: tuple[Rule | None, ...] = ()

    def takes_in(self, area: object) -> bool | None:
        """Whether a beneficiary of the accepting area is meant; None where that is unknown."""
        if self.areas is None:
            return True
        return None if area is None else area in self.areas


def eligibility_with_area(definition: Definition, lexicon: Lexicon) -> str:
    """The whole rule: whose beneficiaries, then the conditions."""
    area_rule = lexicon.area_rule(definition.area)
    return definition.eligibility if area_rule is None else f"{area_rule} and ({definition.eligibility})"


def items_data(definition: Definition) -> dict[str, Any] | None:
    """`items` as the rule language takes them."""
    items = definition.items
    if items is None:
        return None
    data = {"from": items.source, "key": items.key}
    return data if items.where is None else {**data, "where": items.where}


def engine_data(definition: Definition, lexicon: Lexicon, *, code: str | None = None) -> dict[str, Any]:
    """The definition as `policies.engine` takes it, the area in the rule; `code` tells versions apart."""
    data: Mapping[str, Any] = {
        "code": code or definition.code,
        "eligibility": eligibility_with_area(definition, lexicon),
        "amount": definition.amount,
        "tables": definition.tables or None,
        "items": items_data(definition),
    }
    return {key: value for key, value in data.items() if value is not None}


def compile_definition(definition: Definition, lexicon: Lexicon) -> CompiledPolicy:
    """Raises RuleProblems."""
    vocabulary = lexicon.vocabulary
    tables, items = definition.tables or None, items_data(definition)

    def rule(text: str) -> Rule:
        return compile_rule(text, vocabulary, tables=tables, items=items)

    def rules(texts: Iterable[str | None]) -> tuple[Rule | None, ...]:
        return tuple(None if text is None else rule(text) for text in texts)

    def amount(text: str | None) -> CompiledAmount | None:
        return None if text is None else compile_amount(text, vocabulary, tables=tables, items=items)

    pool = definition.pool
    return CompiledPolicy(
        rule=rule(eligibility_with_area(definition, lexicon)),
        areas=lexicon.areas_taken(definition.area),
        amount=amount(definition.amount),
        weight=amount(pool.weight) if pool else None,
        pool_total=amount(pool.total) if pool else None,
        instalment_conditions=rules(instalment.condition for instalment in definition.instalments),
        instalment_schedules=rules(instalment.schedule for instalment in definition.instalments),
    )
