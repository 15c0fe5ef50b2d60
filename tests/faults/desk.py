"""Officers at their desks: two runs on one appropriation that is enough for one, every button clicked twice at once."""

import http.client
import threading
from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode

from django.test import Client
from django.utils import timezone

from supermarket.claims.models import Claim, ClaimShare, Run
from supermarket.claims.moves import run_move
from supermarket.claims.runs.listing import list_digest
from supermarket.claims.states import RunState
from supermarket.ledger.models import Appropriation
from supermarket.users.models import Role, User
from tests.payouts.factory import CITY, beneficiaries_new, officer, payee, payer_account, policy_version
from tests.policies.definitions import data

POOL = "scarce-2023"
TOKEN = "0" * 32
CLICK_SECONDS = 5.0
DAY = date(2023, 6, 15)


class Browser:
    """Somebody who is signed in. Clicks do not wait for each other."""

    def __init__(self, port: int, user: User, **headers: str) -> None:
        browser = Client()
        browser.force_login(user)
        self.port = port
        self.headers = {
            "Cookie": f"sessionid={browser.cookies['sessionid'].value}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Content-Type": "application/x-www-form-urlencoded",
            **headers,
        }

    def click(self, path: str, **fields: str) -> str | None:
        """The page that comes, or None where no answer does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=CLICK_SECONDS)
        try:
            connection.request("POST", path, urlencode(fields), self.headers)
            return connection.getresponse().read().decode()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def click_twice(self, path: str, **fields: str) -> list[threading.Thread]:
        clicks = [threading.Thread(target=self.click, args=[path], kwargs=fields, daemon=True) for _ in range(2)]
        for click in clicks:
            click.start()
        return clicks


class Desk:
    """The head, who approves, and the releaser; `runs` are the runs that wait for them."""

    def __init__(self, port: int) -> None:
        self.head = Browser(port, officer("head", Role.HEAD))
        self.releaser = Browser(port, officer("releaser", Role.FINANCE_RELEASER))
        self.runs: list[int] = []

    def runs_open(self, lists: Sequence[Sequence[int]]) -> None:
        self.runs += [run_decided(f"award-{number}", amounts).pk for number, amounts in enumerate(lists)]

    def click_what_waits(self) -> list[threading.Thread]:
        """Whatever button the pages show, each twice, all at once."""
        clicks: list[threading.Thread] = []
        for run in Run.objects.filter(pk__in=self.runs):
            if run.state == RunState.DECIDED:
                clicks += self.head.click_twice(f"/desk/runs/{run.pk}/approve/", list_hash=run.list_hash)
            elif run.state == RunState.APPROVED:
                clicks += self.releaser.click_twice(f"/desk/runs/{run.pk}/release/", payment_order_number="0001")
        return clicks

    def done(self) -> bool:
        """One run is released; there is no money for another one."""
        return not self.runs or Run.objects.filter(pk__in=self.runs, released_by__isnull=False).exists()

    def problems(self) -> list[str]:
        states = dict(Run.objects.filter(pk__in=self.runs).values_list("pk", "state"))
        approved = [pk for pk, state in states.items() if state != RunState.DECIDED]
        problems = [] if len(approved) <= 1 else [f"{len(approved)} runs were approved on money for one: {states}"]
        for scarce in Appropriation.objects.filter(pool=POOL):
            due = sum(Run.objects.get(pk=pk).list_total_fen or 0 for pk in approved)
            if scarce.reserved_fen + scarce.spent_fen != due:
                problems.append(f"{due} fen approved, {scarce.reserved_fen} reserved and {scarce.spent_fen} spent")
        return problems


def run_decided(code: str, amounts_fen: Sequence[int]) -> Run:
    """A run whose list is decided on, by legal moves; it takes the money from the pool `scarce-2023`."""
    payer_account(CITY)
    definition = data(code=code, funding={"pool": POOL, "shares": {CITY: 1}, "when_short": "stop"})
    version = policy_version(code, definition)
    now = timezone.now()
    maker = officer()
    run = Run.objects.create(
        policy=version.policy,
        policy_version=version,
        period="2023",
        day=DAY,
        reference=DAY,
        known_at=now,
        made_by=maker,
        created_at=now,
        moved_at=now,
        moved_by=maker,
    )
    claims = Claim.objects.bulk_create(
        Claim(
            policy=version.policy,
            policy_version=version,
            beneficiary=beneficiary,
            period="2023",
            amount_fen=amount_fen,
            run=run,
            account=payee(f"62220213071{index:08d}", beneficiary.name),
            moved_at=now,
            created_at=now,
        )
        for index, (beneficiary, amount_fen) in enumerate(
            zip(beneficiaries_new(len(amounts_fen)), amounts_fen, strict=True)
        )
    )
    ClaimShare.objects.bulk_create(
        ClaimShare(claim=claim, payer=CITY, lead=True, amount_fen=claim.amount_fen) for claim in claims
    )
    Claim.objects.filter(run=run).update(state="submitted", moved_at=timezone.now())
    for before, to in ((RunState.DRAFTED, RunState.MATCHED), (RunState.MATCHED, RunState.SCREENED)):
        run = run_move(run, before=(before,), to=to, actor=maker)
    digest = list_digest(run)
    return run_move(
        run,
        before=(RunState.SCREENED,),
        to=RunState.DECIDED,
        actor=maker,
        minutes_number="〔2023〕7号",
        list_hash=digest.sha256,
        list_count=digest.count,
        list_total_fen=digest.total_fen,
    )
