"""One seeded run in which everything goes wrong that can, and then stops going wrong."""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Any

from supermarket.claims.models import Claim
from supermarket.embedded.addresses import free_port
from supermarket.payouts.creation import payout_create_for_claims
from supermarket.payouts.models import BankStatement, Payout
from supermarket.payouts.services import payout_release
from supermarket.payouts.states import PayoutState
from supermarket.payouts.work import payouts_work_until_idle
from tests.faults.desk import POOL, Desk
from tests.faults.invariants import inbox_empty, left_behind, payouts_at_rest, violations, wait_until
from tests.faults.proxy import FaultProxy
from tests.faults.servers import BROKER, broker_empty, database_crash, recovery_shorten
from tests.faults.worker import beat, celery_work, clock_new, process_start, web, worker_start
from tests.payouts.bank import Bank
from tests.payouts.factory import (
    CITY,
    CLOSED,
    JINGHU,
    appropriation,
    bank_accounts_open,
    payee,
    payer_account,
    released_claims,
)

PAYERS = (CITY, JINGHU)
TIMES = {"BANK_TIMEOUT_SECONDS": 0.4, "PAYOUT_LEASE_SECONDS": 0.8, "PAYOUT_LOOK_UP_SECONDS": 0.3}
LATE_SECONDS = 0.7
CLOCK_SECONDS_WRONG = 6 * 3600.0


@dataclass
class Chaos:
    """`seed` decides what happens; threads and processes decide when, so that a replay is alike, not the same.

    The store runs as four processes: `manage.py payouts work`, a Celery worker, beat, and the pages.
    """

    seed: int
    bank: Bank
    database: str
    settings: Mapping[str, Any]
    waves: int
    happened: Counter[str] = field(default_factory=Counter)
    processes: dict[str, BaseProcess] = field(default_factory=dict)

    def run(self) -> list[str]:
        """The violations found; none is what is promised."""
        self.random = random.Random(self.seed)
        self.clocks = {name: clock_new() for name in ("worker", "celery", "web")}
        self.port = free_port()
        recovery_shorten()
        bank_accounts_open(self.bank, PAYERS)
        for payer in PAYERS:
            payer_account(payer)
        if self.random.random() < 0.3:
            self.bank.behave(f"P{CITY}", "return-later", days=1, end_to_end_id="340200-3-1-1")
        self.desk = Desk(self.port)
        race_at = self.random.randrange(self.waves)
        with FaultProxy(self.bank.url, self.seed, rate=0.35, late_seconds=LATE_SECONDS) as proxy:
            self.proxy = proxy
            try:
                for name in ("worker", "celery", "beat", "web"):
                    self.start(name)
                for number in range(self.waves):
                    self.wave()
                    if number == race_at:
                        self.race_open()
                    clicks = self.desk.click_what_waits()
                    self.mishap()
                    time.sleep(self.random.uniform(0.05, 0.3))
                    for click in clicks:
                        click.join()
                return self.settle_down()
            finally:
                self.happened += proxy.done
                for name in list(self.processes):
                    self.kill(name)

    def start(self, name: str, **more: Any) -> None:
        settings = {**self.settings, **TIMES, "BANK_URL": self.proxy.url, "PAYOUT_FILE_ROWS": 4, **more}
        clock = self.clocks.get(name)
        match name:
            case "worker":
                process = worker_start(self.database, settings, clock=clock)
            case "celery":
                process = process_start(celery_work, self.database, settings, BROKER, clock=clock)
            case "beat":
                schedule = str(self.settings["ANCHOR_DIR"].parent / "beat")
                process = process_start(beat, self.database, settings, BROKER, schedule)
            case _:
                process = process_start(web, self.database, settings, self.port, BROKER, clock=clock)
        self.processes[name] = process

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].join()

    def wave(self) -> None:
        """New claims, some to a closed account; released by two people who both click."""
        amounts = [self.random.randint(1, 10_000_00) for _ in range(self.random.randint(4, 12))]
        closed = {index: CLOSED for index in range(len(amounts)) if self.random.random() < 0.1}
        lead, percents = self.random.choice([(CITY, {CITY: 100}), (JINGHU, {CITY: 40, JINGHU: 60})])
        claims = released_claims(amounts, numbers=closed, shares=percents, lead=lead)
        for _ in range(2):
            payout_create_for_claims(claims=[claim.pk for claim in claims])

    def race_open(self) -> None:
        """Two runs on an appropriation that is enough for either and not for both."""
        lists = [[self.random.randint(1_000_00, 2_000_00) for _ in range(self.random.randint(3, 6))] for _ in range(2)]
        totals = sorted(sum(amounts) for amounts in lists)
        appropriation(CITY, self.random.randint(totals[1], sum(totals) - 1), pool=POOL)
        self.desk.runs_open(lists)

    def mishap(self) -> None:
        mishaps: dict[str, Callable[[], None]] = {
            "kill worker": lambda: self.killed("worker"),
            "kill Celery worker": lambda: self.killed("celery"),
            "kill beat": lambda: self.killed("beat"),
            "kill web": lambda: self.killed("web"),
            "restart bank": self.bank_restart,
            "crash database": database_crash,
            "empty broker": broker_empty,
            "clock jumps": self.clock_jump,
            "mend": self.mend,
            "nothing": lambda: None,
        }
        what = self.random.choice(list(mishaps))
        self.happened[what] += 1
        mishaps[what]()

    def killed(self, name: str) -> None:
        time.sleep(self.random.uniform(0, 0.1))
        self.kill(name)
        self.start(name)

    def bank_restart(self) -> None:
        with self.proxy.at_the_bank:
            self.bank.stop()
        time.sleep(self.random.uniform(0, 0.3))
        self.bank.start()

    def clock_jump(self) -> None:
        name = self.random.choice(list(self.clocks))
        self.clocks[name].value = self.random.uniform(-CLOCK_SECONDS_WRONG, CLOCK_SECONDS_WRONG)

    def mend(self) -> None:
        """Beneficiaries correct their accounts: new instructions go out."""
        for payout in Payout.objects.filter(state=PayoutState.RETURNED):
            Claim.objects.filter(pk=payout.claim_id).update(account=payee("6222021307099999999"))
            payout_release(payout=payout, actor=None, reason={"zh": "账户已更正", "en": "account corrected"})

    def settle_down(self) -> list[str]:
        """Nothing goes wrong any more: everything must come to its end, the bank's day too."""
        for name in ("worker", "celery"):
            self.kill(name)
        self.proxy.rate = 0
        for clock in self.clocks.values():
            clock.value = 0
        self.start("worker", BANK_TIMEOUT_SECONDS=20)
        try:
            wait_until(self.desk_done)
            wait_until(payouts_at_rest)
            self.mend()
            wait_until(payouts_at_rest)
            self.bank.advance(2)
            wait_until(self.statements_in)
            wait_until(inbox_empty)
        except TimeoutError as error:
            return [str(error), *left_behind()]
        # What the worker has just collected and not read yet is no violation: a last pass with nobody beside it.
        self.kill("worker")
        payouts_work_until_idle()
        return [*violations(self.bank, PAYERS), *self.desk.problems()]

    def desk_done(self) -> bool:
        for click in self.desk.click_what_waits():
            click.join()
        return self.desk.done()

    def statements_in(self) -> bool:
        return all(BankStatement.objects.filter(payer_account__payer=payer).count() >= 2 for payer in PAYERS)
