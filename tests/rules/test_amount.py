"""Amounts: exact, in fen, rounded once; unknown stays unknown; rows that may count are pending."""

from datetime import date
from decimal import Decimal

import pytest

from policies.rules import Amount, Context, compile_amount, explain_amount
from tests.rules.vocabulary import VOCABULARY

HIRES = {"from": "hires", "key": "identity", "where": 'group = "graduate" and months >= 6'}
RATES = {"rates": [{"when": ["medium", "small", "micro"], "give": 0.6}, {"when": "large", "give": 0.3}]}


def amount(text: str, facts: dict[str, object], **beside: object) -> Amount:
    context = Context(**beside.pop("context", {}))  # type: ignore[arg-type]
    return compile_amount(text, VOCABULARY, **beside).evaluate(facts, context=context)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "revenue", "fen"),
    [
        ("min(0.1 * revenue_prev_year, 200000)", "1234567.89", 12345679),
        ("min(0.1 * revenue_prev_year, 200000)", "2000000.01", 20000000),
        ("0.005 * revenue_prev_year", "1.00", 1),  # half a fen goes up
        ("0.005 * revenue_prev_year", "0.99", 0),
        ("revenue_prev_year / 3 * 3", "0.10", 10),
        ("steps(revenue_prev_year, 20000000, 10000)", "59999999.99", 2000000),
        ("if revenue_prev_year > 100 then 50000 else 0.5 * revenue_prev_year", "100", 5000),
        ("max(revenue_prev_year - 1000, 0)", "5", 0),
        ("decimal(revenue_prev_year / 7, 2)", "1", 14),
    ],
)
def test_arithmetic_is_exact_and_rounded_once(text: str, revenue: str, fen: int) -> None:
    found = amount(text, {"revenue_prev_year": Decimal(revenue)})
    assert (found.fen, found.missing) == (fen, frozenset())


def test_an_unknown_fact_leaves_the_sum_open_unless_it_does_not_matter() -> None:
    text = 'if msme_size = "large" then 100000 else 0.1 * revenue_prev_year'
    assert amount(text, {"msme_size": "large"}).fen == 10000000
    assert amount(text, {"msme_size": "small"}).missing == {"revenue_prev_year"}
    assert amount(text, {}).missing == {"msme_size", "revenue_prev_year"}
    assert amount('if msme_size = "large" then 5 else 5', {}).fen == 500


def test_a_number_that_does_not_apply_counts_as_zero_and_says_why() -> None:
    found = amount("0.1 * revenue_prev_year + 0.5 * export_value", {"revenue_prev_year": 100, "exports": False})
    assert (found.fen, found.missing) == (1000, frozenset())
    assert found.reasons.notes == (("not-applicable", "export_value"),)
    assert amount("0.5 * export_value", {"export_value": 3}).missing == {"exports"}


def test_no_value_pays_nothing_and_says_why() -> None:
    found = amount("decimal(100 / insured_headcount, 2)", {"insured_headcount": 0})
    assert (found.fen, found.reasons.notes) == (0, (("no-value", ""),))


@pytest.mark.parametrize(("size", "fen"), [("small", 60000), ("micro", 60000), ("large", 30000)])
def test_lookup_takes_the_first_row(size: str, fen: int) -> None:
    facts = {"msme_size": size, "revenue_prev_year": 1000}
    assert amount("lookup(msme_size, rates) * revenue_prev_year", facts, tables=RATES).fen == fen


def test_lookup_without_a_row_is_zero_and_says_so() -> None:
    tables = {"rates": [{"when": "large", "give": 3}]}
    found = amount("lookup(msme_size, rates)", {"msme_size": "small"}, tables=tables)
    assert (found.fen, found.reasons.notes) == (0, (("not-in-table", "rates"),))


def test_lookup_of_an_unknown_is_open_unless_all_rows_agree() -> None:
    assert amount("lookup(msme_size, rates)", {}, tables=RATES).missing == {"msme_size"}


