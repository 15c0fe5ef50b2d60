"""Values and sums near and beyond 64 bits are exact, or refused in words; they never come out wrong."""

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engine import Catalogue, EngineError, Population, PopulationError
from policies.rules import FactType, FactValueError, compile_amount, compile_rule
from policies.rules.amount_explanation import explain_amount
from policies.rules.values import EXACT

VOCABULARY = {
    "n": FactType("integer"),
    "m": FactType("money"),
    "d": FactType("decimal"),
    "r": FactType("ratio"),
}
PLACES = {"n": 0, "m": 2, "d": 6, "r": 6}
WIDTHS = (31, 32, 53, 62, 63, 64, 100)  # bits; values of all columns lie around these powers of two
LARGE = [sign * ((1 << bits) + step) for bits in WIDTHS for sign in (1, -1) for step in (-1, 0, 1)]
AMOUNTS = (
    "m",
    "-m",
    "m + 0.005",
    "m * d",
    "m * r",
    "0.125 * m",
    "min(0.1 * m, 100000)",
    "max(m - 1000, 0)",
    "m + m",
    "m * n",
    "100 * n",
    "1000000 * d",
    "m / 8",
    "decimal(m * 0.335, 1)",
    "if n > 0 then m else 0.5 * m",
    "steps(m, 1000, 5)",
    "tiers(m, steps)",
    "marginal tiers(m, slices)",
    "99999999999999999 * m",
    "92233720368547758.07 + 0 * m",
    "92233720368547758.07",
    "92233720368547758.08",
    "(100000000000000000000000000000000 + m) - 100000000000000000000000000000000",
    "0.123456789012345678 * m",
)
TABLES = {
    "steps": [
        {"when": "< 0", "give": 0},
        {"when": "[0..50000000000000000)", "give": 10},
        {"when": ">= 5e16", "give": 7},
    ],
    "slices": [{"up_to": 1, "rate": 0.5}, {"up_to": 30000000000000000, "rate": 0.125}, {"up_to": None, "rate": 3}],
}


def _number(units: int, code: str) -> Decimal:
    return Decimal(units).scaleb(-PLACES[code], EXACT)


def _units(code: str, most: int = 10**36) -> st.SearchStrategy[int]:
    return st.one_of(st.integers(-1000, 1000), st.sampled_from(LARGE), st.integers(-most, most))


def _condition(code: str) -> st.SearchStrategy[str]:
    operators = st.sampled_from(("=", "!=", "<", "<=", ">", ">="))
    constants = _units(code, 10**33).map(lambda units: f"{_number(units, code):f}")
    return st.builds(lambda op, constant: f"{code} {op} {constant}", operators, constants)


def _person() -> st.SearchStrategy[dict[str, Decimal]]:
    return st.fixed_dictionaries(
        {}, optional={code: _units(code).map(lambda u, c=code: _number(u, c)) for code in PLACES}
    )


def _table(people: list[dict[str, Decimal]]) -> pa.Table:
    keys = pa.array([str(number) for number in range(len(people))])
    columns = {code: [each.get(code) for each in people] for code in PLACES}
    arrays = {code: pa.array(values, pa.decimal128(38, PLACES[code])) for code, values in columns.items()}
    return pa.table({"credit_code": keys, **arrays})


@settings(max_examples=150, deadline=None)
@given(st.lists(_person(), min_size=1, max_size=5), st.data())
def test_verdicts_on_huge_numbers_are_the_evaluators(people: list[dict[str, Decimal]], data: st.DataObject) -> None:
    texts = data.draw(st.lists(st.sampled_from(sorted(PLACES)).flatmap(_condition), min_size=1, max_size=4))
    stock = [{"code": text, "eligibility": text} for text in dict.fromkeys(texts)]
    catalogue = Catalogue(stock, VOCABULARY)
    matches = catalogue.match(Population(_table(people), VOCABULARY))
    for text in dict.fromkeys(texts):
        truths = [compile_rule(text, VOCABULARY).evaluate(facts).truth for facts in people]
        assert matches.eligible(text).tolist() == [truth is True for truth in truths]
        assert matches.unknown(text).tolist() == [truth is None for truth in truths]
        assert [catalogue.shelf(facts).truth(text) for facts in people] == truths


