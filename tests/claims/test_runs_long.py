"""A long list: approved in chunks, interrupted and gone on with, cancelled half-way; the money is taken as a whole."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Count

from supermarket.claims import errors
from supermarket.claims.models import Claim, ClaimShare, Evidence, Run, ShareOut, SharePending
from supermarket.claims.runs import approval, deciding, sums
from supermarket.claims.runs.approval import approval_carry_out, run_approve
from supermarket.claims.runs.background import runs_prepare
from supermarket.claims.runs.deciding import decision_carry_out, decision_progress, decision_step
from supermarket.claims.runs.releasing import run_cancel, run_pause, run_resume
from supermarket.claims.states import RunState
from supermarket.ledger.models import Appropriation, Reservation
from supermarket.ledger.selectors import appropriations_in_disorder, trial_balance
from tests.claims.conftest import FUNDING
from tests.claims.people import DAY, firms_settle, user_named
from tests.claims.test_runs import AUTOMATIC, NOTICED, Grant, Publish, decide, prepared, release
from tests.enterprises.files import Town

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_chunks_of_two(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.AS_OF = DAY
    for module, name in ((approval, "CHUNK"), (deciding, "LONG"), (sums, "CHUNK")):
        monkeypatch.setattr(module, name, 2)
    yield
    assert sum(balance.amount_fen for balance in trial_balance()) == 0
    assert appropriations_in_disorder() == []


def half_approved(town: Town, publish: Publish) -> Run:
    """Of five claims two have their reservations; the process ends there."""
    publish("award", **NOTICED)
    firms_settle(town, [40] * 5)
    run = decision_carry_out(run=decide(prepared()))
    run = run_approve(run=run, list_hash=run.list_hash, actor=user_named("head"))
    assert run.state == RunState.APPROVED
    assert Reservation.objects.count() == 4
    return run


def test_the_money_of_the_whole_list_is_taken_before_its_last_claim_is_written(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    run = half_approved(town, publish)
    money[1].refresh_from_db()
    assert money[1].reserved_fen == 5 * 400_000 * 6 // 10
    left: list[int] = []
    run = approval_carry_out(run=run, report=left.append)
    assert left == [1, 0]
    assert run.state == RunState.ON_NOTICE
    assert Reservation.objects.count() == 10
    assert sum(each.amount_fen for each in Reservation.objects.all()) == run.list_total_fen


def test_an_interrupted_approval_goes_on_by_itself(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    run = half_approved(town, publish)
    with pytest.raises(errors.NotAllowedError, match="3 are left"):
        release(run)
    assert runs_prepare() == 1
    assert runs_prepare() == 0
    run.refresh_from_db()
    assert run.state == RunState.ON_NOTICE


def test_a_run_cancelled_half_way_gives_everything_back(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    run = run_cancel(run=half_approved(town, publish), actor=user_named("editor"), reason="名单有误")
    assert run.state == RunState.CANCELLED
    for each in money:
        each.refresh_from_db()
        assert each.reserved_fen == 0


def test_no_claim_draws_more_than_was_approved(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    """Somebody adds to a share between the approval and its carrying out."""
    run = half_approved(town, publish)
    share = ClaimShare.objects.filter(claim=run.claims.latest("pk")).latest("pk")
    ClaimShare.objects.filter(pk=share.pk).update(amount_fen=share.amount_fen + 1)
    with pytest.raises(IntegrityError, match="reservation_block_not_exceeded"), transaction.atomic():
        approval_carry_out(run=run)


def test_a_sum_changed_after_the_approval_is_not_released(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **AUTOMATIC)
    firms_settle(town, [40] * 3)
    run = approved_already(decision_carry_out(run=decide(prepared())))
    claim = run.claims.earliest("pk")
    Claim.objects.filter(pk=claim.pk).update(amount_fen=400_001)
    with pytest.raises(errors.AmountsChangedError, match=str(claim.pk)):
        release(run)
    Claim.objects.filter(pk=claim.pk).update(amount_fen=400_000)
    assert release(run).state == RunState.RELEASED


def test_a_list_approved_twice_is_reserved_once(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    run = half_approved(town, publish)
    with pytest.raises(errors.WrongStateError):
        run_approve(run=run, list_hash=run.list_hash, actor=user_named("head"))
    approval_carry_out(run=run)
    approval_carry_out(run=Run.objects.get(pk=run.pk))
    assert Reservation.objects.count() == 10


POOL = {**AUTOMATIC, "amount": None, "pool": {"total": "1000", "weight": "insured_headcount * 1"}}
SHORT = {**AUTOMATIC, "funding": {**FUNDING, "when_short": "pro_rata"}}


@transaction.atomic
def step(run: Run) -> bool:
    return decision_step(Run.objects.select_for_update().get(pk=run.pk))


def test_a_long_list_is_fitted_in_steps_and_goes_on_where_it_stopped(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **POOL)
    firms_settle(town, [30, 30, 41, 50, 49])
    run = decide(prepared())
    assert run.deciding and run.state == RunState.SCREENED
    with pytest.raises(errors.NotAllowedError, match="being fitted"):
        decide(run)
    steps = 0
    while not Evidence.objects.filter(claim__run=run, number=2).exists():  # the process ends after the first sums
        assert not step(run)
        steps += 1
    assert steps > 3 and decision_progress(run) == (7, 10)
    run_pause(run=run, actor=user_named("editor"))
    assert runs_prepare() == 0 and decision_carry_out(run=run).deciding
    run_resume(run=run, actor=user_named("editor"))
    assert runs_prepare() == 1 and runs_prepare() == 0
    run.refresh_from_db()
    assert run.state == RunState.DECIDED and run.list_total_fen == 100_000
    assert [claim.amount_fen for claim in run.claims.order_by("pk")] == [15_000, 15_000, 20_500, 25_000, 24_500]
    assert list(Evidence.objects.values_list("number").annotate(Count("pk")).order_by("number")) == [(1, 5), (2, 5)]
    assert not ShareOut.objects.exists() and not SharePending.objects.exists()
    assert approved_already(run).state == RunState.APPROVED


def approved_already(run: Run) -> Run:
    return approval_carry_out(run=run_approve(run=run, list_hash=run.list_hash, actor=user_named("head")))


def test_what_is_short_is_scaled_once_however_often_the_work_is_interrupted(
    town: Town, publish: Publish, grant: Grant
) -> None:
    publish("award", **SHORT)
    grant("340200", 100_000_000)
    grant("340207", 600_000)
    firms_settle(town, [60, 40, 50, 50])
    run = decide(prepared())
    assert not step(run)
    assert sorted(run.claims.values_list("amount_fen", flat=True)) == [199_998, 299_998, 500_000, 500_000]
    run = decision_carry_out(run=run)
    assert run.state == RunState.DECIDED
    assert list(run.claims.order_by("pk").values_list("amount_fen", flat=True)) == [299_998, 199_998, 249_998, 249_998]


def test_a_long_list_that_cannot_be_closed_stays_open_and_says_why(town: Town, publish: Publish, grant: Grant) -> None:
    publish("award", **{**POOL, "funding": {**FUNDING, "when_short": "stop"}})
    grant("340200", 100_000_000)
    firms_settle(town, [50, 50, 50])
    run = decide(prepared())
    assert runs_prepare() == 1
    run.refresh_from_db()
    assert run.state == RunState.SCREENED and not run.deciding
    assert run.decision_problem is not None and "340207 lacks 600" in run.decision_problem["en"]
    grant("340207", 100_000)
    run = decision_carry_out(run=decide(run))
    assert run.state == RunState.DECIDED and run.list_total_fen == 100_000 and run.decision_problem is None


def test_a_run_cancelled_while_its_list_is_fitted_ends_and_holds_up_no_other(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **POOL)
    firms_settle(town, [50, 50, 50])
    run = decide(prepared())
    step(run)
    run = run_cancel(run=run, actor=user_named("editor"), reason="名单有误")
    assert run.state == RunState.CANCELLED
    assert runs_prepare() == 0
    assert decision_carry_out(run=run).state == RunState.CANCELLED
