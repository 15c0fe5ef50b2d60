"""Peers that decide one profile at a time: zen-engine, CEL, datalogic (JSONLogic) and generated plain Python.

Each is built from the policies and then called as `decide(poles) -> (certain, possible)`: two lists of booleans in the
order of the policies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import cel
import datalogic_py
import zen

from .facts import FACTS, Column, Fact, python_value
from .forms import FAR, MARK, Infix, json_logic, normal
from .job import BenchmarkPolicy

Poles = tuple[dict[str, object], dict[str, object]]
Decide = Callable[[Poles], tuple[Sequence[object], Sequence[object]]]
Lists = Callable[[dict[str, object]], tuple[list[str], list[str]]]

_PYTHON = Infix("and", "or", "not", "{}")
_CEL = Infix("&&", "||", "!")
_ZEN = Infix("and", "or", "not")


def _texts(infix: Infix, policies: Sequence[BenchmarkPolicy]) -> tuple[list[str], list[str]]:
    trees = [normal(policy.tree) for policy in policies]
    return [infix.write(tree, False) for tree in trees], [infix.write(tree, True) for tree in trees]


def zen_engine(policies: Sequence[BenchmarkPolicy]) -> Decide:
    certain, possible = (zen.compile_expression(f"[{', '.join(texts)}]") for texts in _texts(_ZEN, policies))
    return lambda poles: (certain.evaluate(poles[0]), possible.evaluate(poles[1]))


def common_expression_language(policies: Sequence[BenchmarkPolicy]) -> Decide:
    certain, possible = ([cel.compile(text).execute for text in texts] for texts in _texts(_CEL, policies))

    def decide(poles: Poles) -> tuple[Sequence[object], Sequence[object]]:
        contexts = cel.Context(poles[0]), cel.Context(poles[1])
        return [run(contexts[0]) for run in certain], [run(contexts[1]) for run in possible]

    return decide


def common_expression_language_list(policies: Sequence[BenchmarkPolicy]) -> Decide:
    certain, possible = (cel.compile(f"[{', '.join(texts)}]") for texts in _texts(_CEL, policies))
    return lambda poles: (certain.execute(poles[0]), possible.execute(poles[1]))


def datalogic(policies: Sequence[BenchmarkPolicy]) -> Decide:
    trees = [normal(policy.tree) for policy in policies]
    engine = datalogic_py.Engine()
    session = engine.session()
    certain, possible = (engine.compile([json_logic(tree, pole) for tree in trees]) for pole in (False, True))
    parse = datalogic_py.DataHandle

    def decide(poles: Poles) -> tuple[Sequence[object], Sequence[object]]:
        return (
            json.loads(session.evaluate_data_str(certain, parse(poles[0]))),
            json.loads(session.evaluate_data_str(possible, parse(poles[1]))),
        )

    return decide


def plain_python(policies: Sequence[BenchmarkPolicy]) -> Decide:
    """One generated function a pole: local variables, short-circuit operators, constant sets."""
    certain, possible = (_function(texts) for texts in _texts(_PYTHON, policies))
    return lambda poles: (certain(**poles[0]), possible(**poles[1]))


def _function(texts: Sequence[str]) -> Callable[..., list[bool]]:
    names = []
    for fact in FACTS.values():
        names += [f"{fact.name}_low", f"{fact.name}_high"] if fact.ordered else [fact.name]
        names += [f"{fact.name}_not"] if fact.kind == "boolean" else []
    scope: dict[str, Callable[..., list[bool]]] = {}
    body = ",\n        ".join(texts)
    exec(f"def decide({', '.join(names)}):\n    return [\n        {body}\n    ]", scope)
    return scope["decide"]


def plain_facts(columns: Mapping[str, Column], row: int) -> dict[str, object]:
    """One profile in the types that are quickest for plain Python: money, ratios and days are small integers."""
    found: dict[str, object] = {}
    for name, column in columns.items():
        if column.known[row]:
            fact, value = FACTS[name], int(column.values[row])
            found[name] = value if fact.ordered else python_value(fact, value)
    return found


def plain_python_lists(policies: Sequence[BenchmarkPolicy]) -> Lists:
    """One generated function from a profile's facts to the codes of the eligible and of the open policies. It asks
    first whether a policy is possible, which most are not."""
    infix = Infix("and", "or", "not", "{}", prefixes=("sure_", "maybe_"))
    lines = ["get, eligible, open_ = facts.get, [], []"]
    for fact in FACTS.values():
        lines += _poles_of(fact)
    for policy in policies:
        tree = normal(policy.tree)
        certain, possible = infix.write(tree, False), infix.write(tree, True)
        lines += [f"if {possible}:", f"    (eligible if {certain} else open_).append({policy.code!r})"]
    scope: dict[str, Lists] = {}
    body = "\n    ".join([*lines, "return eligible, open_"])
    exec(f"def decide(facts):\n    {body}", scope)
    return scope["decide"]


def _poles_of(fact: Fact) -> list[str]:
    """Statements that give an unknown fact the values which every certain (possible) condition answers as wanted."""
    sure, maybe = f"sure_{fact.name}", f"maybe_{fact.name}"
    if fact.ordered:
        return [
            f"value = get({fact.name!r})",
            "if value is None:",
            f"    {sure}_low = {maybe}_high = -{FAR}",
            f"    {sure}_high = {maybe}_low = {FAR}",
            "else:",
            f"    {sure}_low = {sure}_high = {maybe}_low = {maybe}_high = value",
        ]
    if fact.kind == "boolean":
        return [
            f"value = get({fact.name!r})",
            f"{sure}, {maybe} = value is True, value is not False",
            f"{sure}_not, {maybe}_not = value is False, value is not True",
        ]
    unknown = (MARK,) if fact.kind == "tags" else MARK
    return [f"{sure} = {maybe} = get({fact.name!r}, {unknown!r})"]
