"""Plain FEEL on the evaluator of rules: own cases by subject, what is refused, and how answers are judged."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from policies.rules.feel import Refused, evaluate, run_case, summary
from policies.rules.feel.kit import value_as_data, value_from_data


def answer(expression: str, inputs: dict[str, object] | None = None) -> object:
    """The value as plain data: numbers as text."""
    data = value_as_data(evaluate(expression, {name: value_from_data(v) for name, v in (inputs or {}).items()}))
    return next(iter(data.values())) if isinstance(data, dict) else data


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # logic: null is neither true nor false, and neither is anything that is no truth
        ("true and null", None),
        ("false and null", False),
        ("true or null", True),
        ("7 or false", None),
        ("not(null)", None),
        ('if "yes" then 1 else 2', "2"),
        # equality and order
        ("null = null", True),
        ("3 != null", True),
        ('3 = "3"', None),
        ("[1, [2, 3]] = [1, [2, 3]]", True),
        ("{a: 1, b: 2} = {b: 2, a: 1}", True),
        ("null < 3", None),
        ("5 between 5 and 7", True),
        ("5 in (> 5, <= 4)", False),
        ("5 in [1, [4..6], 9]", True),
        ('"m" in ("a".."m")', False),
        ("[1, 2] in [[1, 2], [3]]", True),
        ("6 in !=5", True),
        ("(< 8) = (< 8)", True),
        ("[4..7[ = [4..7)", True),
        ("]4..7] = (4..7]", True),
        # numbers
        ("-2 ** 2", "4"),
        ("2 ** 3 ** 2", "64"),
        ("1 / 0", None),
        ("modulo(-7, 3)", "2"),
        ("decimal(0.125, 2)", "0.12"),
        ("round half down(-0.5, 0)", "0"),
        ("round up(7.1, -1)", "10"),
        ("1.5e3 + .5", "1500.5"),
        # days, times, durations
        ('@"2024-01-31" + @"P1M"', "2024-02-29"),
        ('@"-0044-03-15" - @"P1Y"', "-0045-03-15"),
        ('@"2024-03-01" - @"2024-02-01"', "P29D"),
        ('@"2024-01-01" - @"PT1S"', "2023-12-31"),
        ('@"23:30:00" + @"PT1H"', "00:30:00"),
        ('@"2024-06-01T12:00:00+08:00" = @"2024-06-01T12:00:00@Asia/Shanghai"', True),
        ('@"2024-06-01T12:00:00Z" - @"2024-06-01T12:00:00"', None),
        ('@"2024-06-01T24:00:00"', "2024-06-02T00:00:00"),
        ('@"08:00:00@Asia/Shanghai" = @"08:00:00@Europe/Paris"', False),
        ('2.5 * @"P1Y"', "P2Y6M"),
        ('@"P3D" / @"PT36H"', "2"),
        ('years and months duration(date("2020-05-31"), date("2024-02-29"))', "P3Y8M"),
        ('week of year(@"2021-01-03")', "53"),
        ('day of week(@"2024-02-29")', "Thursday"),
        ('date("2023-02-29")', None),
        ('time("25:00:00")', None),
        ('duration("P1Y1D")', None),
        ('date and time(date("2024-02-29"), time("10:00:00+01:00")).time offset', "PT1H"),
        ('string(@"2024-02-29T10:00:00.50@Asia/Shanghai")', "2024-02-29T10:00:00.5@Asia/Shanghai"),
        # lists, texts, contexts
        ("[10, 20, 30][-1]", "30"),
        ("[10, 20, 30][item > 10][1]", "20"),
        ("[{a: 1}, {b: 2}][a = 1].a", ["1"]),
        ("{a: 2, b: a * 3}.b", "6"),
        ("some x in [1, 2], y in [2, 3] satisfies x = y", True),
        ("every x in [] satisfies false", True),
        ("for i in 3..1 return i * i", ["9", "4", "1"]),
        ("sum([])", None),
        ("mean([1, 2])", "1.5"),
        ('substring("汉字与 text", -4, 2)', "te"),
        ('string length("\\U01F40E")', "1"),
        ('substring after("a-b-c", "-")', "b-c"),
        ('upper case(["ab"])', "AB"),
        ("(function(a, b) a - b)(5, 2)", "3"),
        ('@"P1D" instance of days and time duration', True),
        ("[1, 2] instance of list<number>", True),
    ],
)
def test_values(expression: str, expected: object) -> None:
    found = answer(expression)
    if isinstance(expected, list) and isinstance(found, list):
        found = [member["n"] for member in found]
    assert found == expected


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("now()", (1, 1)),
        ("1 +\n  nobody", (2, 3)),
        ('[1, matches("a", "a")]', (1, 5)),
        ("if true then 1 in [[1]] else 2", (1, 14)),
        ("1 + (256 instance of tByte)", (1, 6)),
        ('3 - "abs"(1)', (1, 5)),
        ('true and @"10:00:00+02:00" = @"10:00:00@Europe/Paris"', (1, 10)),
        ('string(time("24:00:00"))', (1, 8)),
        ('@"2024-03-31T01:30:00@Europe/Paris" + @"PT1H"', (1, 1)),
        ("-abs(n: 1, m: 2)", (1, 2)),
        ("1 +", (1, 4)),
        ("1e40010 > 0", (1, 1)),
        ("(" * 60 + "1" + ")" * 60, (1, 41)),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(expression: str, place: tuple[int, int]) -> None:
    with pytest.raises(Refused) as refused:
        evaluate(expression, {})
    assert (refused.value.line, refused.value.column) == place
    assert refused.value.reason


def test_inputs_are_values_and_names_may_have_spaces() -> None:
    rows = {"list": [{"ctx": {"price": {"n": "3"}}}, {"ctx": {"price": {"n": "4.5"}}}]}
    assert answer("sum(rows.price) * Unit Count", {"rows": rows, "Unit Count": {"n": "2"}}) == "15.0"


def case(expression: str, expected: object, case_id: str = "suite/one", **more: object) -> dict[str, object]:
    return {"id": case_id, "in_scope": True, "expression": expression, "inputs": {}, "expected": expected, **more}


@pytest.mark.parametrize(
    ("expression", "expected", "result"),
    [
        ("1 + 1", {"n": "2"}, "passed"),
        ("1 + 1", {"n": "3"}, "wrong"),
        ("1 + 1", None, "wrong"),
        ("1 / 0", {"n": "3"}, "wrong"),
        ("2 / 3", {"n": "0.66666667"}, "passed"),  # a long decimal is compared as far as it is written
        ("2 / 3", {"n": "0.67"}, "wrong"),
        ("2 / 3", {"n": "1"}, "wrong"),
        ("now()", None, "passed"),
        ("now()", True, "refused"),
        ("true", {"n": "1"}, "wrong"),
        ("null", False, "wrong"),
        ('["a"]', "a", "passed"),
        ('@"P1Y"', {"duration": "P12M"}, "passed"),
        ('@"10:00:00Z"', {"time": "10:00:00"}, "wrong"),
        ("{a: [1]}", {"ctx": {"a": {"list": [{"n": "1"}]}}}, "passed"),
    ],
)
def test_how_answers_are_judged(expression: str, expected: object, result: str) -> None:
    assert run_case(case(expression, expected)).result == result


def test_suites_that_depend_on_declarations_elsewhere_are_refused() -> None:
    assert run_case(case('"a"', {"n": "1"}, "0082-feel-coercion/x/y")).result == "refused"


def test_the_summary_counts_per_suite_and_shows_what_is_wrong() -> None:
    outcomes = [run_case(case("1", {"n": "1"})), run_case(case("1", {"n": "2"}, "other/two"))]
    assert summary(outcomes) == {
        "suites": {
            "suite": {"passed": 1, "refused": 0, "wrong": 0},
            "other": {"passed": 0, "refused": 0, "wrong": 1},
        },
        "total": {"passed": 1, "refused": 0, "wrong": 1},
        "wrong": [{"id": "other/two", "expression": "1", "expected": {"n": "2"}, "got": {"n": "1"}}],
        "refused": [],
    }


def test_the_summary_lists_every_refusal_with_its_place() -> None:
    (refused,) = summary([run_case(case("1 + now()", {"n": "1"}))])["refused"]
    assert refused == {
        "id": "suite/one",
        "expression": "1 + now()",
        "result": "refused",
        "line": 1,
        "column": 5,
        "reason": "function 'now' is not understood",
    }


def test_the_command_prints_counts(tmp_path: Path) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([case("1", {"n": "1"}), case("1", {"n": "2"}), case("now()", True)]), encoding="utf-8")
    printed = StringIO()
    call_command("feel", str(path), "--json", stdout=printed)
    assert json.loads(printed.getvalue())["total"] == {"passed": 1, "refused": 1, "wrong": 1}
    printed = StringIO()
    call_command("feel", str(path), stdout=printed)
    assert "wrong: suite/one: 1 should be" in printed.getvalue()


@pytest.mark.parametrize("content", [None, "{", "{}", "[3]"])
def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "cases.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match=r"cases\.json"):
        call_command("feel", str(path))


def test_numbers_have_34_digits() -> None:
    assert evaluate("1 / 3", {}) == Decimal("0." + "3" * 34)