LEVELS = {"t": [{"when": "[0..10)", "give": 0}, {"from": 10, "below": 30, "give": 100}, {"from": 30, "give": 300}]}
SLICES = {"t": [{"up_to": 10000000, "rate": 0.15}, {"up_to": None, "rate": 0.1}]}
MARKS = [
    {"at": 20, "give": 5},
    {"at": 100, "give": 10},
    {"at": 1000, "give": 20},
    {"every": 1000, "give": 7},
]


@pytest.mark.parametrize(("heads", "yuan"), [(0, 0), (9, 0), (10, 100), (29, 100), (30, 300), (999, 300)])
def test_tiers(heads: int, yuan: int) -> None:
    assert amount("tiers(insured_headcount, t)", {"insured_headcount": heads}, tables=LEVELS).fen == yuan * 100


@pytest.mark.parametrize(
    ("price", "yuan"), [(0, 0), (100, 15), (10000000, 1500000), (10000100, 1500010), (30000000, 3500000)]
)
def test_marginal_tiers(price: int, yuan: int) -> None:
    assert amount("marginal tiers(revenue_prev_year, t)", {"revenue_prev_year": price}, tables=SLICES).fen == yuan * 100


@pytest.mark.parametrize(
    ("x", "before", "highest", "all_new"),
    [
        (19, 0, 0, 0),
        (20, 19, 5, 5),
        (150, 10, 10, 15),
        (150, 100, 0, 0),
        (1999, 1000, 0, 0),
        (2000, 1500, 7, 7),
        (5000, 900, 7, 20 + 4 * 7),
        (1000, 0, 20, 35),
    ],
)
def test_milestones(x: int, before: int, highest: int, all_new: int) -> None:
    text, facts = "milestones(revenue_prev_year, rd.expense_prev_year, t)", {"revenue_prev_year": x}
    facts["rd.expense_prev_year"] = before
    assert amount(text, facts, tables={"t": MARKS}).fen == highest * 100
    assert amount(text, facts, tables={"t": {"rows": MARKS, "cumulative": True}}).fen == all_new * 100


@pytest.mark.parametrize(
    ("hit", "yuan"),
    [("FIRST", 1), ("COLLECT sum", 6), ("COLLECT min", 1), ("COLLECT max", 3), ("COLLECT count", 3)],
)
def test_hit_policies(hit: str, yuan: int) -> None:
    rows = [{"when": ">= 1", "give": 1}, {"when": ">= 2", "give": 2}, {"when": "-", "give": 3}]
    tables = {"t": {"rows": rows, "hit": hit}}
    assert amount("lookup(insured_headcount, t)", {"insured_headcount": 5}, tables=tables).fen == yuan * 100


def test_a_table_over_several_inputs_and_rows_that_compute() -> None:
    rows = [
        {"when": [["small", "micro"], ">= 10"], "give": "0.1 * revenue_prev_year"},
        {"when": ["-", "not([10..20])"], "give": 7},
    ]
    text, facts = "lookup([msme_size, insured_headcount], t)", {"msme_size": "small", "revenue_prev_year": 50}
    assert amount(text, {**facts, "insured_headcount": 12}, tables={"t": rows}).fen == 500
    assert amount(text, {**facts, "insured_headcount": 9}, tables={"t": rows}).fen == 700
    assert amount(text, {"msme_size": "large", "insured_headcount": 15}, tables={"t": rows}).fen == 0
    assert amount(text, {"insured_headcount": 3}, tables={"t": rows}).fen == 700  # the size does not matter


ROWS = [
    {"identity": "1", "group": "graduate", "months": 6, "cost": 100},
    {"identity": "2", "group": "graduate", "months": 5, "cost": 100},
    {"identity": "3", "group": "graduate", "cost": 100},
    {"identity": "4", "group": "veteran"},
]


def test_items_are_the_rows_that_surely_count_and_the_others_are_pending() -> None:
    found = amount("count(items) * 1000", {"hires": ROWS}, items=HIRES)
    assert (found.fen, found.missing, found.counted) == (100000, frozenset(), ("1",))
    ((pending),) = found.pending
    assert (pending.key, pending.missing) == ("3", {"hires.months"})


