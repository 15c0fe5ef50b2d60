"""The exchange format: what is written is read again, digit for digit; what is doubtful is said, not guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.errors import DefinitionProblems
from policies.publishing.interchange.yaml import policy_read, policy_write, yaml_read
from tests.policies.definitions import definition
from tests.policies.test_definition import FULL

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(str.strip)
numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False)


def test_a_full_definition_survives_the_file() -> None:
    full = definition(**{key: value for key, value in FULL.items() if key != "code"})
    assert policy_read(policy_write(full)) == full
    assert policy_write(policy_read(policy_write(full))) == policy_write(full)


@given(title=texts, department=texts, amount=numbers, fact=st.one_of(numbers, texts, st.booleans(), st.integers()))
def test_any_text_and_number_survives_the_file(title: str, department: str, amount: Decimal, fact: object) -> None:
    example = {"title": title, "facts": {"a": fact}, "verdict": "eligible", "amount": amount}
    parsed = definition(title={"zh": title, "en": title}, department=department, examples=[example])
    assert policy_read(policy_write(parsed)) == parsed


def test_a_rule_of_several_lines_stays_readable() -> None:
    written = policy_write(definition(eligibility="insured_headcount >= 30\nand rd_expense > 0"))
    assert "eligibility: |-\n  insured_headcount >= 30\n  and rd_expense > 0\n" in written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code: a\ncode: b", "line 2, column 1: is no YAML: the key 'code' stands twice"),
        ("code: [", "is no YAML"),
        ("a: &x [*x]", "is no YAML"),
        ("- code", "must be a mapping"),
        ("", "must be a mapping"),
        ("code: !!python/object:os.system x", "is no YAML"),
        ("a: " + "x" * 1_000_001, "longer than"),
        ("[" * 5000, "is no YAML"),
    ],
)
def test_what_is_no_policy_file_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(DefinitionProblems, match=said):
        policy_read(text)


def test_numbers_are_read_as_decimals() -> None:
    assert yaml_read("{a: 0.10, b: 5}") == {"a": Decimal("0.10"), "b": 5}
    assert str(yaml_read("0.10")) == "0.10"


def test_a_file_says_its_own_problems_at_once() -> None:
    with pytest.raises(DefinitionProblems) as caught:
        policy_read("code: x\ntitle: {zh: 甲}\narea: 340200\n")
    assert {"title.en", "area", "department"} <= {problem.place for problem in caught.value.problems}
