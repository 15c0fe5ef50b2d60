"""A run from the release to its closing: sub-batches, pause, recall of what has not left, statement, closed books."""

from collections.abc import Callable
from typing import Any

import pytest

from enterprises.models import PayeeAccount
from supermarket.claims.errors import NotAllowedError
from supermarket.claims.models import Claim, Run
from supermarket.claims.runs.releasing import run_pause, run_resume
from supermarket.ledger.models import Appropriation, Reservation
from supermarket.payouts import work
from supermarket.payouts.checks import books_check
from supermarket.payouts.creation import payouts_due_sweep
from supermarket.payouts.models import Payout, SubBatch
from supermarket.payouts.preparation import sub_batches_prepare
from supermarket.payouts.recalling import run_recall
from supermarket.payouts.sending import sub_batches_send
from supermarket.payouts.work import payouts_work, payouts_work_until_idle
from tests.claims.conftest import grant, publish, town, user
from tests.claims.people import firms_settle, user_named
from tests.claims.test_runs import AUTOMATIC, Publish, approved, prepared, release
from tests.enterprises.files import Town
from tests.payouts.bank import Bank
from tests.payouts.factory import CLOSED, JINGHU, payee, payer_account

__all__ = ["grant", "publish", "town", "user"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(town: Town, publish: Publish, grant: Callable[..., Appropriation], city_bank: Bank, settings: Any) -> Run:
    """Five firms of Jinghu, released; two payments a message."""
    settings.PAYOUT_FILE_ROWS = 2
    publish("award", **AUTOMATIC)
    for payer in ("340200", JINGHU):
        grant(payer, 100_000_000)
    payer_account(JINGHU)
    firms_settle(town, [40, 50, 60, 70, 80], areas=dict.fromkeys(range(5), JINGHU))
    return release(approved(prepared()))


def states(run: Run) -> list[str]:
    return list(Claim.objects.filter(run=run).order_by("pk").values_list("state", flat=True))


def test_a_run_is_closed_once_the_statement_shows_all_of_it(run: Run, city_bank: Bank) -> None:
    payouts_work_until_idle()
    run.refresh_from_db()
    assert (run.state, states(run)) == ("disbursing", ["paid"] * 5)
    assert SubBatch.objects.count() == 3
    city_bank.advance(1)
    payouts_work_until_idle()
    run.refresh_from_db()
    assert (run.state, states(run)) == ("closed", ["closed"] * 5)
    assert [move.to_state for move in run.moves.all()][-4:] == ["released", "disbursing", "reconciled", "closed"]
    assert books_check() == []


def test_a_run_with_a_returned_payment_stays_open(run: Run, city_bank: Bank) -> None:
    claim = run.claims.earliest("pk")
    Claim.objects.filter(pk=claim.pk).update(account=payee(CLOSED))
    PayeeAccount.objects.filter(beneficiary=claim.beneficiary).delete()  # there is no better one to send it to
    payouts_work_until_idle()
    city_bank.advance(1)
    payouts_work_until_idle()
    run.refresh_from_db()
    assert run.state == "disbursing"
    assert states(run) == ["paying", "paid", "paid", "paid", "paid"]


def test_a_paused_run_sends_nothing_and_goes_on_when_resumed(
    run: Run, city_bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "MESSAGES_A_PASS", 1)
    payouts_work()
    run_pause(run=run, actor=user_named("finance_maker"))
    payouts_work_until_idle()
    assert len(city_bank.booked()) == 2
    run_resume(run=run, actor=user_named("finance_maker"))
    payouts_work_until_idle()
    assert len(city_bank.booked()) == 5


def test_what_has_not_left_is_recalled_and_what_has_left_goes_on(
    run: Run, city_bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "MESSAGES_A_PASS", 1)
    payouts_work()
    run = run_recall(run=run, actor=user_named("finance_maker"), reason="数据有误")
    payouts_work_until_idle()
    assert states(run) == ["paid", "paid", "withdrawn", "withdrawn", "withdrawn"]
    assert len(city_bank.booked()) == 2
    assert Reservation.objects.filter(stage="reserved").count() == 0
    with pytest.raises(NotAllowedError, match="left already"):
        run_recall(run=run, actor=user_named("finance_maker"), reason="数据有误")
    city_bank.advance(1)
    payouts_work_until_idle()
    run.refresh_from_db()
    assert run.state == "closed"
    assert books_check() == []


def test_a_run_of_which_nothing_has_left_is_cancelled_whole(run: Run, city_bank: Bank) -> None:
    payouts_work_prepare_only()
    assert set(Payout.objects.values_list("state", flat=True)) == {"paying"}
    with pytest.raises(NotAllowedError, match="say why"):
        run_recall(run=run, actor=user_named("finance_maker"), reason=" ")
    run = run_recall(run=run, actor=user_named("finance_maker"), reason="数据有误")
    assert (run.state, set(states(run))) == ("cancelled", {"withdrawn"})
    assert sub_batches_send(limit=10) == 0
    assert city_bank.booked() == []
    for each in Appropriation.objects.all():
        assert each.reserved_fen == each.spent_fen == 0
    assert books_check() == []


def payouts_work_prepare_only() -> None:
    payouts_due_sweep()
    sub_batches_prepare()
