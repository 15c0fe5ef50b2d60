"""T1, one profile against all policies, and exactness where one policy tests one fact twice."""

from __future__ import annotations

from policies.engine import Catalogue
from policies.rules import compile_rule

from .brute_force import compare_with_brute_force
from .facts import city, profile, vocabulary
from .forms import definition, feel, poles
from .job import BenchmarkPolicy, doubled_policies, policies
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
