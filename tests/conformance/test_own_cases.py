"""Decision tables and dated parameters, case by case from files in the manner of the public conformance kit."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.parameters import ParameterBook, parameter_value
from policies.rules import Context, FactType, RuleProblems, compile_amount, compile_rule, findings
from policies.rules.facts import facts_from_data

TRUTHS = {True: True, False: False, "unknown": None}
FILES = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in Path(__file__).parent.glob("cases/*.yaml")
}
CASES = [pytest.param(name, case, id=f"{name}/{case['id']}") for name, file in FILES.items() for case in file["cases"]]


def context_of(file: dict[str, Any], as_of: date | None) -> Context:
    """What the store would hand in on that day."""
    if as_of is None:
        return Context()
    entries = sorted(
        (since, code, parameter_value(file["vocabulary"][code]["kind"], str(value).lower()))
        for code, values in file.get("parameters", {}).items()
        for since, value in values
    )
    return Context(as_of=as_of, parameters=ParameterBook(tuple(entries)).as_of(as_of))


@pytest.mark.parametrize(("name", "case"), CASES)
def test_case(name: str, case: dict[str, Any]) -> None:
    file = FILES[name]
    vocabulary = {code: FactType(**fact_type) for code, fact_type in file["vocabulary"].items()}
    compile_text = compile_rule if "verdict" in case else compile_amount
    if "refused" in case:
        with pytest.raises(RuleProblems) as refused:
            compile_text(case["expression"], vocabulary, tables=file["tables"])
        assert [problem.code for problem in refused.value.problems] == case["refused"]
        return
    facts, context = facts_from_data(case["inputs"], vocabulary), context_of(file, case.get("as_of"))
    if "verdict" in case:
        rule = compile_rule(case["expression"], vocabulary, tables=file["tables"])
        verdict = rule.evaluate(facts, context)
        assert (verdict.truth, sorted(verdict.missing)) == (TRUTHS[case["verdict"]], case.get("missing", []))
        return
    compiled = compile_amount(case["expression"], vocabulary, tables=file["tables"])
    amount = compiled.evaluate(facts, context)
    fen = Decimal(case["expected"]) * 100 if "expected" in case else None
    assert (amount.fen, sorted(amount.missing)) == (fen, case.get("missing", []))
    assert [code for code, _ in amount.reasons.notes] == case.get("notes", [])
    assert [each.code for each in findings(compiled) if each.severity == "error"] == case.get("findings", [])


def test_every_hit_policy_has_cases() -> None:
    used = {
        table["hit"]
        for table in FILES["decision_tables"]["tables"].values()
        if isinstance(table, dict) and "hit" in table
    }
    assert used == {
        "UNIQUE",
        "FIRST",
        "ANY",
        "COLLECT",
        *(f"COLLECT {each}" for each in ("sum", "min", "max", "count")),
    }
