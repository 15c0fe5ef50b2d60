"""What payers owe each other, month by month: to the fen, settled by two persons, and in the end nothing."""

from calendar import monthrange
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supermarket.ledger.dues import due_months, due_settle_ask, due_settle_confirm
from supermarket.ledger.errors import AlreadyDecidedError, AmountNotPositiveError, DueExceededError, NotForYouError
from supermarket.ledger.journal import account
from supermarket.ledger.models import DueSettlement, JournalEntry, Posting
from supermarket.ledger.selectors import account_balance_fen, trial_balance
from supermarket.users.models import User

pytestmark = pytest.mark.django_db
CITY, DISTRICT, COUNTY = "340200", "340207", "340281"


def laid_out(payer: str, lead: str, amount_fen: int, month: int = 6) -> None:
    """The lead has paid a share of the other payer; negative: the bank gave it back."""
    at = datetime(2023, month, monthrange(2023, month)[1], 17, tzinfo=UTC)  # the first of the next month in Wuhu
    entry = JournalEntry.objects.create(key=uuid4().hex, kind="paid" if amount_fen > 0 else "returned", at=at)
    legs = ((account("due_from", f"{payer}>{lead}"), amount_fen), (account("outstanding", lead), -amount_fen))
    Posting.objects.bulk_create(Posting(entry=entry, account=each, amount_fen=fen) for each, fen in legs)


def ask(officer: User, amount_fen: int, month: str = "2023-07", **more: Any) -> DueSettlement:
    given = {"payer": CITY, "lead": DISTRICT, "document": "财预〔2023〕7号", "key": uuid4().hex, **more}
    return due_settle_ask(month=month, amount_fen=amount_fen, actor=officer, **given)


def test_a_month_is_settled_in_parts_by_two_persons(officer: User, checker: User) -> None:
    laid_out(CITY, DISTRICT, 1_000)
    laid_out(CITY, DISTRICT, -300)
    laid_out(CITY, DISTRICT, 50, month=7)
    with pytest.raises(DueExceededError, match=r"7\.00"):
        ask(officer, 701)
    with pytest.raises(AmountNotPositiveError):
        ask(officer, 0)
    with pytest.raises(NotForYouError):
        ask(checker, 1)
    part = ask(officer, 200)
    with pytest.raises(NotForYouError):
        due_settle_confirm(settlement=part, actor=officer)
    due_settle_confirm(settlement=part, actor=checker)
    with pytest.raises(AlreadyDecidedError):
        due_settle_confirm(settlement=part, actor=checker)
    months = [(due.month, due.laid_out_fen, due.returned_fen, due.settled_fen, due.open_fen) for due in due_months()]
    assert months == [("2023-07", 1_000, 300, 200, 500), ("2023-08", 50, 0, 0, 50)]
    assert account_balance_fen("expense", CITY) == 200
    assert account_balance_fen("due_from", f"{CITY}>{DISTRICT}") == 550


def test_two_requests_never_settle_more_than_is_due(officer: User, checker: User) -> None:
    laid_out(CITY, DISTRICT, 1_000)
    first, second = ask(officer, 600), ask(officer, 600)
    due_settle_confirm(settlement=first, actor=checker)
    with pytest.raises(DueExceededError, match=r"4\.00"):
        due_settle_confirm(settlement=second, actor=checker)
    second.refresh_from_db()
    assert (second.state, second.entry) == ("asked", None)


EVENT = st.tuples(
    st.sampled_from([(CITY, DISTRICT), (CITY, COUNTY), (DISTRICT, CITY)]), st.integers(1, 10**10), st.integers(1, 11)
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EVENT, max_size=12), st.lists(st.integers(1, 99), min_size=12, max_size=12))
def test_settled_in_any_parts_nothing_is_due_and_each_has_borne_his_share(
    officer: User, checker: User, events: list[tuple[tuple[str, str], int, int]], cuts: list[int]
) -> None:
    with transaction.atomic():
        owed: Counter[str] = Counter()
        for (payer, lead), fen, month in events:
            laid_out(payer, lead, fen, month)
            owed[payer] += fen
        for due, cut in zip(list(due_months()), cuts, strict=False):
            parts = [due.open_fen * cut // 100, due.open_fen - due.open_fen * cut // 100]
            for fen in filter(None, parts):
                request = ask(officer, fen, due.month, payer=due.payer, lead=due.lead)
                due_settle_confirm(settlement=request, actor=checker)
        assert sum(due.open_fen for due in due_months()) == 0
        assert all(account_balance_fen("expense", payer) == fen for payer, fen in owed.items())
        assert sum(balance.amount_fen for balance in trial_balance()) == 0
        transaction.set_rollback(True)
