"""Whatever is typed, the answer is a rule or a list of problems, never a crash."""

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.rules import RuleProblems, compile_amount, compile_rule, findings, format_rule
from tests.rules.vocabulary import VOCABULARY

WORDS = st.sampled_from(
    [
        *("insured_headcount", "msme_size", "founded_on", "rosters", "hires", "dishonest", "export_value", "参保人数"),
        *("and", "or", "not", "in", "between", "if", "then", "else", "some", "every", "satisfies", "for", "return"),
        *("(", ")", "[", "]", "{", "}", ",", ".", "..", "+", "-", "*", "/", "**", "<", ">=", "=", "!=", "@", ":"),
        *("count", "min", "lookup", "tiers", "decimal", "parameter", "date", "duration", "is known", "list contains"),
        *("1", "0.5", "30", '"small"', '"P1Y"', '"2023-01-01"', "true", "null", "x", "item", "items", "as_of", "t"),
    ]
)
TABLES = {"t": [{"when": "< 3", "give": 1}, {"when": "-", "give": 2}]}
ITEMS = {"from": "hires", "where": "months > 1"}


def _try(text: str) -> None:
    for compile_text in (compile_rule, compile_amount):
        try:
            compiled = compile_text(text, VOCABULARY, tables=TABLES, items=ITEMS)
        except RuleProblems as refused:
            assert refused.problems
            continue
        compiled.evaluate({})
        findings(compiled)
        written = format_rule(compiled.tree)
        assert compile_text(written, VOCABULARY, tables=TABLES, items=ITEMS).tree == compiled.tree


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_words_in_any_order(text: str) -> None:
    _try(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    _try(text)


def test_long_chains_are_refused_not_run_into_the_ground() -> None:
    for text in ("1" + " + 1" * 900 + " > 0", "as_of" + ".year" * 900 + " = 1", "not(" * 39 + "1 = 1" * 1 + ")" * 39):
        _try(text)


def test_numbers_beyond_the_limits_are_refused() -> None:
    for number in ("1e40010", "9" * 5000, "1e-40010"):
        _try(f"insured_headcount > {number}")
