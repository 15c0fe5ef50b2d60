"""LANGUAGE.md tells the truth: its limits are the code's, its functions and problem codes exist, its modules too."""

import ast
import re
import sys
from pathlib import Path

from policies.rules import FactType, compile_rule, facts, parser, source, tables, token_stream, tokens, values
from policies.rules.signatures import SIGNATURES

PACKAGE = Path(tokens.__file__).parent
TEXT = (PACKAGE / "LANGUAGE.md").read_text(encoding="utf-8")


def _section(title: str) -> str:
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_limits_are_those_of_the_code() -> None:
    stated = {
        name: int(number.replace(",", ""))
        for name, number in re.findall(r"\| (.+?) \| ([\d,]+) \|", _section("Limits"))
    }
    assert stated == {
        "characters of a text": tokens.MAX_TEXT_LENGTH,
        "nodes of a rule": source.MAX_NODES,
        "levels of brackets": token_stream.MAX_DEPTH,
        "levels of the tree": source.MAX_TREE_DEPTH,
        "members of a list literal": parser.MAX_LIST_MEMBERS,
        "rows of a table": tables.MAX_ROWS,
        "rows of an items fact": facts.MAX_ROWS,
        "tags of a tags fact": facts.MAX_TAGS,
        "digits of a number": values.NUMBERS.prec,
    }


def test_the_truth_tables_are_those_of_the_evaluator() -> None:
    letters, truths = {"p": FactType("boolean"), "q": FactType("boolean")}, {"t": True, "f": False, "u": None}
    rows = re.findall(
        r"^\| \*\*(.)\*\* \| (.) \| (.) \| (.) \| \| .+? \| (.) \| (.) \| (.) \| \| .+? \| (.) \|$", TEXT, re.M
    )
    assert [row[0] for row in rows] == ["t", "f", "u"]
    for left, *answers in rows:
        for right, both, either in zip("tfu", answers[:3], answers[3:6], strict=True):
            facts = {"p": truths[left], "q": truths[right]}
            assert compile_rule("p and q", letters).evaluate(facts).truth is truths[both]
            assert compile_rule("p or q", letters).evaluate(facts).truth is truths[either]
        assert compile_rule("not(p)", letters).evaluate({"p": truths[left]}).truth is truths[answers[6]]


def test_the_language_stands_on_the_standard_library_alone() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names or f"{name}.".startswith("policies.rules."), (
                    path,
                    name,
                )


def test_every_function_is_described_and_nothing_else() -> None:
    section = _section("Functions") + _section("Tables")
    described = set(re.findall(r"`([a-z][a-z ]*[a-z])(?:\(|`)", section))
    assert set(SIGNATURES) <= described
    assert described - set(SIGNATURES) <= {
        "as_of",
        "parameter",
        "give",
        "rate",
        "at",
        "every",
        "tables",
        "sum min max count",
    }


def test_every_problem_code_is_described() -> None:
    reported = set()
    for path in PACKAGE.glob("*.py"):
        reported |= set(
            re.findall(r'(?:report|fail|Problem|_problem)\(\s*(?:reference,\s*)?"([a-z-]+)"', path.read_text("utf-8"))
        )
    described = set(re.findall(r"`([a-z-]+)`", _section("What is refused")))
    assert reported <= described, reported - described


def test_every_module_is_named() -> None:
    listed = set(re.findall(r"`([a-z_]+)`", TEXT.split("Modules, in reading order:")[1].split("\n## ")[0]))
    for path in PACKAGE.glob("*.py"):
        name = path.stem
        known = name in listed or any(name.startswith(f"{prefix}_") for prefix in ("functions", "checker", "sentences"))
        assert known or name in ("__init__", "problems", "dates", "signatures", "checker"), name
