"""kill -9 of the web process in the middle of a click: the click is sent again, and there is one claim, paid once."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from enterprises.models import Beneficiary
from policies.models import PolicyVersion
from supermarket.claims.models import Claim, ClaimMove, Evidence
from supermarket.embedded.addresses import free_port
from supermarket.ledger.models import Appropriation, Reservation
from supermarket.payouts.models import BankStatement
from supermarket.payouts.work import payouts_work_until_idle
from tests.claims.conftest import grant, publish, user
from tests.claims.people import firms_settle, owner_of
from tests.claims.test_applying import ONE_CLICK
from tests.enterprises.files import Town
from tests.faults.desk import Browser
from tests.faults.invariants import violations, wait_until
from tests.faults.servers import BROKER
from tests.faults.worker import process_start, web
from tests.payouts.bank import Bank
from tests.payouts.factory import CITY, JINGHU, payer_account

__all__ = ["grant", "publish", "user"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

BEFORE_COMMIT = "supermarket.claims.applying:_apply:after"  # everything is written, nothing committed
NOBODY_TOLD = "supermarket.claims.applying:poke:before"  # committed; the queue has not heard of it
NO_ANSWER = "supermarket.storefront.timeline:timeline:after"  # committed, told, not answered


@pytest.fixture
def town(transactional_db: None, tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.fixture
def firms(
    town: Town, publish: Callable[..., PolicyVersion], grant: Callable[..., Appropriation], city_bank: Bank
) -> list[Beneficiary]:
    """Two, each entitled to 10,000 yuan at a click: 6,000 of Jinghu, which pays it out, and 4,000 of the city."""
    publish("award", **ONE_CLICK)
    for payer in (CITY, JINGHU):
        grant(payer, 10_000_000)
        payer_account(payer)
    return firms_settle(town, [40, 40], areas={0: JINGHU, 1: JINGHU})


@pytest.fixture
def click(settings: Settings) -> Callable[..., str | None]:
    """Press the button of one's shelf in a store whose web process dies at a moment, or does not."""

    def do(firm: Beneficiary, *, key: str, dies_at: str = "") -> str | None:
        with web_open(settings, dies_at) as port:
            form = {"policy": "award", "period": "2023", "commitment": "on", "idempotency_key": key}
            return Browser(port, owner_of(firm), **{"HX-Request": "true"}).click(f"/my/{firm.code}/apply/", **form)

    return do


@contextmanager
def web_open(settings: Any, dies_at: str) -> Iterator[int]:
    port = free_port()
    overrides = {"AS_OF": settings.AS_OF, "ALLOWED_HOSTS": ["127.0.0.1"]}
    process = process_start(web, connection.settings_dict["NAME"], overrides, port, BROKER, dies_at)
    try:
        wait_until(lambda: answers(port))
        yield port
        if dies_at:
            process.join(10)
            assert process.exitcode == -9, f"nobody came by {dies_at}"
    finally:
        process.kill()
        process.join()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def all_paid(bank: Bank) -> None:
    payouts_work_until_idle()
    bank.advance(1)
    payouts_work_until_idle()
    assert BankStatement.objects.exists()


def test_an_impatient_store_would_pay_twice(
    firms: list[Beneficiary], click: Callable[..., str | None], city_bank: Bank
) -> None:
    """The control: a new request in place of the same one, and no index that knows of the first one's claim."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'claim_once_while_alive'")
        definition = cursor.fetchone()[0]
        cursor.execute("DROP INDEX claim_once_while_alive")
    try:
        assert click(firms[0], key="first", dies_at=NOBODY_TOLD) is None
        assert click(firms[0], key="second") is not None
        all_paid(city_bank)
        assert len(city_bank.booked()) == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE claims_claim CASCADE")
            cursor.execute(definition)


def test_a_click_that_nobody_answered_is_sent_again(
    firms: list[Beneficiary], click: Callable[..., str | None], city_bank: Bank
) -> None:
    first, second = firms
    assert click(first, key="a", dies_at=BEFORE_COMMIT) is None
    assert not any(table.objects.exists() for table in (Claim, ClaimMove, Evidence, Reservation))
    assert click(first, key="a", dies_at=NOBODY_TOLD) is None
    assert click(second, key="b", dies_at=NO_ANSWER) is None
    assert (Claim.objects.count(), Reservation.objects.count()) == (2, 4)
    for firm, key in ((first, "a"), (second, "b"), (second, "b")):
        claim = Claim.objects.get(beneficiary=firm)
        assert f"/my/{firm.code}/claims/{claim.pk}/" in (click(firm, key=key) or "")
    all_paid(city_bank)
    assert [amount_fen for _, amount_fen in city_bank.booked()] == [1_000_000] * 2
    assert Claim.objects.filter(state="paid").count() == 2
    assert violations(city_bank, (CITY, JINGHU)) == []
