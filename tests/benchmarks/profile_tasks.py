"""T1, one profile against all policies, and exactness where one policy tests one fact twice."""

from __future__ import annotations

from itertools import product

import numpy as np

from policies.engine import Catalogue, Population
from policies.rules import Rule, compile_rule

from .facts import FACTS, Column, arrow_table, city, profile, python_value, vocabulary
from .forms import definition, feel, poles
from .job import BenchmarkPolicy, conditions, doubled_policies, policies
from .profile_peers import (
    common_expression_language,
    common_expression_language_list,
    datalogic,
    plain_facts,
    plain_python,
    plain_python_lists,
    zen_engine,
)
from .report import Measure, Report, calls, median_seconds

PROFILES = 200
KNOWN_RATE = 0.5  # of the facts of doubled policies, which are to be open often
ENGINES = ("zen-engine", "CEL", "CEL, one list", "datalogic")


def profile_rows(report: Report) -> None:
    stock, columns = policies(), city(1000)
    catalogue = Catalogue([definition(policy) for policy in stock], vocabulary())
    facts = [profile(columns, row) for row in range(PROFILES)]
    given = [poles(columns, row) for row in range(PROFILES)]
    plain = [plain_facts(columns, row) for row in range(PROFILES)]
    by_poles = {
        "zen-engine": zen_engine(stock),
        "CEL": common_expression_language(stock),
        "CEL, one list": common_expression_language_list(stock),
        "datalogic": datalogic(stock),
        "plain Python, a function a pole": plain_python(stock),
    }
    in_one = plain_python_lists(stock)
    for one, two, three in zip(facts, given, plain, strict=True):
        shelf = catalogue.shelf(one)
        report.check("T1 plain Python", (shelf.eligible, shelf.unknown) == in_one(three))
        for name, decide in by_poles.items():
            certain, possible = decide(two)
            unknown = [p.code for p, yes, may in zip(stock, certain, possible, strict=True) if may and not yes]
            yes = [p.code for p, yes in zip(stock, certain, strict=True) if yes]
            report.check(f"T1 {name}", shelf.eligible == yes and shelf.unknown == unknown)

    def lists(one: dict[str, object]) -> object:
        shelf = catalogue.shelf(one)
        return shelf.eligible, shelf.unknown

    measures = {"ours": calls(lists, facts), **{name: calls(decide, given) for name, decide in by_poles.items()}}
    measures["plain Python, from facts to lists"] = calls(in_one, plain)
    times = median_seconds(measures, 5)
    best = min(ENGINES, key=times.__getitem__)
    goals = {best: 15.0, "plain Python, a function a pole": 6.0}
    report.ratios("T1 verdict lists, p50", times, goals)
    _missing_and_reasons(report, catalogue, facts, stock)


def _missing_and_reasons(
    report: Report, catalogue: Catalogue, facts: list[dict[str, object]], stock: list[BenchmarkPolicy]
) -> None:
    rules = {policy.code: compile_rule(feel(policy.tree), vocabulary()) for policy in stock}
    for one in facts[:5]:
        shelf = catalogue.shelf(one)
        expected = {code: rule.evaluate(one) for code, rule in rules.items()}
        report.check("T1 truths", all(shelf.truth(code) == verdict.truth for code, verdict in expected.items()))
        report.check("T1 missing", shelf.missing == {c: v.missing for c, v in expected.items() if v.truth is None})
    seconds = median_seconds({"ours": calls(lambda one: catalogue.shelf(one).missing, facts)}, 3)["ours"]
    report.figure("T1 all missing sets, p50", f"{seconds * 1e3:.2f} ms", seconds <= 0.005, "<= 5 ms")
    asked: list[Measure] = []
    for one in facts[:20]:
        shelf = catalogue.shelf(one)
        codes = shelf.unknown[:3] + shelf.eligible[:3] + shelf.ineligible[:3]
        asked += [lambda one=one, code=code: rules[code].evaluate(one).reasons for code in codes]
    seconds = median_seconds({"ours": asked}, 3)["ours"]
    report.figure("T1 a tree of reasons, p50", f"{seconds * 1e3:.3f} ms", seconds <= 0.0002, "<= 0.2 ms")


# --- one fact in two conditions ---------------------------------------------------------------------------------------


def doubled_rows(report: Report, profiles: int = 20, most: int = 3000) -> None:
    """Policies that test one fact twice: shelf and city against brute force over the completions of a profile."""
    stock = doubled_policies()
    checked, beyond_kleene = compare_with_brute_force(stock, profiles, most)
    report.check("one fact in two conditions", checked is not None)
    text = f"{len(stock)} policies x {profiles} profiles: {checked} verdicts and missing sets equal brute force"
    report.figure("one fact in two conditions", f"{text}; Kleene's tables would leave {beyond_kleene} of them open")


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
