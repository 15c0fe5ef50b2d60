"""A long list: approved in chunks, interrupted and gone on with, cancelled half-way; the money is taken as a whole."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from supermarket.claims import errors
from supermarket.claims.models import Claim, ClaimShare, Run
from supermarket.claims.runs import approval
from supermarket.claims.runs.approval import approval_carry_out, run_approve
from supermarket.claims.runs.background import runs_prepare
from supermarket.claims.runs.releasing import run_cancel
from supermarket.claims.states import RunState
from supermarket.ledger.models import Appropriation, Reservation
from supermarket.ledger.selectors import appropriations_in_disorder, trial_balance
from tests.claims.people import DAY, firms_settle, user_named
from tests.claims.test_runs import AUTOMATIC, NOTICED, Grant, Publish, approved, decide, prepared, release
from tests.enterprises.files import Town

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_chunks_of_two(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.AS_OF = DAY
    monkeypatch.setattr(approval, "CHUNK", 2)
    yield
    assert sum(balance.amount_fen for balance in trial_balance()) == 0
    assert appropriations_in_disorder() == []


@pytest.fixture
def money(grant: Grant) -> list[Appropriation]:
    return [grant(payer, 100_000_000) for payer in ("340200", "340207")]


def half_approved(town: Town, publish: Publish) -> Run:
    """Of five claims two have their reservations; the process ends there."""
    publish("award", **NOTICED)
    firms_settle(town, [40] * 5)
    run = decide(prepared())
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
    run = approval_carry_out(run=approved(prepared()))
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
