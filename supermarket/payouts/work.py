"""The work loop. What has to happen is a row in the database; this looks for such rows and does what they ask.

Any number of workers may run it, Celery or not, at any moment, and any of them may die at any line.
"""

import logging
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from supermarket.payouts.closing import runs_close
from supermarket.payouts.creation import payouts_due_sweep
from supermarket.payouts.look_up import channel_intake, outcomes_look_up
from supermarket.payouts.mending import returns_sweep
from supermarket.payouts.models import Channel, Heartbeat
from supermarket.payouts.preparation import sub_batches_prepare
from supermarket.payouts.repayments import repayments_match
from supermarket.payouts.restored import restored_stop
from supermarket.payouts.sending import leases_expire, sub_batches_send

log = logging.getLogger(__name__)
MESSAGES_A_PASS = 10  # then listen: progress is seen while a large run goes out


@dataclass(frozen=True)
class Pass:
    """What one pass did."""

    mended: int = 0
    created: int = 0
    prepared: int = 0
    expired: int = 0
    sent: int = 0
    applied: int = 0
    asked: int = 0

    @property
    def idle(self) -> bool:
        """Nothing came of it: asking alone is no progress."""
        return not (self.mended or self.created or self.prepared or self.expired or self.sent or self.applied)


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def heartbeat(doing: str) -> None:
    Heartbeat.objects.update_or_create(worker=worker_name(), defaults={"at": timezone.now(), "doing": doing})


def payouts_work() -> Pass:
    """One pass: make, freeze, hand over, listen, look up."""
    heartbeat("payouts")
    restored_stop()
    mended = returns_sweep()
    created = payouts_due_sweep()
    prepared = sub_batches_prepare()
    expired = leases_expire()
    sent = sub_batches_send(limit=MESSAGES_A_PASS)
    applied = sum(channel_intake(channel) for channel in Channel.objects.all())
    asked, learned = outcomes_look_up()
    mended += repayments_match()
    runs_close()
    return Pass(mended, created, prepared, expired, sent, applied + learned, asked)


def payouts_work_until_idle(*, seconds: float = float("inf"), report: Callable[[Pass], None] = lambda _: None) -> None:
    """Passes until one finds nothing to do, or the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done = payouts_work()
        report(done)
        if done.idle:
            return


def payouts_work_for_ever(*, pause_seconds: float = 1.0) -> None:
    """Passes without end. A database that restarts ends the pass, not the worker: the rows say where to go on."""
    while True:
        try:
            idle = payouts_work().idle
        except (OperationalError, InterfaceError) as error:
            log.warning("the database does not answer, the work goes on when it does: %s", error)
            connection.close()
            idle = True
        if idle:
            time.sleep(pause_seconds)
