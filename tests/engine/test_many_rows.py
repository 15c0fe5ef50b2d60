"""A population of several blocks, the last of which is not whole, is decided as its people are one by one; numbers of
every width, codes, truths and tags among them."""

from datetime import date, timedelta
from random import Random
from typing import Any

from policies.engine import Catalogue, Population
from policies.rules import FactType, compile_amount, compile_rule
from tests.engine.tables import table_of

VOCABULARY = {
    "tiny": FactType("integer"),
    "short": FactType("integer"),
    "money": FactType("money", unit="yuan"),
    "day": FactType("date"),
    "size": FactType("code", codes=("large", "medium", "small")),
    "listed": FactType("boolean"),
    "rosters": FactType("tags", codes=("a", "b", "c")),
}
RULES = (
    'tiny >= 3 and size = "small"',
    "short < 900 or (money > 70000000 and not(listed))",
    '"b" in rosters and size in ["large", "small"] and day < date("2023-06-01")',
    "tiny != 100 and (tiny < 5 or tiny > 7) and listed",
    'not("c" in rosters) and money between 100 and 90000000.01',
)
AMOUNT = "min(0.0125 * money, 300000)"
ROWS = 2 * 64 * 64 + 1000
EXAMINED = 200


def _person(draw: Random) -> dict[str, Any]:
    facts = {
        "tiny": draw.randint(-128, 127),
        "short": draw.randint(-32768, 32767) // draw.choice((1, 20)),
        "money": draw.randint(0, 10**10 if draw.random() < 0.5 else 10**5),
        "day": date(2023, 1, 1) + timedelta(days=draw.randint(0, 300)),
        "size": draw.choice(("large", "medium", "small")),
        "listed": draw.random() < 0.5,
        "rosters": frozenset(tag for tag in "abc" if draw.random() < 0.4),
    }
    return {fact: value for fact, value in facts.items() if draw.random() < 0.9}


def test_several_blocks() -> None:
    draw = Random(5)
    people = [_person(draw) for _ in range(ROWS)]
    stock = [{"code": str(number), "eligibility": rule, "amount": AMOUNT} for number, rule in enumerate(RULES)]
    matches = Catalogue(stock, VOCABULARY).match(Population(table_of(people, VOCABULARY), VOCABULARY))
    counts, amount = matches.counts(), compile_amount(AMOUNT, VOCABULARY)
    rows = [*range(0, ROWS, ROWS // EXAMINED), *range(ROWS - 70, ROWS)]
    for number, text in enumerate(RULES):
        rule, eligible, unknown = (
            compile_rule(text, VOCABULARY),
            matches.eligible(str(number)),
            matches.unknown(str(number)),
        )
        truths = [rule.evaluate(people[row]).truth for row in rows]
        assert eligible[rows].tolist() == [truth is True for truth in truths]
        assert unknown[rows].tolist() == [truth is None for truth in truths]
        assert counts["eligible"][number].as_py() == eligible.sum()
        assert counts["unknown"][number].as_py() == unknown.sum()
        fen = iter(matches.amounts(str(number)).tolist())
        expected = {row: next(fen) for row in eligible.nonzero()[0].tolist()}
        for row, truth in zip(rows, truths, strict=True):
            assert truth is not True or expected[row] == (amount.evaluate(people[row]).fen or 0)
