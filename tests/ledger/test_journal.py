"""Entries balance, stand once, and stay."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.db.utils import InternalError, ProgrammingError

from supermarket.ledger.errors import KeyReusedError
from supermarket.ledger.history import AppendOnly
from supermarket.ledger.journal import account, journal_post
from supermarket.ledger.models import JournalEntry, LedgerAccount, Posting

REFUSED = (InternalError, ProgrammingError)


@pytest.fixture
def accounts(db: None) -> tuple[LedgerAccount, LedgerAccount]:
    return account("bank", "1"), account("suspense", "1")


Accounts = tuple[LedgerAccount, LedgerAccount]


def test_an_entry_stands_once(accounts: Accounts) -> None:
    bank, suspense = accounts
    first = journal_post(key="k", kind="line", postings=[(bank, 5), (suspense, -5)])
    assert journal_post(key="k", kind="line", postings=[(suspense, -5), (bank, 5)]) == first
    assert Posting.objects.count() == 2
    with pytest.raises(KeyReusedError):
        journal_post(key="k", kind="line", postings=[(bank, 6), (suspense, -6)])


def test_an_entry_that_does_not_balance_is_refused(accounts: Accounts) -> None:
    bank, suspense = accounts
    with pytest.raises(IntegrityError, match="sum to zero"), transaction.atomic():
        journal_post(key="k", kind="line", postings=[(bank, 5), (suspense, -4)])
    assert not JournalEntry.objects.exists()


def test_two_wrong_entries_do_not_make_a_right_one(accounts: Accounts) -> None:
    """The sum over a statement is zero here, the sum of each entry is not."""
    bank, suspense = accounts
    entries = JournalEntry.objects.bulk_create([JournalEntry(key=key, kind="line") for key in "ab"])
    with pytest.raises(IntegrityError, match="sum to zero"):
        Posting.objects.bulk_create(
            [
                Posting(entry=entries[0], account=bank, amount_fen=5),
                Posting(entry=entries[1], account=suspense, amount_fen=-5),
            ]
        )


@pytest.mark.django_db(transaction=True)
def test_an_entry_does_not_grow_later() -> None:
    bank, suspense = account("bank", "1"), account("suspense", "1")
    entry = journal_post(key="k", kind="line", postings=[(bank, 5), (suspense, -5)])
    with pytest.raises(IntegrityError, match="does not grow"):
        Posting.objects.bulk_create(
            [Posting(entry=entry, account=bank, amount_fen=1), Posting(entry=entry, account=suspense, amount_fen=-1)]
        )


def histories() -> list[type[Model]]:
    return [model for model in apps.get_models() if issubclass(model, AppendOnly)]


@pytest.mark.parametrize("model", histories(), ids=lambda model: model._meta.label)
def test_a_history_cannot_be_emptied(model: type[Model], db: None) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")  # the tests' own clean-up has them off
    with pytest.raises(REFUSED, match="kept for ever"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_what_is_entered_stays(accounts: Accounts) -> None:
    bank, suspense = accounts
    journal_post(key="k", kind="line", postings=[(bank, 5), (suspense, -5)])
    for attempt in (
        lambda: Posting.objects.update(amount_fen=1),
        lambda: Posting.objects.all().delete(),
        lambda: JournalEntry.objects.update(kind="x"),
    ):
        with pytest.raises(REFUSED), transaction.atomic():
            attempt()
