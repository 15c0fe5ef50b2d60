"""Shelf and city against brute force: every completion of the unknown facts of a profile is tried."""

from __future__ import annotations

from itertools import product

import numpy as np

from policies.engine import Catalogue, Population
from policies.rules import Rule, compile_rule

from .facts import FACTS, Column, arrow_table, city, profile, python_value, vocabulary
from .forms import definition, feel
from .job import BenchmarkPolicy, conditions

KNOWN_RATE = 0.5  # of the facts, so that policies are open often


def compare_with_brute_force(stock: list[BenchmarkPolicy], profiles: int, most: int) -> tuple[int | None, int]:
    """(how many verdicts were compared, how many of the decided ones Kleene's tables leave open); (None, 0) if one
    differs. Profiles with more than `most` completions are left out."""
    random = np.random.default_rng(5)
    columns = {
        name: Column(column.values, column.known & (random.random(profiles) < KNOWN_RATE))
        for name, column in city(profiles, seed=3).items()
    }
    catalogue = Catalogue([definition(policy) for policy in stock], vocabulary())
    matches = catalogue.match(Population(arrow_table(columns), vocabulary()))
    checked = beyond = 0
    for policy in stock:
        rule, domains = compile_rule(feel(policy.tree), vocabulary()), completions(policy)
        eligible, unknown = matches.eligible(policy.code), matches.unknown(policy.code)
        for row in range(profiles):
            facts = {name: value for name, value in profile(columns, row).items() if name in domains}
            found = brute_force(rule, facts, domains, most)
            if found is None:
                continue
            truth, missing = found
            shelf = catalogue.shelf(facts)
            same = shelf.truth(policy.code) is truth and shelf.missing_facts(policy.code) == missing
            if not same or (bool(eligible[row]), bool(unknown[row])) != (truth is True, truth is None):
                return None, 0
            checked += 1
            beyond += truth is not None and rule.evaluate(facts).assessment.kleene(rule.formula) is None
    return checked, beyond


def completions(policy: BenchmarkPolicy) -> dict[str, list[object]]:
    """For each fact of a policy, values that give every combination of answers of the conditions on it."""
    asked: dict[str, set[int]] = {}
    for condition in conditions(policy.tree):
        asked.setdefault(condition.fact, set()).update(condition.constants)
    domains: dict[str, list[object]] = {}
    for name, constants in asked.items():
        fact = FACTS[name]
        if fact.kind == "boolean":
            values = [0, 1]
        elif fact.kind == "tags":
            held = list(product((0, 1), repeat=len(constants)))
            values = [sum(bit << tag for bit, tag in zip(bits, sorted(constants), strict=True)) for bits in held]
        elif fact.ordered:
            values = sorted({constant + step for constant in constants for step in (-1, 0, 1)})
        else:
            other = next((k for k in range(len(fact.codes)) if k not in constants), None)
            values = sorted(constants) + ([] if other is None else [other])
        domains[name] = [python_value(fact, value) for value in values]
    return domains


def brute_force(
    rule: Rule, facts: dict[str, object], domains: dict[str, list[object]], most: int
) -> tuple[bool | None, frozenset[str]] | None:
    """(verdict, missing facts) over all completions; None where there are more than `most`."""
    unknown = [name for name in domains if name not in facts]
    count = 1
    for name in unknown:
        count *= len(domains[name])
    if count > most:
        return None
    answers = {
        values: rule.evaluate({**facts, **dict(zip(unknown, values, strict=True))}).truth
        for values in product(*(domains[name] for name in unknown))
    }
    found = set(answers.values())
    if len(found) == 1:
        return found.pop(), frozenset()
    missing = set()
    for place, name in enumerate(unknown):
        seen: dict[tuple[object, ...], bool | None] = {}
        for values, answer in answers.items():
            if seen.setdefault(values[:place] + values[place + 1 :], answer) is not answer:
                missing.add(name)
                break
    return None, frozenset(missing)
