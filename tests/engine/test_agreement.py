"""The fast paths and the explaining evaluator say the same of everybody: truth, missing facts, amounts."""

from hypothesis import given, note, settings
from hypothesis import strategies as st

from policies.engine import Catalogue
from policies.rules import compile_rule
from tests.engine.strategies import CONTEXT, Case, cases


@settings(max_examples=300, deadline=None)
@given(cases(), st.booleans())
def test_shelf_says_what_the_evaluator_says(case: Case, with_context: bool) -> None:
    context = CONTEXT if with_context else None
    catalogue = Catalogue(case.definitions, case.vocabulary, context=context)
    note(f"{case}")
    for facts in case.people:
        shelf = catalogue.shelf(facts)
        for definition in case.definitions:
            rule = compile_rule(definition["eligibility"], case.vocabulary, items=definition.get("items"))
            verdict = rule.evaluate(facts) if context is None else rule.evaluate(facts, context)
            code = definition["code"]
            assert (shelf.truth(code), shelf.missing_facts(code)) == (verdict.truth, verdict.missing)
