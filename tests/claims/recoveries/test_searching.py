"""What changed finds every claim that rests on it, in chunks, after a crash too, and tries again what is not clear."""

from collections.abc import Callable
from typing import Any

import pytest

from enterprises.models import Delivery
from enterprises.services import delivery_withdraw, dispute_raise, dispute_uphold
from policies.models import PolicyVersion
from supermarket.claims.models import Recovery, RecoverySearch
from supermarket.claims.recoveries import opening, searching
from supermarket.claims.recoveries.searching import recoveries_search
from supermarket.claims.recoveries.selectors import undecided
from tests.claims.people import DAY, firms_settle
from tests.claims.recoveries.conftest import ONE_CLICK, Case, apply, pay
from tests.enterprises.files import KEY, Town

pytestmark = pytest.mark.django_db


def test_a_corrected_fact_that_nobody_followed_up_is_found(paid: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a crash between the correction and what follows from it."""
    monkeypatch.setattr(opening, "claims_resting_on", lambda *args, **options: [])
    dispute = dispute_raise(
        beneficiary=paid.firm, fact="insured_headcount", statement="多了", actor=None, reference=DAY
    )
    dispute_uphold(dispute=dispute, value=10, answer="属实", actor=None)
    assert not Recovery.objects.exists(), "the control: nothing follows by itself"
    assert recoveries_search() == 1
    assert Recovery.objects.get().amount_fen == 10_000_00
    assert recoveries_search() == 0 and recoveries_search() == 0
    assert Recovery.objects.count() == 1 and RecoverySearch.objects.get().done_at is not None


def test_a_withdrawn_delivery_is_gone_through_in_chunks_and_the_unclear_is_tried_again(
    town: Town, publish: Callable[..., PolicyVersion], money: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "AT_ONCE", 2)
    publish("award", **ONE_CLICK)
    firms = firms_settle(town, [40, 40, 40])
    for firm in firms:
        pay(apply(firm))
    delivery_withdraw(delivery=Delivery.objects.get(source__code="social_insurance"), actor=None, reason="口径有误")
    looked = [recoveries_search() for _ in range(3)]
    assert looked == [2, 1, 0] and not Recovery.objects.exists()
    assert len(undecided()) == 3 and "data are missing" in undecided()[0]["en"]
    rows: list[list[Any]] = [[firms[0].code, 40], [firms[1].code, 10], [firms[2].code, 10]]
    town.deliver("social_insurance", [KEY, "insured_headcount"], *rows, as_of="2023-06-01")
    recoveries_search()
    assert {recovery.claim.beneficiary for recovery in Recovery.objects.all()} == set(firms[1:])
    assert undecided() == []
