"""Random vocabularies, rules, amounts and facts with holes, small enough to hit every corner often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from policies.rules import Context, FactType

SIZES = ("large", "small", "micro")
TAGS = ("x", "y", "z")
DAY = date(2023, 1, 1)
CONTEXT = Context(as_of=date(2023, 6, 15), parameters={"rate": Decimal("0.035")})
ITEM_FIELDS = {
    "key": FactType("text"),
    "months": FactType("integer"),
    "cost": FactType("money"),
    "new": FactType("boolean"),
}
KINDS = ("boolean", "boolean", "integer", "money", "ratio", "decimal", "date", "code", "code", "text", "tags", "items")


@dataclass(frozen=True)
class Case:
    """`definitions` over `vocabulary`, and the facts of some beneficiaries."""

    vocabulary: dict[str, FactType]
    definitions: list[dict[str, Any]]
    people: list[dict[str, Any]]


def _fact_type(kind: str, applies_if: str | None) -> FactType:
    if kind == "code":
        return FactType("code", codes=SIZES, applies_if=applies_if)
    if kind == "tags":
        return FactType("tags", codes=TAGS)
    if kind == "items":
        return FactType("items", fields=ITEM_FIELDS)
    return FactType(kind, applies_if=applies_if)


@st.composite
def vocabularies(draw: st.DrawFn) -> dict[str, FactType]:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=6))
    vocabulary: dict[str, FactType] = {"rate": FactType("ratio", parameter=True)}
    for number, kind in enumerate(kinds):
        guards = [code for code, each in vocabulary.items() if each.kind == "boolean"]
        guard = draw(st.sampled_from(guards)) if guards and draw(st.integers(0, 5)) == 0 else None
        vocabulary[f"f{number}"] = _fact_type(kind, guard)
    return vocabulary


def _constant(kind: str, draw: st.DrawFn) -> str:
    if kind == "integer":
        return str(draw(st.integers(-2, 4)))
    if kind == "date":
        return f'date("{(DAY + timedelta(days=draw(st.integers(-2, 3)))).isoformat()}")'
    places = {"money": 3, "ratio": 7, "decimal": 7}[kind]  # now and then between two values of the type
    return str(Decimal(draw(st.integers(-2, 4))) + Decimal(draw(st.sampled_from((0, 0, 1, 5, 10)))).scaleb(-places))


def _ordered_condition(code: str, kind: str, draw: st.DrawFn) -> str:
    one, other = sorted((_constant(kind, draw), _constant(kind, draw)))
    op = draw(st.sampled_from(("=", "!=", "<", "<=", ">", ">=")))
    forms = [f"{code} {op} {one}", f"{one} {op} {code}", f"{code} between {one} and {other}"]
    forms += [f"{code} in ({one}..{other}]", f"{code} in [{one}, {other}]", f"not({code} in (< {one}, >= {other}))"]
    if kind == "date":
        forms += [f"{code}.year = 2023", f'{code} + duration("P1M") > date("2023-02-01")', f"{code} < as_of"]
    else:
        forms += [f"{code} * 2 - 1 >= {one}", f"floor({code}) = {one}", f"min({code}, 2) >= {one}", f"abs({code}) > 1"]
    if kind == "ratio":
        forms += [f'{code} <= parameter("rate")']
    return draw(st.sampled_from(forms))


def _condition(code: str, kind: str, draw: st.DrawFn) -> str:
    if kind in ("integer", "money", "ratio", "decimal", "date"):
        return _ordered_condition(code, kind, draw)
    if kind == "boolean":
        return draw(st.sampled_from((code, f"{code} = false", f"not({code})")))
    if kind == "code":
        one, other = draw(st.sampled_from(SIZES)), draw(st.sampled_from(SIZES))
        return draw(st.sampled_from((f'{code} = "{one}"', f'{code} != "{one}"', f'{code} in ["{one}", "{other}"]')))
    if kind == "text":
        return draw(st.sampled_from((f'{code} = "p"', f'{code} in ["p", "q"]', f'starts with({code}, "p")')))
    if kind == "tags":
        tag = draw(st.sampled_from(TAGS))
        return draw(st.sampled_from((f'"{tag}" in {code}', f'list contains({code}, "{tag}")', f"count({code}) >= 2")))
    number = draw(st.integers(0, 2))
    forms = (
        f"count({code}) >= {number}",
        f"sum({code}.cost) > {number}",
        f"some r in {code} satisfies r.months > {number}",
    )
    return draw(st.sampled_from(forms))


@st.composite
def conditions(draw: st.DrawFn, vocabulary: dict[str, FactType]) -> str:
    facts = {code: each.kind for code, each in vocabulary.items() if not each.parameter}
    code = draw(st.sampled_from(sorted(facts)))
    if draw(st.integers(0, 12)) == 0:
        return f"is known({code})"
    numbers = [each for each, kind in facts.items() if kind in ("integer", "decimal", "ratio")]
    if len(numbers) > 1 and draw(st.integers(0, 8)) == 0:
        one, other = draw(st.sampled_from(numbers)), draw(st.sampled_from(numbers))
        return draw(
            st.sampled_from((f"{one} + 2 * {other} >= 1", f"{one} > {other}", f"decimal({one} / {other}, 2) >= 0.5"))
        )
    return _condition(code, facts[code], draw)


def rules(vocabulary: dict[str, FactType]) -> st.SearchStrategy[str]:
    return st.recursive(
        conditions(vocabulary).map(lambda text: f"({text})"),
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' and '.join(parts)})"),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' or '.join(parts)})"),
            inner.map(lambda part: f"not({part})"),
        ),
        max_leaves=6,
    )


def values(kind: str) -> st.SearchStrategy[Any]:
    small = st.integers(-3, 5)
    if kind == "integer":
        return small
    if kind in ("money", "ratio", "decimal"):
        places = 2 if kind == "money" else 6
        return st.builds(
            lambda whole, step: Decimal(whole) + Decimal(step).scaleb(-places), small, st.sampled_from((0, 0, 1, 99))
        )
    by_kind: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "date": st.integers(-3, 4).map(lambda days: DAY + timedelta(days=days)),
        "code": st.sampled_from(SIZES),
        "text": st.sampled_from(("p", "q", "pq", "other")),
        "tags": st.frozensets(st.sampled_from(TAGS)),
    }
    return by_kind[kind] if kind != "items" else st.lists(items(), max_size=3)


def items() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"key": st.sampled_from(("1", "2", "3"))},
        optional={"months": st.integers(0, 3), "cost": values("money"), "new": st.booleans()},
    )


def people(vocabulary: dict[str, FactType]) -> st.SearchStrategy[dict[str, Any]]:
    facts = {code: values(each.kind) for code, each in vocabulary.items() if not each.parameter}
    return st.fixed_dictionaries({}, optional=facts)


def _money(code: str, draw: st.DrawFn) -> str:
    """An expression in yuan over a money fact."""
    forms = (
        f"0.125 * {code}",
        f"min(0.1 * {code}, 0.25)",
        f"max({code} - 1.5, 0)",
        f"max(min({code}, 2), 0.5)",
        f"{code} / 8 + 100",
        f"-{code} * 0.335",
        f"decimal(0.335 * {code}, 2)",
        f"round up({code} * 1.005, 1) + floor({code})",
        f"tiers({code}, steps)",
        f"marginal tiers({code}, slices)",
        f"steps({code}, 1.5, 1000)",
        f"if {code} > 1 then {code} else 0.5",
        f"99999999999999999 * {code}",
        f'parameter("rate") * {code}',
    )
    return draw(st.sampled_from(forms))


TABLES = {
    "steps": [{"when": "< 0", "give": 0}, {"when": "[0..1.5)", "give": 10}, {"when": ">= 2", "give": 30.5}],
    "slices": [{"up_to": 1, "rate": 0.5}, {"up_to": 3, "rate": 0.125}, {"up_to": None, "rate": 0.01}],
    "clash": {"hit": "ANY", "rows": [{"when": ["large", "small"], "give": 10}, {"when": "small", "give": 20.5}]},
    "sums": [{"when": "large", "give": 100}, {"when": ["small"], "give": 50.55}],
}


@st.composite
def amounts(draw: st.DrawFn, vocabulary: dict[str, FactType], items: bool) -> str:
    parts = ["1234.56"]
    for code, each in vocabulary.items():
        if each.kind == "money":
            parts.append(_money(code, draw))
        elif each.kind == "integer":
            parts.append(f"1000.5 * {code}")
        elif each.kind == "code":
            parts += [f"lookup({code}, sums)", f"lookup({code}, clash)"]
        elif each.kind == "boolean":
            parts.append(f"if {code} then 100 else 200")
    if items:
        parts += ["1000 * count(items)", "0.5 * sum(items.cost)"]
    chosen = draw(st.lists(st.sampled_from(parts), min_size=1, max_size=3))
    return draw(st.sampled_from((" + ", " - "))).join(f"({part})" for part in chosen)


@st.composite
def definitions(draw: st.DrawFn, vocabulary: dict[str, FactType], code: str) -> dict[str, Any]:
    definition: dict[str, Any] = {"code": code, "eligibility": draw(rules(vocabulary)), "tables": TABLES}
    lists = [fact for fact, each in vocabulary.items() if each.kind == "items"]
    if lists and draw(st.booleans()):
        where = draw(st.sampled_from(("months >= 1", "new", "months >= 1 or new", "cost > 1 and not(new)")))
        definition["items"] = {"from": draw(st.sampled_from(lists)), "key": "key", "where": where}
        definition["eligibility"] = f"{definition['eligibility']} and count(items) >= 1"
    if draw(st.integers(0, 3)):
        definition["amount"] = draw(amounts(vocabulary, "items" in definition))
    return definition


@st.composite
def cases(draw: st.DrawFn) -> Case:
    vocabulary = draw(vocabularies())
    count = draw(st.integers(1, 4))
    stock = [draw(definitions(vocabulary, f"p{number}")) for number in range(count)]
    return Case(vocabulary, stock, draw(st.lists(people(vocabulary), min_size=1, max_size=4)))
