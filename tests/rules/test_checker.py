"""What the checker refuses: all problems at once, each with its place, code and hint."""

import pytest

from policies.rules import FactType, FactValueError, RuleProblems, compile_amount, compile_rule
from tests.rules.vocabulary import VOCABULARY


def problems(text: str, **beside: object) -> list[tuple[str, str]]:
    """(code, the text that the problem points at)."""
    with pytest.raises(RuleProblems) as caught:
        compile_rule(text, VOCABULARY, **beside)  # type: ignore[arg-type]
    return [(problem.code, text[problem.span.start : problem.span.end]) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("insured_headcont > 3", "unknown-name", "insured_headcont"),
        ("`参保人` > 3", "unknown-name", "`参保人`"),
        ('parameter("lpr-5y") > 0', "unknown-parameter", '"lpr-5y"'),
        ("foo(3) = 1", "unknown-function", "foo"),
        ("today() > founded_on", "not-for-rules", "today"),
        ("revenue_prev_year > insured_headcount", "unit", "revenue_prev_year > insured_headcount"),
        ("revenue_prev_year + layoff_rate > 3", "unit", "revenue_prev_year + layoff_rate"),
        ("insured_headcount in [1..revenue_prev_year]", "unit", "insured_headcount in [1..revenue_prev_year]"),
        (
            "insured_headcount between revenue_prev_year and 9",
            "unit",
            "insured_headcount between revenue_prev_year and 9",
        ),
        ("founded_on > 2020", "type", "founded_on > 2020"),
        ("dishonest > false", "type", "dishonest > false"),
        ("founded_on + founded_on > founded_on", "type", "founded_on + founded_on"),
        ('msme_size = "huge"', "code", '"huge"'),
        ('msme_size in ["small", "hug"]', "code", '"hug"'),
        ('msme_size >= "small"', "type", 'msme_size >= "small"'),
        ('msme_size in ["large".."small"]', "type", 'msme_size in ["large".."small"]'),
        ("insured_headcount / 0 > 1", "division", "insured_headcount / 0"),
        ('rosters = "x"', "type", 'rosters = "x"'),
        ("insured_headcount = null", "null", "insured_headcount = null"),
        ("null", "null", "null"),
        ("insured_headcount", "type", "insured_headcount"),
        ("not(insured_headcount)", "type", "insured_headcount"),
        ("dishonest and 3", "type", "3"),
        (
            "rd.expense_prev_year / revenue_prev_year * 100 >= 3",
            "division",
            "rd.expense_prev_year / revenue_prev_year",
        ),
        ("count(hires[wage > 3]) > 1", "unknown-name", "wage"),
        ("some h in hires satisfies h.wage > 3", "unknown-name", "h.wage"),
        ("founded_on.yaer > 2000", "unknown-name", "founded_on.yaer"),
        ("some h in insured_headcount satisfies true", "type", "insured_headcount"),
        ('founded_on > date("2023-02-30")', "temporal", 'date("2023-02-30")'),
        ("abs(1, 2) = 1", "arguments", "abs(1, 2)"),
        ("decimal(n: 1, scal: 2) = 1", "arguments", "decimal(n: 1, scal: 2)"),
        ("lookup(msme_size, rate) > 1", "unknown-table", "rate"),
        ('paid("rd", "year") > 1', "paid", 'paid("rd", "year")'),
        ("hires[1] = 1", "type", "1"),
        ("for h in hires return h.cost", "for", "for h in hires return h.cost"),
        ("insured_headcount > ", "syntax", ""),
        ("(dishonest", "syntax", ""),
        ('dishonest and "abc', "unclosed-text", '"'),
        ("dishonest # 3", "character", "#"),
    ],
)
def test_each_mistake_is_found_at_its_place(text: str, code: str, place: str) -> None:
    beside = {"tables": {"rates": [{"when": "large", "give": 1}]}}
    assert (code, place) in problems(text, **beside)


def test_all_problems_come_at_once() -> None:
    text = 'industr = "C39" and (revenue_prev_year >= ) and foo(1) = 1 and msme_size = "huge" and founded_on > 3'
    assert [code for code, _ in problems(text)] == ["unknown-name", "syntax", "unknown-function", "code", "type"]


def test_hints_name_each_guess_once_and_tell_how_a_city_value_is_written() -> None:
    with pytest.raises(RuleProblems) as caught:
        compile_rule('msme_size = "smal" and layoff_rate < lpr', {**VOCABULARY, "lpr": VOCABULARY["lpr-1y"]})
    code, name = caught.value.problems[1], caught.value.problems[0]
    assert (code.hint_en, code.hint_zh) == ("did you mean small?", "是不是想写：small？")
    assert name.hint_en == 'a city value is written parameter("lpr")'


def test_what_was_expected_and_what_was_found_is_one_sentence() -> None:
    with pytest.raises(RuleProblems) as caught:
        compile_rule("(dishonest]", VOCABULARY)
    assert "  " not in caught.value.problems[0].en
    assert caught.value.problems[0].en.endswith("found ']'")


def test_problems_say_line_column_and_what_was_probably_meant() -> None:
    with pytest.raises(RuleProblems) as caught:
        compile_rule("dishonest and\n  insured_headcont > 3", VOCABULARY)
    (problem,) = caught.value.problems
    assert (problem.line, problem.column, problem.part) == (2, 3, "rule")
    assert "insured_headcount" in problem.hint_en
    assert "insured_headcount" in problem.hint_zh
    assert "insured_headcont" in problem.zh


