"""Objections: by name, kept secret; the claim leaves its run, and comes back or not."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from supermarket.claims import errors
from supermarket.claims.evidence import evidence_replay
from supermarket.claims.models import Claim, Objection, Run
from supermarket.claims.objections import objection_decide, objection_raise, objector
from supermarket.claims.runs.notice import run_advance
from supermarket.claims.runs.releasing import run_supplement
from supermarket.claims.selectors import notices_public, objections_open, run_progress
from supermarket.ledger.models import Appropriation, Reservation
from supermarket.matching.catalogue import store_catalogue
from tests.claims.people import DAY, firms_settle, user_named
from tests.claims.test_runs import NOTICED, Grant, Publish, approved, prepared, release
from tests.enterprises.files import Town

pytestmark = pytest.mark.django_db
AFTER = date(2023, 6, 25)


@pytest.fixture
def run(town: Town, publish: Publish, grant: Grant, settings: Any) -> Run:
    """Two firms on notice until 21 June."""
    settings.AS_OF = DAY
    publish("award", **NOTICED)
    for payer in ("340200", "340207"):
        grant(payer, 100_000_000)
    firms_settle(town, [40, 50])
    return approved(prepared())


def objected(run: Run, **changes: Any) -> Objection:
    claim = Claim.objects.filter(run=run).earliest("pk")
    values = {"claim": claim, "name": "王小明", "contact": "13900000000", "text": "参保人数有误", "day": DAY}
    return objection_raise(**(values | changes))


def decide(objection: Objection, *, upheld: bool, amount_fen: int | None = None) -> Claim:
    objection_decide(
        objection=objection, upheld=upheld, answer="经核实", actor=user_named("editor"), amount_fen=amount_fen
    )
    return Claim.objects.get(pk=objection.claim_id)


def reserved_fen() -> int:
    return sum(Appropriation.objects.values_list("reserved_fen", flat=True))


def test_the_public_sees_names_and_sums(run: Run) -> None:
    shown = [(claim.beneficiary.name, claim.amount_fen) for claim in notices_public(day=DAY)]
    assert shown == [("芜湖第0企业有限公司", 400_000), ("芜湖第1企业有限公司", 500_000)]
    assert not notices_public(day=AFTER).exists()


def test_an_objection_is_by_name_in_time_and_its_author_secret(run: Run) -> None:
    for wrong in ({"name": " "}, {"contact": ""}, {"text": ""}, {"day": AFTER}):
        with pytest.raises(errors.ObjectionRefusedError):
            objected(run, **wrong)
    objection = objected(run)
    assert objector(objection) == ("王小明", "13900000000")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(objection)::text FROM claims_objection objection")
        assert "王小明" not in cursor.fetchone()[0]
    assert run_progress(run).objections_open == 1 and objections_open().get() == objection


def test_the_others_go_on_and_a_rejected_objection_is_taken_up_later(run: Run) -> None:
    objection = objected(run)
    claim = objection.claim
    assert (claim.state, claim.run, claim.left_run) == ("objected", None, run)
    run = release(run_advance(run=run, day=AFTER), AFTER)
    assert Claim.objects.filter(run=run, state="released").count() == 1
    claim = decide(objection, upheld=False)
    assert claim.state == "on_notice" and claim.notice_until == date(2023, 6, 21)
    supplement = approved(run_supplement(parent=run, actor=user_named("editor")))
    assert supplement.state == "approved"  # noticed before: not again
    release(supplement, AFTER)
    claim.refresh_from_db()
    assert claim.state == "released" and reserved_fen() == 900_000


def test_an_upheld_objection_removes_the_claim_and_frees_the_money(run: Run) -> None:
    claim = decide(objected(run), upheld=True)
    assert claim.state == "removed" and claim.reason == {"zh": "异议成立：经核实", "en": "objection upheld: 经核实"}
    assert reserved_fen() == 500_000
    with pytest.raises(errors.NotAllowedError, match="answered already"):
        decide(Objection.objects.get(), upheld=False)


def test_a_changed_sum_is_decided_reserved_and_noticed_anew(run: Run) -> None:
    claim = decide(objected(run), upheld=True, amount_fen=333_333)
    assert (claim.state, claim.amount_fen, claim.notice_until) == ("on_notice", 333_333, None)
    assert reserved_fen() == 833_333
    evidence = claim.evidence.latest("number")
    assert (evidence.number, evidence.amount_fen) == (2, 333_333)
    assert evidence_replay(evidence, store_catalogue()).same
    supplement = approved(run_supplement(parent=run, actor=user_named("editor")))
    assert supplement.state == "on_notice"
    claim.refresh_from_db()
    assert claim.notice_until == date(2023, 6, 21)
    with pytest.raises(errors.NotAllowedError, match="notice"):
        release(supplement, DAY)
    release(supplement, AFTER)
    assert Reservation.objects.filter(stage="reserved").count() == 4


def test_two_objections_need_two_answers(run: Run) -> None:
    first = objected(run)
    second = objected(run, claim=Claim.objects.get(pk=first.claim_id), name="李四")
    assert decide(first, upheld=False).state == "objected"
    assert decide(second, upheld=False).state == "on_notice"


def test_only_an_upheld_objection_changes_a_sum(run: Run) -> None:
    objection = objected(run)
    for wrong in ({"upheld": False, "amount_fen": 5}, {"upheld": True, "amount_fen": 0}):
        with pytest.raises(errors.NotAllowedError):
            decide(objection, **wrong)  # type: ignore[arg-type]
    assert Objection.objects.get().state == "open"
