"""Running conformance cases: values from and to the cases' JSON, and how an answer is judged.

A case is {id, expression, inputs, expected, error}; see the command `feel` for the file. `passed`: the expected value,
or an expected null met by a refusal. `refused`: a refusal where a value is expected. `wrong`: another value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from policies.rules.dates import format_duration, parse_duration
from policies.rules.feel.civil import Day
from policies.rules.feel.deviations import deviation
from policies.rules.feel.evaluator import evaluate
from policies.rules.feel.refusal import Refused
from policies.rules.feel.temporal import DateTime, Time, parse_date_time, parse_day, parse_time
from policies.rules.functions_lists import is_list
from policies.rules.values import DaysTime, RangeValue, YearsMonths

# Numbers with this many decimals or more are roundings of what is meant.
ROUNDED_DECIMALS: Final = 7


@dataclass(frozen=True)
class Outcome:
    """How one case went."""

    id: str
    result: Literal["passed", "refused", "wrong"]
    expression: str
    expected: object
    got: object
    refusal: Refused | None = None


def value_from_data(data: Any) -> object:
    """A value of the kit's JSON."""
    if isinstance(data, Mapping):
        ((kind, content),) = data.items()
        match kind:
            case "n":
                return Decimal(content)
            case "list":
                return tuple(value_from_data(member) for member in content)
            case "ctx":
                return {key: value_from_data(value) for key, value in content.items()}
            case "date":
                return _read(parse_day(content), data)
            case "time":
                return _read(parse_time(content), data)
            case "dateTime":
                return _read(parse_date_time(content), data)
            case "duration" | "yearMonthDuration" | "dayTimeDuration":
                return _read(parse_duration(content), data)
        raise Refused(f"unknown kind of value {kind!r}")
    return data


def _read(value: object, data: object) -> object:
    if value is None:
        raise Refused(f"unreadable value {data!r}")
    return value


def value_as_data(value: object) -> object:
    """A value as the kit's JSON."""
    match value:
        case Decimal():
            return {"n": f"{value:f}"}
        case Day():
            return {"date": str(value)}
        case Time():
            return {"time": str(value)}
        case DateTime():
            return {"dateTime": str(value)}
        case YearsMonths() | DaysTime():
            return {"duration": format_duration(value)}
        case Mapping():
            return {"ctx": {key: value_as_data(member) for key, member in value.items()}}
        case RangeValue():
            return {"range": [value_as_data(value.low), value_as_data(value.high)]}
        case tuple() | list() | frozenset():
            return {"list": [value_as_data(member) for member in value]}
    return value if isinstance(value, str | bool | None) else repr(value)


def same(got: object, expected: object) -> bool:
    """Whether an answer is the expected value; long decimals are compared as far as they are written."""
    if isinstance(got, tuple) and len(got) == 1 and expected is not None and not is_list(expected):
        (got,) = got  # a decision of a single type takes the member of a list of one
    if isinstance(got, bool) or isinstance(expected, bool) or got is None or expected is None:
        return got is expected
    if isinstance(got, Decimal) and isinstance(expected, Decimal):
        exponent = expected.as_tuple().exponent
        decimals = -exponent if isinstance(exponent, int) else 0
        return got == expected or (decimals >= ROUNDED_DECIMALS and round(got, decimals) == expected)
    if is_list(got) and is_list(expected):
        one, other = list(got), list(expected)  # type: ignore[call-overload]
        return len(one) == len(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    if isinstance(got, Mapping) and isinstance(expected, Mapping):
        return got.keys() == expected.keys() and all(same(got[key], expected[key]) for key in got)
    return type(got) is type(expected) and got == expected


def run_case(case: Mapping[str, Any]) -> Outcome:
    """Evaluate one case and judge the answer."""
    case_id, expression, expected_data = str(case["id"]), str(case["expression"]), case.get("expected")
    try:
        if (reason := deviation(case_id)) is not None:
            raise Refused(reason)
        inputs = {name: value_from_data(value) for name, value in (case.get("inputs") or {}).items()}
        got = evaluate(expression, inputs)
    except Refused as refusal:
        result: Literal["passed", "refused"] = "passed" if expected_data is None else "refused"
        return Outcome(case_id, result, expression, expected_data, f"refused: {refusal}", refusal)
    passed = same(got, value_from_data(expected_data))
    return Outcome(case_id, "passed" if passed else "wrong", expression, expected_data, value_as_data(got))


def run_cases(cases: Iterable[Mapping[str, Any]]) -> list[Outcome]:
    return [run_case(case) for case in cases]


def summary(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Counts per suite (the id up to the first "/") and in total, every wrong answer, and every refusal with its place.

    A refusal that meets an expected null counts as passed and is among the refusals.
    """
    suites: dict[str, dict[str, int]] = {}
    total = {"passed": 0, "refused": 0, "wrong": 0}
    wrong, refused = [], []
    for outcome in outcomes:
        counts = suites.setdefault(outcome.id.split("/")[0], {"passed": 0, "refused": 0, "wrong": 0})
        counts[outcome.result] += 1
        total[outcome.result] += 1
        case = {"id": outcome.id, "expression": outcome.expression}
        if outcome.result == "wrong":
            wrong.append({**case, "expected": outcome.expected, "got": outcome.got})
        if (refusal := outcome.refusal) is not None:
            place = {"line": refusal.line, "column": refusal.column}
            refused.append({**case, "result": outcome.result, **place, "reason": refusal.reason})
    return {"suites": suites, "total": total, "wrong": wrong, "refused": refused}
