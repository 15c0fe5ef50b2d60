"""LANGUAGE.md tells the truth: its limits are the code's, its functions and problem codes exist, its modules too."""

import re
from pathlib import Path

from policies.rules import facts, parser, source, tables, token_stream, tokens, values
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
