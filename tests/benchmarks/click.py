"""From one click to money that the bank has accepted, in an idle store. `python -m tests.benchmarks.click`

A store of its own is opened as the demo opens it (pages, worker, beat, bank, database, broker), with the sample
policies and one more that every firm may apply for. Firms click one after the other; each click waits for the answer in
the page and then for the bank's word about its instruction.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import django
import psycopg

CLICKS, WARM_UP, TOWN = 100, 5, 300
POLICY, PERIOD = "click-benchmark", "2023"
GOAL_SECONDS = 1.0
TOKEN = "c" * 32
PREPARE = (
    "from rich.console import Console; from supermarket.management.commands.demo import prepare;"
    f"from tests.benchmarks.click import offer; prepare(Console(), {TOWN}, 1); offer()"
)
ACCEPTED = """
    SELECT FROM payouts_payoutattempt attempt
    JOIN payouts_payout payout ON payout.id = attempt.payout_id JOIN claims_claim claim ON claim.id = payout.claim_id
    JOIN enterprises_beneficiary beneficiary ON beneficiary.id = claim.beneficiary_id
    WHERE beneficiary.code = %s AND attempt.state IN ('accepted', 'settled', 'returned', 'rejected')
"""


def offer() -> None:
    """In the store's own process: publish the policy, set its money aside, and sign in somebody for each firm."""
    from policies.definition import definition_parse
    from policies.services import draft_save, version_publish, version_submit
    from supermarket.demo.money import appropriations_make
    from supermarket.matching.vocabulary import store_ground
    from supermarket.users.models import User
    from tests.policies.definitions import data

    names = ("editor", "reviewer", "maker", "releaser")
    editor, reviewer, maker, releaser = (User.objects.get(username=name) for name in names)
    changes = {
        "delivery": "apply_and_enjoy",
        "eligibility": "insured_headcount >= 1",
        "amount": "insured_headcount * 100",
    }
    draft = draft_save(definition=definition_parse(data(code=POLICY, **changes)), actor=editor)
    version_submit(version=draft, actor=editor, ground=store_ground())
    version_publish(version=draft, actor=reviewer, ground=store_ground())
    appropriations_make(maker, confirmed_by=releaser)


def sessions() -> None:
    """In the store's own process: print {credit code: session} of the firms that are entitled."""
    from datetime import date

    from django.test import Client

    from enterprises.models import Beneficiary
    from enterprises.selectors import facts_as_of
    from supermarket.dates import today
    from supermarket.users.models import Representation, Role, User

    found = {}
    for firm in Beneficiary.objects.filter(kind="enterprise").order_by("code"):
        facts = facts_as_of(beneficiary=firm, reference=today())
        known = {code: fact.value for code, fact in facts.items()}
        barred = known.get("serious_dishonesty_listed") is not False or firm.cancelled_on is not None
        if known.get("insured_headcount") and "accepting_area" in known and not barred:
            owner = User.objects.create(username=firm.code, role=Role.REPRESENTATIVE)
            Representation.objects.create(user=owner, beneficiary=firm, since=date(2020, 1, 1))
            browser = Client()
            browser.force_login(owner)
            found[firm.code] = browser.cookies["sessionid"].value
    sys.stdout.write(json.dumps(found))


def click(connection: HTTPConnection, code: str, session: str) -> None:
    form = {
        "policy": POLICY,
        "period": PERIOD,
        "commitment": "on",
        "idempotency_key": code,
        "csrfmiddlewaretoken": TOKEN,
    }
    headers = {
        "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        "X-CSRFToken": TOKEN,
        "Content-Type": "application/x-www-form-urlencoded",
        "HX-Request": "true",
    }
    connection.request("POST", f"/my/{code}/apply/", urlencode(form), headers)
    answer = connection.getresponse()
    page = answer.read().decode()
    if answer.status != 200 or f"/my/{code}/claims/" not in page:
        raise RuntimeError(f"the click of {code} was refused: {answer.status} {page}")


def measure(address: str, database: str, people: Sequence[tuple[str, str]]) -> list[tuple[float, float]]:
    """(seconds to the answer, seconds to accepted) of each click; the first few only warm up."""
    figures = []
    with psycopg.connect(database, autocommit=True) as watch:
        for code, session in people:
            connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
            start = time.perf_counter()
            click(connection, code, session)
            answered = time.perf_counter() - start
            while watch.execute(ACCEPTED, [code]).fetchone() is None:
                time.sleep(0.005)
            figures.append((answered, time.perf_counter() - start))
            connection.close()
            time.sleep(0.3)  # idle again
    return figures[WARM_UP:]


def percentile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def figures(clicks: int) -> list[tuple[float, float]]:
    """Open the store, click, and close it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supermarket.settings")
    django.setup()
    from tests.browser.store import ROOT, store_open

    with (
        tempfile.TemporaryDirectory() as logs,
        store_open(Path(logs), database="click_benchmark", prepare=PREPARE) as store,
    ):
        statement = "from tests.benchmarks.click import sessions; sessions()"
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", statement]
        said = subprocess.run(command, cwd=ROOT, env=store.environment, check=True, capture_output=True, text=True)
        people = list(json.loads(said.stdout.splitlines()[-1]).items())[: clicks + WARM_UP]
        return measure(store.address, store.environment["DATABASE_URL"], people)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=CLICKS)
    answered, accepted = zip(*figures(parser.parse_args().clicks), strict=True)
    reached = percentile(accepted, 99) <= GOAL_SECONDS
    for name, values in (("answered in the page", answered), ("accepted by the bank", accepted)):
        line = (
            f"one click, {name}: p50 {percentile(values, 50) * 1000:.0f} ms, p99 {percentile(values, 99) * 1000:.0f} ms"
        )
        sys.stdout.write(f"{line} ({len(values)} firms)\n")
    sys.stdout.write(f"goal: accepted within {GOAL_SECONDS} s at p99: {'ok' if reached else 'MISSED'}\n")
    return int(not reached)


if __name__ == "__main__":
    raise SystemExit(main())
