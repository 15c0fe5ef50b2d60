"""The rule language: FEEL for eligibility and amounts. Standard library only; no clock, no I/O. See LANGUAGE.md."""

from policies.rules.amount import Amount, CompiledAmount, compile_amount
from policies.rules.items import PendingRow
from policies.rules.problems import FactValueError, Problem, RuleProblems
from policies.rules.reasons import Reason
from policies.rules.rule import Rule, Verdict, compile_rule
from policies.rules.values import UNKNOWN, Context, DaysTime, FactType, Vocabulary, YearsMonths

__all__ = [
    "UNKNOWN",
    "Amount",
    "CompiledAmount",
    "Context",
    "DaysTime",
    "FactType",
    "FactValueError",
    "PendingRow",
    "Problem",
    "Reason",
    "Rule",
    "RuleProblems",
    "Verdict",
    "Vocabulary",
    "YearsMonths",
    "compile_amount",
    "compile_rule",
]
