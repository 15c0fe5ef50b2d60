"""Matching for a run: killed and gone on with, and the engine drafts what the evaluator decides."""

from typing import Any

import pytest

from supermarket.claims.decision import Circumstances, decide
from supermarket.claims.runs import preparing
from supermarket.claims.runs.preparing import run_match, run_offer, run_start
from supermarket.claims.states import RunState
from supermarket.matching.catalogue import store_catalogue
from tests.claims.people import DAY, firms_settle, user_named
from tests.claims.test_runs import AUTOMATIC, Publish, states
from tests.enterprises.files import Town

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_day(settings: Any) -> None:
    settings.AS_OF = DAY


def test_a_match_that_was_killed_drafts_only_who_is_missing(
    town: Town, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("award", **AUTOMATIC)
    firms_settle(town, [40] * 5)
    run = run_start(policy_code="award", period="2023", actor=user_named("editor"))
    drafted: list[int] = []

    def killed_in_the_second(*args: Any) -> None:
        if len(drafted) == 1:
            raise KeyboardInterrupt
        drafted.append(len(args[-1]))
        draft(*args)

    draft = preparing.claims_draft
    monkeypatch.setattr(preparing, "CHUNK", 2)
    monkeypatch.setattr(preparing, "claims_draft", killed_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        run_match(run=run, actor=None)
    assert states(run) == {"drafted": 2}
    monkeypatch.setattr(preparing, "CHUNK", 3)
    drafted.clear()
    run = run_match(run=run, actor=None)
    assert drafted == [3] and states(run) == {"drafted": 5}
    assert run.state == RunState.MATCHED and run.counts["claimed_before"] == 0


def test_what_the_engine_drafts_is_what_the_evaluator_decides(town: Town, publish: Publish) -> None:
    amount = "if insured_headcount > 50 then 0 else if insured_headcount > 45 then revenue_prev_year else 123.45"
    publish("award", **{**AUTOMATIC, "amount": amount, "once_per": "insured_headcount"})
    firms_settle(town, [40, 48, 55, 20, None])
    run = run_start(policy_code="award", period="2023", actor=user_named("editor"))
    run = run_match(run=run, actor=None)
    known = dict(zip((ids := preparing.run_snapshot(run)).ids.tolist(), ids.known(range(len(ids.ids))), strict=True))
    circumstances = Circumstances(run.day, run.known_at)
    claims = list(run.claims.all())
    for claim in claims:
        decision = decide(run_offer(run), known[claim.beneficiary_id], circumstances, store_catalogue())
        assert decision.eligible
        assert (claim.occasion, claim.amount_fen) == (decision.occasion, decision.answer.amount_fen or None)
    assert sorted((claim.occasion, claim.amount_fen) for claim in claims) == [
        ("40", 12_345), ("48", None), ("55", None)
    ]  # fmt: skip
