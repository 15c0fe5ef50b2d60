"""A database restored from a backup (C10): what it has forgotten is not paid a second time, and not lost either.

The backup is a real one: a copy of the database, put back in its place after the bank has gone on.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from supermarket.payouts import restored, work
from supermarket.payouts.adopting import adoption_confirm, adoption_propose
from supermarket.payouts.checks import books_check
from supermarket.payouts.errors import NothingProposedError, SecondPersonError
from supermarket.payouts.models import Alarm, AuditBlock, Channel, PayerAccount, Payout, PayoutAttempt, SubBatch
from supermarket.payouts.preparation import sub_batches_prepare
from supermarket.payouts.selectors import suspense_open
from supermarket.payouts.services import account_resume, alarm_resolve, payout_create_for_claims, payouts_due_sweep
from supermarket.payouts.work import payouts_work_until_idle
from supermarket.users.models import Role
from tests.payouts.bank import Bank
from tests.payouts.batch_bank import BatchBank
from tests.payouts.factory import CITY, NAMES, officer, released_claims
from tests.payouts.test_audit import seal

pytestmark = pytest.mark.django_db(transaction=True)
Backup = Callable[[], Callable[[], None]]


def administer(*statements: str) -> None:
    """On the server's own database, with nobody connected to ours."""
    connection.close()
    told = connection.get_connection_params() | {"dbname": "postgres"}
    wanted = {key: told[key] for key in ("dbname", "user", "password", "host", "port") if told.get(key)}
    with psycopg.connect(**wanted, autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


@pytest.fixture
def backup() -> Iterator[Backup]:
    """Makes a backup; what it gives back puts it in the place of the database."""
    name = connection.settings_dict["NAME"]
    copy = f"{name}_backup"

    def make() -> Callable[[], None]:
        administer(f'DROP DATABASE IF EXISTS "{copy}"', f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
        return lambda: administer(f'DROP DATABASE "{name}" WITH (FORCE)', f'ALTER DATABASE "{copy}" RENAME TO "{name}"')

    yield make
    administer(f'DROP DATABASE IF EXISTS "{copy}"')


def person_looks() -> None:
    alarm_resolve(alarm=Alarm.objects.get(kind="restored"), actor=officer(), resolution="与银行核对无误")
    for account in PayerAccount.objects.all():
        account_resume(account=account, actor=officer())


def future_is_lost(bank: Bank, backup: Backup, settings: Settings) -> None:
    """One payment done, one written and not sent, one due: then the backup. The bank carries out all of it, and another
    one that the backup knows nothing of; then the backup comes back, on the next day."""
    released_claims([1_00])
    payouts_work_until_idle()
    released_claims([2_00])
    payouts_due_sweep()
    sub_batches_prepare()
    released_claims([3_00])
    seal()
    restore = backup()
    released_claims([4_00])
    payouts_work_until_idle()
    seal()
    assert sorted(fen for _, fen in bank.booked()) == [1_00, 2_00, 3_00, 4_00]
    restore()
    settings.AS_OF = date(2023, 6, 16)


def held_as_strange(bank: Bank, backup: Backup, settings: Settings) -> Payout:
    """A new payout by the number and sum of the one that the backup knows nothing of: it is held."""
    future_is_lost(bank, backup, settings)
    (claim,) = released_claims([4_00])
    payouts_work_until_idle()
    person_looks()
    payouts_work_until_idle()
    return Payout.objects.get(claim=claim)


def test_without_the_guard_the_bank_pays_twice(
    city_bank: Bank, backup: Backup, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    future_is_lost(city_bank, backup, settings)
    monkeypatch.setattr(work, "restored_stop", lambda: None)
    payouts_work_until_idle()
    city_bank.advance(1)
    booked = [fen for _, fen in city_bank.booked()]
    assert booked.count(3_00) == 2


def test_what_was_forgotten_is_not_paid_again_and_not_lost(city_bank: Bank, backup: Backup, settings: Settings) -> None:
    future_is_lost(city_bank, backup, settings)
    payouts_work_until_idle()
    assert [each.amount_fen for each in Payout.objects.filter(state="settled")] == [1_00, 2_00]
    assert PayerAccount.objects.get().stopped["en"].startswith("The database is older than its anchor")
    person_looks()
    payouts_work_until_idle()
    assert set(Payout.objects.values_list("state", flat=True)) == {"settled"}
    released_claims([5_00])
    payouts_work_until_idle()
    city_bank.advance(1)
    payouts_work_until_idle()
    assert sorted(fen for _, fen in city_bank.booked()) == [1_00, 2_00, 3_00, 4_00, 5_00]
    assert Payout.objects.get(amount_fen=5_00).state == "settled"
    assert [item.amount_fen for item in suspense_open()] == [-4_00]  # whose claim is lost: a person sees it
    assert books_check() == []


def test_a_claim_that_has_the_number_of_a_lost_one_is_not_taken_for_it(
    city_bank: Bank, backup: Backup, settings: Settings
) -> None:
    """Made after the backup was put back and before it was noticed, for the same sum: the bank may mean the other."""
    payout = held_as_strange(city_bank, backup, settings)
    assert f"340200-{payout.claim_id}-1-1" in [end_to_end_id for end_to_end_id, _ in city_bank.booked()]
    assert payout.state == "held"
    assert payout.reason["en"].startswith("The bank knows an instruction of this number")


def test_two_people_adopt_the_payout_that_the_bank_means(city_bank: Bank, backup: Backup, settings: Settings) -> None:
    payout = held_as_strange(city_bank, backup, settings)
    maker, releaser = officer("maker", Role.FINANCE_MAKER), officer("releaser", Role.FINANCE_RELEASER)
    with pytest.raises(NothingProposedError):
        adoption_confirm(payout=payout, actor=releaser)
    clients = []
    for user in (maker, releaser):
        clients.append(Client(headers={"accept-language": "en"}))
        clients[-1].force_login(user)
    address = f"/desk/payouts/{payout.pk}/"
    assert b"The bank knows an instruction of this number" in clients[0].get(address).content
    clients[0].post(f"{address}adopt/", {"reason": "telephoned the bank: the same payee"})
    with pytest.raises(SecondPersonError):
        adoption_confirm(payout=payout, actor=maker)
    clients[1].post(f"{address}adopt/confirm/")
    payouts_work_until_idle()
    city_bank.advance(1)
    payouts_work_until_idle()
    payout.refresh_from_db()
    assert payout.state == "settled"
    assert [fen for _, fen in city_bank.booked()].count(4_00) == 1
    move = payout.moves.get(from_state="held")
    assert move.actor == releaser and "telephoned the bank" in move.reason["en"]
    assert books_check() == []
    with pytest.raises(NothingProposedError):
        adoption_propose(payout=payout, reason="again", actor=maker)


def test_nothing_leaves_while_the_bank_cannot_be_asked_what_it_did(
    city_bank: Bank, backup: Backup, settings: Settings
) -> None:
    settings.BANK_TIMEOUT_SECONDS = 1
    future_is_lost(city_bank, backup, settings)
    city_bank.stop()
    payouts_work_until_idle()
    assert not Alarm.objects.filter(kind="restored").exists()
    account_resume(account=PayerAccount.objects.get(), actor=officer())
    payouts_work_until_idle()
    assert PayerAccount.objects.get().stopped
    assert SubBatch.objects.filter(state="instructed").count() == 1


def test_a_file_that_was_put_out_is_not_put_out_again(tmp_path: Path, backup: Backup, settings: Settings) -> None:
    """The bank of files cannot be asked; what it put in lies in the archive, and what went out in `sent`."""
    settings.BANK_FOLDER_SETTLE_SECONDS = settings.PAYOUT_LOOK_UP_SECONDS = 0
    channel = Channel.objects.create(code="files", rail="batch-file", address=str(tmp_path))
    PayerAccount.objects.create(payer=CITY, channel=channel, name=NAMES[CITY], number="34", bank_code="102362000012")
    bank = BatchBank(tmp_path, "34", 10**9)
    settings.AS_OF = date(2023, 6, 15)
    released_claims([1_00])
    payouts_due_sweep()
    sub_batches_prepare()
    first, second = released_claims([2_00, 3_00])
    seal()
    restore = backup()
    payout_create_for_claims(claims=[first.pk])
    payouts_work_until_idle()
    bank.work()
    payouts_work_until_idle()
    payout_create_for_claims(claims=[second.pk])
    payouts_work_until_idle()
    bank.work()  # the return files of this pass wait in the folder
    seal()
    restore()
    payouts_work_until_idle()
    person_looks()
    payouts_work_until_idle()
    assert bank.work() == 0
    assert sorted(fen for _, fen in bank.paid) == [1_00, 2_00, 3_00]
    assert [payout.state for payout in Payout.objects.all()] == ["settled"] * 3
    assert PayoutAttempt.objects.exclude(debit_reference="").count() == 3


def test_an_anchor_of_another_chain_stops_nothing(city_bank: Bank) -> None:
    released_claims([1_00])
    payouts_work_until_idle()
    sealed: AuditBlock = seal()
    line = {"day": "2023-06-16", "number": sealed.number + 5, "digest": "f" * 64, "chain": "e" * 64}
    with (Path(settings.ANCHOR_DIR) / "2099-01-01.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")
    released_claims([2_00])
    payouts_work_until_idle()
    assert len(city_bank.booked()) == 2
    assert not restored.restored()