@settings(max_examples=150, deadline=None)
@given(st.lists(_person(), min_size=1, max_size=5), st.lists(st.sampled_from(AMOUNTS), min_size=1, max_size=3))
def test_sums_of_huge_numbers_are_the_evaluators(people: list[dict[str, Decimal]], amounts: list[str]) -> None:
    stock = [{"code": text, "eligibility": "true", "amount": text, "tables": TABLES} for text in dict.fromkeys(amounts)]
    matches = Catalogue(stock, VOCABULARY).match(Population(_table(people), VOCABULARY))
    for text in dict.fromkeys(amounts):
        fen = [compile_amount(text, VOCABULARY, tables=TABLES).evaluate(facts).fen for facts in people]
        assert matches.amounts(text).tolist() == [each or 0 for each in fen]
        assert matches.amount_unknown(text).tolist() == [each is None for each in fen]


def test_a_sum_beyond_64_bits_is_no_sum_and_says_so() -> None:
    amount = compile_amount("1000 * m", VOCABULARY).evaluate({"m": Decimal("92233720368547.75808")})
    assert (amount.fen, amount.missing) == (None, frozenset())
    assert "beyond all that can be paid" in explain_amount(amount, VOCABULARY)[-1].en
    most = compile_amount("m", VOCABULARY).evaluate({"m": Decimal("92233720368547758.07")})
    assert most.fen == (1 << 63) - 1


def test_half_a_fen_is_rounded_once_however_many_digits_there_are() -> None:
    amount = compile_amount("m", VOCABULARY)
    assert amount.evaluate({"m": Decimal("123456789012345.0049999999999999999")}).fen == 12345678901234500
    assert amount.evaluate({"m": Decimal("-0.005")}).fen == -1


def test_a_total_beyond_64_bits_is_refused_by_name() -> None:
    facts = [{"m": Decimal("92233720368547758.07")}] * 3
    matches = Catalogue([{"code": "all", "eligibility": "true", "amount": "m"}], VOCABULARY).match(
        Population(_table(facts), VOCABULARY)
    )
    with pytest.raises(EngineError, match="all"):
        matches.totals()


@pytest.mark.parametrize(
    "column",
    [pa.array([1.5]), pa.array([Decimal("1.5")]), pa.array([1 << 63], pa.uint64())],
    ids=("float", "half", "uint64"),
)
def test_a_column_that_cannot_hold_the_fact_is_refused_by_name(column: pa.Array) -> None:
    with pytest.raises(PopulationError, match="'n'"):
        Population(pa.table({"credit_code": ["1"], "n": column}), VOCABULARY)


def test_a_value_between_those_of_its_type_is_taken_as_it_is() -> None:
    stock = [{"code": text, "eligibility": text} for text in ("m > 1 and m < 1.005", "m > 1", "m = 1.003", "m != 1")]
    catalogue = Catalogue(stock, VOCABULARY)
    for value in (Decimal("1.003"), Decimal("1"), Decimal("1.00"), Decimal("1.01"), Decimal("1.005")):
        truths = [compile_rule(each["code"], VOCABULARY).evaluate({"m": value}).truth for each in stock]
        assert [catalogue.shelf({"m": value}).truth(each["code"]) for each in stock] == truths


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity"), 1.5])
def test_what_is_no_number_is_refused_by_name(value: object) -> None:
    with pytest.raises(FactValueError, match="m"):
        Catalogue([{"code": "p", "eligibility": "m > 1"}], VOCABULARY).shelf({"m": value})
