"""The engine's verdicts are those of the explaining evaluator, for the sample policies and facts drawn at random."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from enterprises.vocabulary import vocabulary
from policies.rules import FactType
from supermarket.matching.selectors import shelf_answer
from supermarket.matching.stocking import Officials, parameters_stock, policies_stock
from supermarket.users.models import User

pytestmark = pytest.mark.django_db
DAY = date(2023, 6, 15)


@pytest.fixture
def samples(db: None) -> None:
    maker = User.objects.create(username="stock-maker", role="editor")
    checker = User.objects.create(username="stock-checker", role="reviewer")
    fixtures = Path(settings.FIXTURES)
    list(parameters_stock(path=fixtures / "parameters.yaml", actor=maker))
    paths = sorted((fixtures / "policies").glob("*.yaml"))
    list(policies_stock(paths=paths, officials=Officials(maker, checker)))


def values(kind: FactType) -> st.SearchStrategy[Any]:
    """Values near the thresholds that policies name, often none."""
    codes = list(kind.codes or ())
    known: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "integer": st.integers(0, 60).map(Decimal),
        "decimal": st.decimals(0, 100, places=2),
        "money": st.decimals(0, 10**8, places=2),
        "ratio": st.decimals(0, 1, places=3),
        "date": st.dates(date(2018, 1, 1), DAY),
        "text": st.text(max_size=3),
        "code": st.sampled_from(codes) if codes else st.just("x"),
        "tags": st.frozensets(st.sampled_from(codes), max_size=2) if codes else st.just(frozenset()),
    }
    return st.one_of(st.none(), known[kind.kind])


KINDS = {code: kind for code, kind in vocabulary().items() if kind.kind != "items"}
facts = st.fixed_dictionaries({code: values(kind) for code, kind in KINDS.items()})


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=facts)
def test_engine_and_evaluator_agree_on_the_sample_policies(samples: None, facts: dict[str, Any]) -> None:
    for audience in ("enterprise", "person"):
        answers = shelf_answer(audience=audience, facts=facts, as_of=DAY)
        assert len(answers) >= 5
        for answer in answers:
            assert answer.engine_shelf is not None
            told = answer.verdict, answer.missing
            plain = type(answer)(answer.offer, answer.facts, answer.context, answer.catalogue)
            assert (plain.verdict, plain.missing) == told, answer.definition.code
