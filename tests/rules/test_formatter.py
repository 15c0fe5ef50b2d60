"""Canonical text: reading it again gives the same tree, whatever language its labels are in."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.rules import compile_rule, format_rule, nodes
from policies.rules.nodes import Node
from policies.rules.source import read_source
from policies.rules.values import DaysTime, YearsMonths
from tests.rules.vocabulary import VOCABULARY

TABLES = {"rates": [{"when": "large", "give": 1}]}
ITEMS = {"from": "hires", "key": "identity", "where": "months > 1"}


def number(value: str) -> Node:
    return nodes.Literal("number", Decimal(value))


def _leaves() -> st.SearchStrategy[Node]:
    numbers = st.decimals(min_value=-10000, max_value=10000, places=2).map(lambda value: nodes.Literal("number", value))
    texts = st.text(max_size=6).map(lambda value: nodes.Literal("text", value))
    others = [
        nodes.Literal("boolean", True),
        nodes.Literal("date", date(2023, 2, 28)),
        nodes.Literal("duration", YearsMonths(-15)),
        nodes.Literal("duration", DaysTime(Decimal("93784.5"))),
        nodes.Fact("insured_headcount"),
        nodes.Fact("rd.expense_prev_year"),
        nodes.Fact("msme_size"),
        nodes.Fact("hires"),
        nodes.Parameter("lpr-1y"),
        nodes.AsOf(),
    ]
    return st.one_of(numbers, texts, st.sampled_from(others))


def _nodes(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    two = st.tuples(inner, inner)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    flags = st.tuples(st.booleans(), st.booleans())
    tests = st.lists(_tests(inner), min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "/", "**"]), two).map(lambda p: nodes.Arithmetic(p[0], *p[1])),
        inner.filter(lambda node: not _is_number(node)).map(nodes.Negative),
        st.tuples(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), two).map(lambda p: nodes.Compare(p[0], *p[1])),
        st.tuples(inner, inner, inner).map(lambda p: nodes.Between(*p)),
        st.tuples(inner, tests).map(lambda p: nodes.In(p[0], p[1])),
        several.map(lambda operands: _flat(nodes.And, operands)),
        several.map(lambda operands: _flat(nodes.Or, operands)),
        inner.map(nodes.Not),
        st.tuples(inner, inner, inner).map(lambda p: nodes.If(*p)),
        st.tuples(st.sampled_from(["some", "every"]), two).map(lambda p: nodes.Quantified(p[0], "v", *p[1])),
        two.map(lambda p: nodes.For("v", *p)),
        st.lists(inner, max_size=3).map(lambda members: nodes.ListOf(tuple(members))),
        st.tuples(two, flags).map(lambda p: nodes.Range(*p[0], *p[1])),
        two.map(lambda p: nodes.Filter(*p)),
        inner.map(lambda node: nodes.Path(node, "year")),
        st.tuples(st.sampled_from(["abs", "string length"]), inner).map(lambda p: nodes.Call(p[0], (p[1],))),
        several.map(lambda arguments: nodes.Call("max", arguments)),
    )


def _tests(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        inner.filter(lambda node: not isinstance(node, nodes.ListOf)),
        inner.map(nodes.Unequal),
        st.tuples(inner, st.booleans()).map(lambda p: nodes.Range(None, p[0], False, p[1])),
        st.tuples(inner, st.booleans()).map(lambda p: nodes.Range(p[0], None, p[1], False)),
    )


def _is_number(node: Node) -> bool:
    return isinstance(node, nodes.Literal) and node.kind == "number"


def _flat(kind: type[nodes.And] | type[nodes.Or], operands: tuple[Node, ...]) -> Node:
    flat: list[Node] = []
    for operand in operands:
        flat.extend(operand.operands if isinstance(operand, kind) else (operand,))
    return kind(tuple(flat))


@settings(max_examples=400, deadline=None)
@given(st.recursive(_leaves(), _nodes, max_leaves=12))
def test_parsing_the_text_gives_the_tree(tree: Node) -> None:
    text = format_rule(tree)
    source = read_source(text, VOCABULARY)
    assert not source.problems, text
    assert source.tree == tree, text
    assert format_rule(source.tree) == text


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ('msme_size in ("small")', 'msme_size in ["small"]'),
        ('not(msme_size in ["small","micro"])', 'msme_size not in ["small", "micro"]'),
        ("not dishonest  or  (is_above_scale)", "not(dishonest) or is_above_scale"),
        ("(insured_headcount+1)*2>=-3", "(insured_headcount + 1) * 2 >= -3"),
        ("insured_headcount in (< 5, >= 10)", "insured_headcount in (< 5, >= 10)"),
        ("insured_headcount in [1..5)", "insured_headcount in [1..5)"),
        ('founded_on < @"2023-01-01"', 'founded_on < date("2023-01-01")'),
        ('founded_on + duration("P12M") < as_of', 'founded_on + duration("P1Y") < as_of'),
        ("count(hires[ months>=6 ])>1", "count(hires[months >= 6]) > 1"),
        ("decimal(n: 1.50, scale: 1) = 1", "decimal(1.50, 1) = 1"),
        ("lookup(msme_size, rates) * count(items) > 1.0e3", "lookup(msme_size, rates) * count(items) > 1000"),
    ],
)
def test_canonical_text(typed: str, canonical: str) -> None:
    rule = compile_rule(typed, VOCABULARY, tables=TABLES, items=ITEMS)
    assert format_rule(rule.tree) == canonical


def test_labels_of_either_language_read_back() -> None:
    text = 'msme_size in ["small", "micro"] and rd.expense_prev_year > 5 and "x" in rosters and layoff_rate < 0.05'
    tree = compile_rule(text, VOCABULARY).tree
    chinese = format_rule(tree, VOCABULARY, "zh")
    assert chinese == '企业规模 in ["小型", "微型"] and 上年研发费用 > 5 and "x" in 名单 and 裁员率 < 0.05'
    english = format_rule(tree, VOCABULARY, "en")
    assert "`R&D expense of the previous year` > 5" in english
    assert 'enterprise size in ["small", "micro"]' in english
    assert compile_rule(chinese, VOCABULARY).tree == compile_rule(english, VOCABULARY).tree == tree


def test_fields_have_labels_too() -> None:
    text = 'count(hires[group = "graduate" and months >= 6]) > 1 and some h in hires satisfies h.months > 3'
    tree = compile_rule(text, VOCABULARY).tree
    chinese = format_rule(tree, VOCABULARY, "zh")
    assert (
        chinese
        == 'count(招用人员[类别 = "graduate" and 参保月数 >= 6]) > 1 and (some h in 招用人员 satisfies h.参保月数 > 3)'
    )
    assert compile_rule(chinese, VOCABULARY).tree == tree
    assert compile_rule(format_rule(tree, VOCABULARY, "en"), VOCABULARY).tree == tree
