"""Real threads at one recovery: two payments of the beneficiary at the same moment set off what is owed once."""

import threading
from typing import Any

import pytest
from django.db import connection

from supermarket.claims.models import Claim, Recovery, Repayment
from supermarket.claims.recoveries import offsets
from supermarket.payouts.checks import books_check
from supermarket.payouts.creation import payout_create_for_claims
from supermarket.payouts.models import Payout
from tests.claims.test_races import at_once
from tests.payouts.test_recoveries import asked_back, release, settled

__all__ = ["settled"]

pytestmark = pytest.mark.django_db(transaction=True)


def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: everybody has read the recovery before anybody writes it."""
    all_have_read = threading.Barrier(2)

    def read(recovery: Recovery) -> Recovery:
        rows = Recovery.objects.select_related("claim__beneficiary", "claim__policy_version")
        found = rows.get(pk=recovery.pk)
        all_have_read.wait(30)
        return found

    monkeypatch.setattr(offsets, "recovery_lock", read)


@pytest.mark.parametrize("guard", ["without the lock", "with the lock"])
def test_two_payments_at_once_set_off_what_is_owed_once(
    guard: str, settled: Claim, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    recovery = asked_back(settled, 400_00)
    claims = [release(300_00, to=settled) for _ in range(2)]
    if guard == "without the lock":
        unlocked(monkeypatch)
    results = at_once(*(lambda pk=claim.pk: payout_create_for_claims(claims=[pk]) for claim in claims))
    failed = [result for result in results if isinstance(result, Exception)]
    set_off = sum(Repayment.objects.values_list("amount_fen", flat=True))
    if guard == "without the lock":
        assert failed, "the control: both want to keep back 300, and what is left stops the second one's payment"
        return
    assert failed == []
    assert set_off == 400_00
    recovery.refresh_from_db()
    assert recovery.state == "recovered"
    assert list(Payout.objects.values_list("amount_fen", flat=True)) == [200_00]
    # The first claim was paid without a bank in this test: its payout is not there to be compared.
    assert [problem for problem in books_check() if "settled payouts" not in problem] == []
    assert not connection.in_atomic_block
