"""The examples that a policy carries, run against its rule and amount."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from policies.compiled import CompiledPolicy
from policies.definition import Definition, Example
from policies.definition import Verdict as Expected
from policies.errors import Problem
from policies.lexicon import ACCEPTING_AREA
from policies.rules import Context, FactValueError, Verdict

TRUTH = {Expected.ELIGIBLE: True, Expected.INELIGIBLE: False, Expected.UNKNOWN: None}
VERDICT = {truth: verdict for verdict, truth in TRUTH.items()}


def example_problems(
    definition: Definition, policy: CompiledPolicy, parameters_as_of: Callable[[date], Mapping[str, object]]
) -> Iterator[Problem]:
    """What comes out otherwise than an example says.

    An example without a place stands in the policy's own area, one without a day on the last day in force (else the
    first).
    """
    for number, example in enumerate(definition.examples, start=1):
        place = f"examples.{number}"
        unknown = [code for code in example.facts if code not in policy.rule.vocabulary]
        for code in unknown:
            yield Problem(f"{place}.facts.{code}", zh="词表中没有这个数据项", en="is no fact of the vocabulary")
        if not unknown:
            yield from _run(definition, policy, example, place, parameters_as_of)


def example_facts(definition: Definition, example: Example) -> dict[str, object]:
    return {ACCEPTING_AREA: definition.area, **example.facts}


def example_context(
    definition: Definition, example: Example, parameters_as_of: Callable[[date], Mapping[str, object]]
) -> Context:
    day = example.as_of or definition.in_force.until or definition.in_force.since
    parameters = dict(parameters_as_of(day)) if day else {}
    return Context(as_of=day, parameters={**parameters, **example.parameters})


def _run(
    definition: Definition,
    policy: CompiledPolicy,
    example: Example,
    place: str,
    parameters_as_of: Callable[[date], Mapping[str, object]],
) -> Iterator[Problem]:
    facts, context = example_facts(definition, example), example_context(definition, example, parameters_as_of)
    try:
        verdict = policy.rule.evaluate(facts, context=context)
        amount = policy.amount.evaluate(facts, context=context) if policy.amount else None
    except FactValueError as error:
        yield Problem(f"{place}.facts.{error.code}", zh=f"{error.value!r} 与数据项类型不符", en=str(error))
        return
    if verdict.truth is not TRUTH[example.verdict]:
        yield _differs(f"{place}.verdict", example.verdict, _verdict_text(verdict))
    if example.missing is not None and verdict.missing != frozenset(example.missing):
        yield _differs(f"{place}.missing", ", ".join(sorted(example.missing)), ", ".join(sorted(verdict.missing)))
    if example.amount is not None:
        fen = None if amount is None else amount.fen
        if fen is None or fen != example.amount * 100:
            result = "unknown" if fen is None else f"{fen // 100}.{fen % 100:02d}"
            missing = ", ".join(sorted(amount.missing)) if amount else ""
            yield _differs(
                f"{place}.amount", str(example.amount), f"{result} {f'({missing})' if missing else ''}".strip()
            )


def _verdict_text(verdict: Verdict) -> str:
    missing = f" ({', '.join(sorted(verdict.missing))})" if verdict.missing else ""
    return f"{VERDICT[verdict.truth].value}{missing}"


def _differs(place: str, expected: str, found: str) -> Problem:
    return Problem(place, zh=f"应为 {expected}，实际得出 {found}", en=f"must be {expected}, but comes out as {found}")
