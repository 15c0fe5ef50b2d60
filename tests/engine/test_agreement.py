"""The fast paths and the explaining evaluator say the same of everybody: truth and missing facts."""

from hypothesis import example, given, note, settings
from hypothesis import strategies as st

from policies.engine import Catalogue, Population
from policies.rules import Context, FactType, compile_amount, compile_rule
from tests.engine.strategies import CONTEXT, Case, cases
from tests.engine.tables import table_of

# Whether a fact is known that applies only where another one is true.
KNOWN_IF_IT_APPLIES = Case(
    {"exports": FactType("boolean"), "value": FactType("integer", applies_if="exports")},
    [
        {"code": "known", "eligibility": "is known(value)", "tables": {}},
        {"code": "not-known", "eligibility": "not(is known(value))", "tables": {}},
    ],
    [{"exports": exports, "value": value} for exports in (True, False, None) for value in (1, None)],
)


@settings(max_examples=80, deadline=None)
@example(KNOWN_IF_IT_APPLIES, Context())
@given(cases(), st.sampled_from((Context(), CONTEXT)))
def test_shelf_city_and_evaluator_agree(case: Case, context: Context) -> None:
    note(f"{case}")
    catalogue = Catalogue(case.definitions, case.vocabulary, context=context)
    matches = catalogue.match(Population(table_of(case.people, case.vocabulary), case.vocabulary))
    shelves = [catalogue.shelf(facts) for facts in case.people]
    for definition in case.definitions:
        code, parts = definition["code"], {"tables": definition["tables"], "items": definition.get("items")}
        rule = compile_rule(definition["eligibility"], case.vocabulary, **parts)
        verdicts = [rule.evaluate(facts, context) for facts in case.people]
        assert [(shelf.truth(code), shelf.missing_facts(code)) for shelf in shelves] == [
            (verdict.truth, verdict.missing) for verdict in verdicts
        ]
        assert matches.eligible(code).tolist() == [verdict.truth is True for verdict in verdicts]
        assert matches.unknown(code).tolist() == [verdict.truth is None for verdict in verdicts]
        if "amount" in definition:
            amount = compile_amount(definition["amount"], case.vocabulary, **parts)
            entitled = [facts for facts, verdict in zip(case.people, verdicts, strict=True) if verdict.truth is True]
            sums = [amount.evaluate(facts, context).fen for facts in entitled]
            assert matches.amounts(code).tolist() == [fen or 0 for fen in sums]
            assert matches.amount_unknown(code).tolist() == [fen is None for fen in sums]
