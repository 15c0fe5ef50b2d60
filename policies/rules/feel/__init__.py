"""Plain FEEL on the evaluator of rules, for the conformance kit: `evaluate(expression, inputs)`, `run_cases(cases)`."""

from policies.rules.feel.evaluator import evaluate
from policies.rules.feel.kit import Outcome, run_case, run_cases, summary
from policies.rules.feel.refusal import Refused

__all__ = ["Outcome", "Refused", "evaluate", "run_case", "run_cases", "summary"]