def test_items_of_an_unknown_list_leave_the_sum_open() -> None:
    found = amount("count(items) * 1000", {}, items=HIRES)
    assert (found.fen, found.missing) == (None, {"hires"})


def test_a_row_that_counts_with_an_unknown_value_leaves_the_sum_open() -> None:
    rows = [{"identity": "1", "group": "graduate", "months": 9}]
    found = amount("sum(items.cost)", {"hires": rows}, items=HIRES)
    assert (found.fen, found.missing) == (None, {"hires"})


def test_sums_over_items() -> None:
    rows = [*ROWS, {"identity": "5", "group": "graduate", "months": 12, "cost": 250}]
    assert amount("sum(items.cost)", {"hires": rows}, items=HIRES).fen == 35000
    assert amount("sum(for i in items return min(i.cost, 200))", {"hires": rows}, items=HIRES).fen == 30000
    assert amount("sum(items.cost)", {"hires": []}, items=HIRES).fen == 0
    assert amount("sum(hires[cost > 100 and months >= 1].cost)", {"hires": rows[:2] + rows[4:]}).fen == 25000


def test_paid_comes_from_the_context_and_is_nothing_without() -> None:
    text = 'max(200000 - paid("rd", "year"), 0)'
    assert amount(text, {}).fen == 20000000
    assert amount(text, {}, context={"paid": {("rd", "year"): Decimal("150000.50")}}).fen == 4999950


def test_parameters_and_the_reference_date() -> None:
    text = 'revenue_prev_year * parameter("lpr-1y") * (as_of - founded_on).days / 365'
    facts = {"revenue_prev_year": 36500, "founded_on": date(2023, 1, 1)}
    context = {"as_of": date(2023, 1, 11), "parameters": {"lpr-1y": Decimal("0.04")}}
    assert amount(text, facts, context=context).fen == 4000
    assert amount(text, facts).missing == {"lpr-1y", "as_of"}


def test_an_amount_in_words() -> None:
    text = "min(0.1 * rd.expense_prev_year, 200000) + count(items) * 1000 + lookup(msme_size, few) + 0.5 * export_value"
    compiled = compile_amount(text, VOCABULARY, items=HIRES, tables={"few": [{"when": "large", "give": 3}]})
    facts = {"rd.expense_prev_year": 5000, "hires": ROWS, "msme_size": "small", "exports": False}
    sentences = explain_amount(compiled.evaluate(facts), VOCABULARY)
    assert [sentence.zh for sentence in sentences] == [
        "金额按“（0.1 × 上年研发费用、200,000）中较小者 + 计入的招用人员数量 × 1000 + "
        "由企业规模按表‘few’查得的值 + 0.5 × 出口额”计算。",
        "其中上年研发费用为5,000元。",
        "其中企业规模为小型。",
        "其中有出口为否。",
        "表“few”中没有对应的行，这一部分按0计。",
        "出口额对本主体不适用，这一部分按0计。",
        "另有1项资料不全，本期不计入，补齐后下一期可再申领。",
    ]
    assert sentences[3].en == "In it, exports: no."
    open_sum = explain_amount(compiled.evaluate({"hires": []}), VOCABULARY, shows=lambda code: False)
    assert open_sum[-1].en == (
        "Still missing: exports, enterprise size, R&D expense of the previous year. The sum cannot be told yet."
    )
    assert len(open_sum) == 2


def test_a_fixed_sum_and_a_choice_in_words() -> None:
    fixed = compile_amount("500000", VOCABULARY)
    (sentence,) = explain_amount(fixed.evaluate({}), VOCABULARY)
    assert (sentence.zh, sentence.en) == ("金额固定为500,000元。", "The sum is 500,000 yuan.")
    chosen = compile_amount("(if dishonest then 0 else 0.5) * rd.expense_prev_year", VOCABULARY)
    (sentence,) = explain_amount(chosen.evaluate({}), VOCABULARY, shows=lambda code: False)[:1]
    assert sentence.zh == "金额按“（若（严重失信）则为0，否则为0.5） × 上年研发费用”计算。"
    assert sentence.en == (
        'The sum is worked out as "(0 if (seriously dishonest), else 0.5) × R&D expense of the previous year".'
    )
