"""One seeded run in which everything goes wrong that can, and then stops going wrong."""

import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Any

from supermarket.claims.models import Claim
from supermarket.payouts.creation import payout_create_for_claims
from supermarket.payouts.models import BankStatement, Payout
from supermarket.payouts.services import payout_release
from supermarket.payouts.states import PayoutState
from tests.faults.invariants import inbox_empty, left_behind, payouts_at_rest, violations, wait_until
from tests.faults.proxy import FaultProxy
from tests.faults.worker import worker_start
from tests.payouts.bank import Bank
from tests.payouts.factory import CITY, CLOSED, JINGHU, bank_accounts_open, payee, payer_account, released_claims

PAYERS = (CITY, JINGHU)
TIMES = {"BANK_TIMEOUT_SECONDS": 0.4, "PAYOUT_LEASE_SECONDS": 0.8, "PAYOUT_LOOK_UP_SECONDS": 0.3}
LATE_SECONDS = 0.7


@dataclass
class Chaos:
    """`seed` decides what happens; threads and processes decide when, so that a replay is alike, not the same."""

    seed: int
    bank: Bank
    database: str
    settings: Mapping[str, Any]
    waves: int = 6
    happened: Counter[str] = field(default_factory=Counter)
    workers: list[BaseProcess] = field(default_factory=list)

    def run(self) -> list[str]:
        """The violations found; none is what is promised."""
        self.random = random.Random(self.seed)
        bank_accounts_open(self.bank, PAYERS)
        for payer in PAYERS:
            payer_account(payer)
        if self.random.random() < 0.3:
            self.bank.behave(f"P{CITY}", "return-later", days=1, end_to_end_id="340200-3-1-1")
        with FaultProxy(self.bank.url, self.seed, rate=0.35, late_seconds=LATE_SECONDS) as proxy:
            self.proxy = proxy
            self.workers = [self.worker() for _ in range(2)]
            try:
                for _ in range(self.waves):
                    self.wave()
                    self.mishap()
                    time.sleep(self.random.uniform(0.05, 0.3))
                self.workers_kill()
                proxy.rate = 0
                self.workers = [self.worker(BANK_TIMEOUT_SECONDS=20)]
                return self.settle_down()
            finally:
                self.happened += proxy.done
                self.workers_kill()

    def worker(self, **more: Any) -> BaseProcess:
        overrides = {**self.settings, **TIMES, "BANK_URL": self.proxy.url, "PAYOUT_FILE_ROWS": 4, **more}
        return worker_start(self.database, overrides)

    def workers_kill(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.join()

    def wave(self) -> None:
        """New claims, some to a closed account; released by two people who both click."""
        amounts = [self.random.randint(1, 10_000_00) for _ in range(self.random.randint(4, 12))]
        closed = {index: CLOSED for index in range(len(amounts)) if self.random.random() < 0.1}
        lead, percents = self.random.choice([(CITY, {CITY: 100}), (JINGHU, {CITY: 40, JINGHU: 60})])
        claims = released_claims(amounts, numbers=closed, shares=percents, lead=lead)
        for _ in range(2):
            payout_create_for_claims(claims=[claim.pk for claim in claims])

    def mishap(self) -> None:
        what = self.random.choice(["kill worker", "kill worker", "restart bank", "mend", "nothing"])
        self.happened[what] += 1
        if what == "kill worker":
            place = self.random.randrange(len(self.workers))
            self.workers[place].kill()
            self.workers[place].join()
            self.workers[place] = self.worker()
        elif what == "restart bank":
            with self.proxy.at_the_bank:
                self.bank.stop()
            time.sleep(self.random.uniform(0, 0.3))
            self.bank.start()
        elif what == "mend":
            self.mend()

    def mend(self) -> None:
        """Beneficiaries correct their accounts: new instructions go out."""
        for payout in Payout.objects.filter(state=PayoutState.RETURNED):
            Claim.objects.filter(pk=payout.claim_id).update(account=payee("6222021307099999999"))
            payout_release(payout=payout, actor=None, reason={"zh": "账户已更正", "en": "account corrected"})

    def settle_down(self) -> list[str]:
        """Nothing goes wrong any more: everything must come to its end, the bank's day too."""
        try:
            wait_until(payouts_at_rest)
            self.mend()
            wait_until(payouts_at_rest)
            self.bank.advance(2)
            wait_until(self.statements_in)
            wait_until(inbox_empty)
        except TimeoutError as error:
            return [str(error), *left_behind()]
        return violations(self.bank, PAYERS)

    def statements_in(self) -> bool:
        return all(BankStatement.objects.filter(payer_account__payer=payer).count() >= 2 for payer in PAYERS)
