"""The rule language: FEEL for eligibility and amounts. Standard library only; no clock, no I/O. See LANGUAGE.md."""

from policies.rules.amount import Amount, CompiledAmount, compile_amount
from policies.rules.amount_explanation import AmountSentence, explain_amount
from policies.rules.explanation import Explanation, explain, explain_reason, explain_requirements
from policies.rules.facts import facts_as_data, facts_from_data
from policies.rules.findings import findings
from policies.rules.formatter import format_rule
from policies.rules.items import PendingRow
from policies.rules.nearest import Change, NearestWay, nearest_way
from policies.rules.problems import FactValueError, Problem, RuleProblems
from policies.rules.questions import By, Open, Question, rank_questions
from policies.rules.reasons import Reason
from policies.rules.rule import Rule, Verdict, compile_rule
from policies.rules.values import UNKNOWN, Context, DaysTime, FactType, Vocabulary, YearsMonths

__all__ = [
    "UNKNOWN",
    "Amount",
    "AmountSentence",
    "By",
    "Change",
    "CompiledAmount",
    "Context",
    "DaysTime",
    "Explanation",
    "FactType",
    "FactValueError",
    "NearestWay",
    "Open",
    "PendingRow",
    "Problem",
    "Question",
    "Reason",
    "Rule",
    "RuleProblems",
    "Verdict",
    "Vocabulary",
    "YearsMonths",
    "compile_amount",
    "compile_rule",
    "explain",
    "explain_amount",
    "explain_reason",
    "explain_requirements",
    "facts_as_data",
    "facts_from_data",
    "findings",
    "format_rule",
    "nearest_way",
    "rank_questions",
]
