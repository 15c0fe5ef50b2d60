"""A run is recalled while workers are in the middle of it: nothing of it leaves afterwards.

Each race opens with its control: a recall that looks once, at messages first and payouts then, lets money leave.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, connections

from supermarket.claims.errors import NotAllowedError
from supermarket.claims.models import Run
from supermarket.ledger.models import Appropriation
from supermarket.payouts import creation, preparation, recalling
from supermarket.payouts.checks import books_check
from supermarket.payouts.creation import payouts_due_sweep
from supermarket.payouts.preparation import sub_batches_prepare
from supermarket.payouts.recalling import messages_withdraw, payouts_give_up, run_recall
from supermarket.payouts.work import payouts_work_until_idle
from supermarket.users.models import User
from tests.claims.conftest import grant, publish, town, user
from tests.claims.people import user_named
from tests.payouts.bank import Bank
from tests.payouts.test_runs_end import Publish, run, states

__all__ = ["Publish", "grant", "publish", "run", "town", "user"]
pytestmark = pytest.mark.django_db(transaction=True)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def recall_looking_once(run: Run, actor: User, why: dict[str, str]) -> int:
    messages_withdraw(run, actor, why)
    return payouts_give_up(run, actor, why)


def in_a_thread(job: Callable[[], Any]) -> threading.Thread:
    def work() -> None:
        try:
            job()
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def somebody_waits_or(done: threading.Thread) -> None:
    """Until the other one waits for a lock of the first, or needs none."""
    end = time.monotonic() + 10
    with connection.cursor() as cursor:
        while done.is_alive() and time.monotonic() < end:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)


def recalled_in_the_middle(monkeypatch: pytest.MonkeyPatch, run: Run, module: Any, last: str, job: Any) -> None:
    """`job` has done all but commit when the recall begins; `last` is the last thing that it does."""
    written, go_on = threading.Event(), threading.Event()
    done = getattr(module, last)
    actor = user_named("finance_maker")

    def hold(*given: Any, **named: Any) -> Any:
        result = done(*given, **named)
        written.set()
        go_on.wait(20)
        return result

    monkeypatch.setattr(module, last, hold)
    worker = in_a_thread(job)
    assert written.wait(20)

    def recall_it() -> None:
        with suppress(NotAllowedError):  # the control finds nothing to recall
            run_recall(run=run, actor=actor, reason="名单有误")

    recall = in_a_thread(recall_it)
    somebody_waits_or(recall)
    go_on.set()
    worker.join(20), recall.join(20)
    monkeypatch.setattr(module, last, done)


def money_of(appropriations: list[Appropriation]) -> list[int]:
    return [each.reserved_fen + each.spent_fen for each in appropriations]


@pytest.mark.parametrize("careful", [False, True], ids=["control", "recall"])
@pytest.mark.parametrize("stage", ["making payouts", "writing messages"])
def test_nothing_leaves_that_was_being_made_when_the_run_was_recalled(
    stage: str, careful: bool, run: Run, city_bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not careful:
        monkeypatch.setattr(recalling, "payouts_recall", recall_looking_once)
    if stage == "making payouts":
        recalled_in_the_middle(monkeypatch, run, creation, "payouts_tell", payouts_due_sweep)
    else:
        payouts_due_sweep()
        recalled_in_the_middle(monkeypatch, run, preparation, "freeze", sub_batches_prepare)
    payouts_work_until_idle()
    if not careful:
        assert len(city_bank.booked()) == 5, "the control: a recall in the same moment, and all of it is paid"
        return
    run.refresh_from_db()
    assert (run.state, set(states(run))) == ("cancelled", {"withdrawn"})
    assert city_bank.booked() == []
    assert money_of(list(Appropriation.objects.all())) == [0, 0]
    assert books_check() == []