@pytest.mark.parametrize(
    "text",
    [
        "insured_headcount * 0.1 > revenue_prev_year",  # a product with a literal takes any unit
        "count(hires) >= insured_headcount * 0.5",
        "decimal(rd.expense_prev_year / revenue_prev_year, 4) >= layoff_rate",
        "revenue_prev_year * layoff_rate < rd.expense_prev_year",
        'founded_on + duration("P3Y") <= as_of',
        'as_of - founded_on > duration("P30D")',
        "years and months duration(founded_on, as_of).years >= 3",
        "some x in [1, null] satisfies x = null",
        'every h in hires satisfies h.group in ["graduate", "other"] and h.started_on.year = 2023',
        "sum(for h in hires return min(h.cost, 500)) > 1000",
        'starts with(industry, "C") and not is known(dishonest)',
    ],
)
def test_what_is_right_passes(text: str) -> None:
    assert compile_rule(text, VOCABULARY).tree is not None


def test_a_code_label_becomes_the_code() -> None:
    typed = compile_rule('企业规模 in ["小型", "微型"] and msme_size != "中型"', VOCABULARY)
    assert typed.tree == compile_rule('msme_size in ["small", "micro"] and msme_size != "medium"', VOCABULARY).tree


def test_a_label_of_two_facts_is_refused() -> None:
    vocabulary = {"a": FactType("integer", labels={"zh": "人数"}), "b": FactType("integer", labels={"zh": "人数"})}
    with pytest.raises(RuleProblems, match="ambiguous-name"):
        compile_rule("人数 > 3", vocabulary)


def test_an_amount_is_yuan() -> None:
    for text in ("insured_headcount", "layoff_rate", "dishonest", "insured_headcount * revenue_prev_year"):
        with pytest.raises(RuleProblems):
            compile_amount(text, VOCABULARY)
    for text in ("200000", "insured_headcount * 2000", "0.1 * revenue_prev_year", "layoff_rate * revenue_prev_year"):
        assert compile_amount(text, VOCABULARY).tree is not None


def test_units_multiply_and_divide() -> None:
    vocabulary = {
        "heads": FactType("integer", unit="person"),
        "rate": FactType("money", unit="yuan/person", parameter=True),
    }
    assert compile_amount('heads * parameter("rate")', vocabulary).tree is not None
    with pytest.raises(RuleProblems, match="yuan/person"):
        compile_amount('parameter("rate")', vocabulary)


@pytest.mark.parametrize(
    ("tables", "part"),
    [
        ({"t": []}, "tables.t"),
        ({"t": [{"when": "large"}]}, "tables.t[1]"),
        ({"t": [{"when": "large", "give": 1, "color": 2}]}, "tables.t[1]"),
        ({"t": [{"when": "lorge", "give": 1}]}, "tables.t[1]"),
        ({"t": [{"when": "large", "give": "1 +"}]}, "tables.t[1].give"),
        ({"t": {"rows": [{"when": "large", "give": 1}], "hit": "MOST"}}, "tables.t"),
        ({"t": [{"at": 3, "give": 1}]}, "tables.t[1]"),
    ],
)
def test_problems_in_tables_say_which_row(tables: dict[str, object], part: str) -> None:
    with pytest.raises(RuleProblems) as caught:
        compile_amount("lookup(msme_size, t)", VOCABULARY, tables=tables)
    assert part in {problem.part for problem in caught.value.problems}


def test_items_are_checked() -> None:
    for items in ({"from": "hire"}, {"from": "hires", "key": "id"}, {"from": "hires", "where": "wage > 3"}):
        with pytest.raises(RuleProblems):
            compile_amount("count(items)", VOCABULARY, items=items)
    with pytest.raises(RuleProblems, match="unknown-name"):
        compile_amount("count(items)", VOCABULARY)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(" * 60 + "true" + ")" * 60, "too-deep"),
        ("not " * 60 + "true", "too-deep"),
        ("insured_headcount in [" + ",".join(["1"] * 1001) + "]", "too-long-list"),
        (" or ".join(["insured_headcount > 1"] * 700), "too-large"),
        ("true" + " " * 20_000, "too-long"),
    ],
)
def test_limits(text: str, code: str) -> None:
    assert code in [found for found, _ in problems(text)]


def test_the_limits_leave_room() -> None:
    assert compile_rule("(" * 35 + "true" + ")" * 35, VOCABULARY).evaluate({}).truth is True
    many = "insured_headcount in [" + ",".join(map(str, range(1000))) + "]"
    assert compile_rule(many, VOCABULARY).evaluate({"insured_headcount": 999}).truth is True


def test_limits_of_tables_numbers_and_facts() -> None:
    tables = {"t": [{"when": str(number), "give": 1} for number in range(1001)]}
    with pytest.raises(RuleProblems, match="at most 1000"):
        compile_amount("lookup(insured_headcount, t)", VOCABULARY, tables=tables)
    assert problems(f"insured_headcount > {'9' * 35}")[0][0] == "number"
    rule = compile_rule('count(hires) > 0 or "x" in rosters', VOCABULARY)
    with pytest.raises(FactValueError, match="at most 10000 rows"):
        rule.evaluate({"hires": [{}] * 10_001})
    with pytest.raises(FactValueError, match="at most 1000 tags"):
        rule.evaluate({"hires": [], "rosters": [str(number) for number in range(1001)]})
