"""Peers that decide one profile at a time: zen-engine, CEL, datalogic (JSONLogic) and generated plain Python.

Each is built from the policies and then called as `decide(poles) -> (certain, possible)`: two lists of booleans in the
order of the policies.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import cel
import datalogic_py
import zen

from .forms import Infix, json_logic, normal
from .job import BenchmarkPolicy

Poles = tuple[dict[str, object], dict[str, object]]
Decide = Callable[[Poles], tuple[Sequence[object], Sequence[object]]]

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
    certain, possible = (_function(texts, policies) for texts in _texts(_PYTHON, policies))
    return lambda poles: (certain(**poles[0]), possible(**poles[1]))


def _function(texts: Sequence[str], policies: Sequence[BenchmarkPolicy]) -> Callable[..., list[bool]]:
    from .forms import FACTS

    names = []
    for fact in FACTS.values():
        names += [f"{fact.name}_low", f"{fact.name}_high"] if fact.ordered else [fact.name]
        names += [f"{fact.name}_not"] if fact.kind == "boolean" else []
    scope: dict[str, Callable[..., list[bool]]] = {}
    body = ",\n        ".join(texts)
    exec(f"def decide({', '.join(names)}):\n    return [\n        {body}\n    ]", scope)
    return scope["decide"]
