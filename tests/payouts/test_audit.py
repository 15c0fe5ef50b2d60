"""Whoever changes the history is found out, though he may do anything to the database."""

import threading
import time

import pytest
from django.db import connection, transaction

from supermarket.ledger.journal import account, journal_post
from supermarket.payouts.audit import anchors_verify, blocks_seal, chain_verify
from supermarket.payouts.models import AuditBlock

pytestmark = pytest.mark.django_db(transaction=True)


def enter(key: str) -> None:
    journal_post(key=key, kind="test", postings=[(account("bank", "1"), 5), (account("suspense", "1"), -5)])


def seal() -> AuditBlock:
    """The next block: a seal waits for every transaction of the server that began before, other tests' too."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        block = blocks_seal()
        if block is not None:
            return block
        time.sleep(0.05)
    raise TimeoutError("a transaction runs on and on")


def as_master(statement: str) -> None:
    """What somebody with every right on the database can do."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'")  # no trigger fires
        cursor.execute(statement)


def test_a_sound_chain() -> None:
    for key in "abc":
        enter(key)
        seal()
    assert blocks_seal() is None
    assert list(chain_verify()) == []
    assert list(anchors_verify()) == []
    assert AuditBlock.objects.count() == 3


TAMPERING = [
    "UPDATE ledger_posting SET amount_fen = amount_fen * 2 WHERE entry_id = (SELECT min(id) FROM ledger_journalentry)",
    "UPDATE ledger_journalentry SET at = at + interval '1 day' WHERE key = 'a'",
    "DELETE FROM ledger_posting WHERE entry_id = (SELECT max(id) FROM ledger_journalentry)",
    "INSERT INTO ledger_journalentry (key, kind, reference, transaction_id)"
    " SELECT 'x', kind, reference, transaction_id FROM ledger_journalentry WHERE key = 'a'",
    "DELETE FROM payouts_auditblock WHERE number = 1",
    "UPDATE payouts_auditblock SET tables = '{}' WHERE number = 2",
]


@pytest.mark.parametrize("statement", TAMPERING)
def test_tampering_shows(statement: str) -> None:
    for key in "ab":
        enter(key)
        seal()
    as_master(statement)
    assert list(chain_verify()) != []


def test_a_chain_made_anew_differs_from_its_anchor() -> None:
    """Rewriting the seals too makes the chain consistent again: what lies outside tells."""
    enter("a")
    seal()
    as_master("UPDATE ledger_journalentry SET kind = 'forged'")
    as_master("DELETE FROM payouts_auditblock")
    seal()
    assert list(chain_verify()) == []
    assert list(anchors_verify()) != []


def test_a_row_that_commits_late_is_sealed_all_the_same() -> None:
    """Its id is lower than that of rows sealed before it: a chain that goes by ids would pass it over."""
    inserted, commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            enter("slow")
            inserted.set()
            commit.wait()
        connection.close()

    writer = threading.Thread(target=slow)
    account("bank", "1"), account("suspense", "1")
    writer.start()
    inserted.wait()
    enter("quick")
    first = blocks_seal()
    assert first is None or first.tables["ledger_journalentry"]["rows"] == 0  # it waits for the slow one
    commit.set()
    writer.join()
    second = seal()
    assert second.tables["ledger_journalentry"]["rows"] == 2
    assert list(chain_verify()) == []


def test_carried_into_another_server() -> None:
    """A restored dump counts transactions anew; old rows stay sealed, new ones are sealed, none twice."""
    enter("a")
    seal()
    enter("unsealed when the dump was made")
    old = "UPDATE payouts_auditblock SET database = 1, horizon_until = 5000000"
    as_master(f"{old}, horizon_from = 0")
    first = "(SELECT min(id) FROM ledger_journalentry)"
    for table, column in (("ledger_journalentry", "id"), ("ledger_posting", "entry_id")):
        as_master(f"UPDATE {table} SET transaction_id = CASE {column} WHEN {first} THEN 4000000 ELSE 6000000 END")
    restored_reseal()
    enter("written before anybody sealed again")
    seal()
    enter("b")
    enter("c")
    seal()
    entries = [block.tables["ledger_journalentry"]["rows"] for block in AuditBlock.objects.order_by("number")]
    assert entries == [1, 2, 2]
    assert list(chain_verify()) == []


def restored_reseal() -> None:
    """Make block 1 the seal that the old server would have made of what is in it now."""
    from supermarket.payouts.audit import block_digest, rows_digest

    block = AuditBlock.objects.get(number=1)
    for table, entry in block.tables.items():
        entry["rows"], entry["newest"], entry["sha256"] = rows_digest(table, block)
    block.digest = block_digest(block)
    AuditBlock.objects.filter(number=1).update(tables=block.tables, digest=block.digest)
