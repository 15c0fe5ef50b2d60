import pytest

from policies.rules import FactType, compile_rule
from supermarket.matching.ranking import ranked_missing

VOCABULARY = {name: FactType("boolean") for name in "abcde"}


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        ("b and a", {}, "ab"),
        ("(a or b or c) and d", {}, "dabc"),
        ("(a or b) and (c or d or e)", {}, "abcde"),
        ("(a or b) and (c or d or e)", {"c": False, "d": False}, "eab"),  # what is settled shares in nothing
        ("(a or b) and (a or c)", {}, "abc"),  # a stands in both halves
        ("a and not(a) or b", {}, "b"),
    ],
)
def test_what_decides_most_is_asked_first(rule: str, facts: dict[str, bool], expected: str) -> None:
    verdict = compile_rule(rule, VOCABULARY).evaluate(facts)
    assert "".join(ranked_missing(verdict.missing, verdict.reasons)) == expected
