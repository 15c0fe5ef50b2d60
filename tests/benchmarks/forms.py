"""A benchmark policy in the languages of the engines that decide one profile at a time.

None of them has three-valued logic for the fast case, so each policy is written twice: a text that is true where the
policy is *certainly* true, and one where it is *possibly* true. An unknown fact then needs no test in the rules: it is
handed in as a value that every condition on it answers as wanted (`poles`). Negations are pushed to the conditions.
A test for null in each condition is slower in all of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from .facts import EPOCH, FACTS, Column
from .job import Amount, And, BenchmarkPolicy, Condition, Fixed, Not, Or, Percent, Tree

MARK = "?"  # an unknown code
FAR = 1 << 62
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True)
class Literal:
    condition: Condition
    positive: bool


Normal = Literal | tuple[str, tuple["Normal", ...]]  # ("and" | "or", parts)


def normal(tree: Tree, positive: bool = True) -> Normal:
    """The tree with negations pushed down to its conditions."""
    if isinstance(tree, Condition):
        return Literal(tree, positive)
    if isinstance(tree, Not):
        return normal(tree.part, not positive)
    word = "and" if isinstance(tree, And) == positive else "or"
    return word, tuple(normal(part, positive) for part in tree.parts)


def poles(columns: Mapping[str, Column], row: int) -> tuple[dict[str, object], dict[str, object]]:
    """One profile as variables for the certain and for the possible texts."""
    certain: dict[str, object] = {}
    possible: dict[str, object] = {}
    for name, column in columns.items():
        fact, known, value = FACTS[name], bool(column.known[row]), int(column.values[row])
        if fact.ordered:
            for variables, low in ((certain, -FAR), (possible, FAR)):
                variables[f"{name}_low"] = value if known else low
                variables[f"{name}_high"] = value if known else -low
        elif fact.kind == "boolean":
            for variables, unknown in ((certain, False), (possible, True)):
                variables[name] = bool(value) if known else unknown
                variables[f"{name}_not"] = not value if known else unknown
        elif fact.kind == "tags":
            tags = [code for index, code in enumerate(fact.codes) if value >> index & 1]
            certain[name] = possible[name] = tags if known else [MARK]
        else:
            certain[name] = possible[name] = fact.codes[value] if known else MARK
    return certain, possible


def ordered_tests(literal: Literal) -> tuple[str, list[tuple[str, str, int]]]:
    """A literal on an ordered fact as ("and" | "or", [(variable, operator, constant)])."""
    name, op, constants = literal.condition.fact, literal.condition.op, literal.condition.constants
    tests = [(">=", constants[0]), ("<=", constants[1])] if op == "between" else [(op, constants[0])]
    if not literal.positive:
        tests = [(_OPPOSITE[test], constant) for test, constant in tests]
    word = "and" if literal.positive else "or"
    return word, [(name + ("_low" if test[0] == ">" else "_high"), test, constant) for test, constant in tests]


def member(literal: Literal, possible: bool) -> tuple[bool, list[str]]:
    """A literal on a code or tags fact as (wanted, members): the value is, or is not, among the members."""
    condition = literal.condition
    wanted = literal.positive == (condition.op != "!=")
    codes = [FACTS[condition.fact].codes[constant] for constant in condition.constants]
    return wanted, [*codes, MARK] if wanted == possible else codes


@dataclass(frozen=True)
class Infix:
    """The words of a language with infix operators."""

    conjunction: str
    disjunction: str
    negation: str
    members: str = "[]"  # the brackets of a constant set
    prefixes: tuple[str, str] = ("", "")  # before the variables of the certain and of the possible text

    def write(self, tree: Normal, possible: bool) -> str:
        if isinstance(tree, Literal):
            return self._literal(tree, possible)
        word = self.conjunction if tree[0] == "and" else self.disjunction
        return "(" + f" {word} ".join(self.write(part, possible) for part in tree[1]) + ")"

    def _literal(self, literal: Literal, possible: bool) -> str:
        fact, prefix = FACTS[literal.condition.fact], self.prefixes[possible]
        variable = prefix + fact.name
        if fact.kind == "boolean":
            return variable if literal.positive else f"{variable}_not"
        if fact.ordered:
            word, tests = ordered_tests(literal)
            joint = f" {self.conjunction if word == 'and' else self.disjunction} "
            return "(" + joint.join(f"{prefix}{name} {test} {constant}" for name, test, constant in tests) + ")"
        wanted, members = member(literal, possible)
        if fact.kind == "code" and len(members) == 1:
            return f"{variable} {'==' if wanted else '!='} {json.dumps(members[0])}"
        if fact.kind == "tags":
            text = f" {self.disjunction} ".join(f"{json.dumps(code)} in {variable}" for code in members)
        else:
            text = f"{variable} in {self.members[0]}{json.dumps(members)[1:-1]}{self.members[1]}"
        return f"({text})" if wanted else f"{self.negation}({text})"


def json_logic(tree: Normal, possible: bool) -> object:
    """The tree as JSONLogic."""
    if not isinstance(tree, Literal):
        return {tree[0]: [json_logic(part, possible) for part in tree[1]]}
    fact = FACTS[tree.condition.fact]
    if fact.kind == "boolean":
        return {"var": fact.name if tree.positive else f"{fact.name}_not"}
    if fact.ordered:
        word, tests = ordered_tests(tree)
        parts = [{test: [{"var": name}, constant]} for name, test, constant in tests]
        return parts[0] if len(parts) == 1 else {word: parts}
    wanted, members = member(tree, possible)
    if fact.kind == "tags":
        inside = [{"in": [code, {"var": fact.name}]} for code in members]
        return {"or": inside} if wanted else {"!": [{"or": inside}]}
    if len(members) == 1:
        return {"===" if wanted else "!==": [{"var": fact.name}, members[0]]}
    test = {"in": [{"var": fact.name}, members]}
    return test if wanted else {"!": [test]}


def _feel_constant(condition: Condition, constant: int) -> str:
    fact = FACTS[condition.fact]
    if fact.kind in ("code", "tags"):
        return json.dumps(fact.codes[constant])
    if fact.kind == "date":
        return f'date("{EPOCH.fromordinal(EPOCH.toordinal() + constant).isoformat()}")'
    return _decimal(constant, {"money": 2, "ratio": 6}.get(fact.kind, 0))


def _decimal(number: int, places: int) -> str:
    digits = f"{abs(number):0{places + 1}}"
    whole, fraction = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    return ("-" if number < 0 else "") + whole + ("." + fraction if fraction else "")


def feel(tree: Tree) -> str:
    """The tree in the project's own rule language."""
    if isinstance(tree, Not):
        return f"not({feel(tree.part)})"
    if isinstance(tree, And | Or):
        word = " and " if isinstance(tree, And) else " or "
        return word.join(f"({feel(part)})" if isinstance(part, And | Or) else feel(part) for part in tree.parts)
    constants = [_feel_constant(tree, constant) for constant in tree.constants]
    match tree.op:
        case "true":
            return tree.fact
        case "in":
            return f"{tree.fact} in [{', '.join(constants)}]"
        case "between":
            return f"{tree.fact} between {constants[0]} and {constants[1]}"
        case "has":
            tests = [f"{constant} in {tree.fact}" for constant in constants]
            return tests[0] if len(tests) == 1 else f"({' or '.join(tests)})"
    return f"{tree.fact} {tree.op} {constants[0]}"


def feel_amount(amount: Amount) -> tuple[str, dict[str, object]]:
    """The amount in the rule language, with its tables."""
    if isinstance(amount, Fixed):
        return _decimal(amount.fen, 2), {}
    if isinstance(amount, Percent):
        return f"min({_decimal(amount.rate, 4)} * {amount.fact}, {_decimal(amount.cap_fen, 2)})", {}
    places = 2 if FACTS[amount.fact].kind == "money" else 0
    starts = [_decimal(start, places) for start, _ in amount.steps]
    ranges = [f"[{low}..{high})" for low, high in pairwise(starts)] + [f">= {starts[-1]}"]
    rows = [{"when": f"< {starts[0]}", "give": 0}]
    rows += [{"when": when, "give": _decimal(fen, 2)} for when, (_, fen) in zip(ranges, amount.steps, strict=True)]
    return f"tiers({amount.fact}, steps)", {"steps": rows}


def definition(policy: BenchmarkPolicy) -> dict[str, object]:
    """The policy as `Catalogue` takes it."""
    amount, tables = feel_amount(policy.amount)
    return {"code": policy.code, "eligibility": feel(policy.tree), "amount": amount, "tables": tables}
