"""The way of the money, from a released claim to the bank's statement, through a bank on a real socket."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from supermarket.claims.models import Claim, ClaimInstalment
from supermarket.ledger.models import Appropriation
from supermarket.ledger.selectors import account_balance_fen
from supermarket.payouts.checks import books_check
from supermarket.payouts.errors import PayoutStateError
from supermarket.payouts.models import Alarm, Payout, PayoutAttempt, PayoutMove, SubBatch, SuspenseItem
from supermarket.payouts.selectors import payouts_report, payouts_with_a_person
from supermarket.payouts.services import payout_give_up, payout_hold, payout_release, sub_batch_withdraw
from supermarket.payouts.work import payouts_work, payouts_work_until_idle
from tests.payouts.bank import Bank
from tests.payouts.factory import CITY, CLOSED, JINGHU, officer, payee, payer_account, released_claims

pytestmark = pytest.mark.django_db(transaction=True)
WHY = {"zh": "复核", "en": "second look"}


def states() -> list[str]:
    return list(Payout.objects.order_by("pk").values_list("state", flat=True))


def claim_states() -> list[str]:
    return list(Claim.objects.order_by("pk").values_list("state", flat=True))


def test_three_claims_one_with_a_closed_account(city_bank: Bank) -> None:
    released_claims([100_00, 200_00, 300_00], numbers={1: CLOSED})
    payouts_work_until_idle()
    assert states() == ["settled", "returned", "settled"]
    assert claim_states() == ["paid", "paying", "paid"]
    assert payouts_with_a_person().get().reason["zh"].startswith("账户已销户")
    assert [amount_fen for _, amount_fen in city_bank.booked()] == [100_00, 300_00]
    city_bank.advance(1)
    payouts_work_until_idle()
    account = payer_account()
    assert account_balance_fen("bank", account.number) == city_bank.balance_fen(f"P{CITY}")
    assert account_balance_fen("outstanding", account.number) == 0
    assert account_balance_fen("expense", CITY) == 400_00
    assert not SuspenseItem.objects.exists()
    assert not Alarm.objects.exists()
    assert books_check() == []


def test_the_report_names_every_instruction(city_bank: Bank) -> None:
    (claim,) = released_claims([200_00], numbers={0: CLOSED})
    payouts_work_until_idle()
    mend(claim)
    payouts_work_until_idle()
    (row,) = payouts_report()
    assert row["end_to_end_ids"] == [f"340200-{claim.pk}-1-1", f"340200-{claim.pk}-1-2"]
    assert (row["state"], row["amount_fen"], row["policy"]) == ("settled", 200_00, "wuhu-tech-sme-rd")
    assert row["beneficiary"] == claim.beneficiary.code


def mend(claim: Claim) -> None:
    Claim.objects.filter(pk=claim.pk).update(account=payee("6222021307001234567"))
    payout_release(payout=Payout.objects.get(claim=claim), actor=officer(), reason=WHY)


def test_a_mended_account_gets_a_new_instruction(city_bank: Bank) -> None:
    (claim,) = released_claims([200_00], numbers={0: CLOSED})
    payouts_work_until_idle()
    mend(claim)
    payouts_work_until_idle()
    assert states() == ["settled"]
    assert city_bank.booked() == [(f"340200-{claim.pk}-1-2", 200_00)]
    assert [attempt.account["number_masked"] for attempt in PayoutAttempt.objects.order_by("number")] == [
        "****0003",
        "****4567",
    ]
    assert books_check() == []


def test_money_that_comes_back_days_later(city_bank: Bank) -> None:
    """退票: paid, given back by the creditor's bank, mended, paid again."""
    city_bank.behave(f"P{CITY}", "return-later", days=1, reason="AC04")
    (claim,) = released_claims([200_00])
    payouts_work_until_idle()
    assert claim_states() == ["paid"]
    city_bank.advance(2)
    payouts_work_until_idle()
    assert states() == ["returned"]
    assert claim_states() == ["paying"]
    assert books_check() == []
    city_bank.behave(f"P{CITY}", "accept")
    mend(claim)
    payouts_work_until_idle()
    city_bank.advance(5)
    payouts_work_until_idle()
    assert states() == ["settled"]
    assert account_balance_fen("bank", payer_account().number) == city_bank.balance_fen(f"P{CITY}")
    assert account_balance_fen("expense", CITY) == 200_00
    assert books_check() == []


def test_the_lead_pays_all_and_the_city_owes_its_share(city_bank: Bank) -> None:
    """City 40 %, district 60 %, the odd fen with the lead."""
    released_claims([1_01], shares={CITY: 40, JINGHU: 60}, lead=JINGHU)
    payouts_work_until_idle()
    assert [amount for _, amount in city_bank.booked()] == [1_01]
    assert account_balance_fen("expense", JINGHU) == 61
    assert account_balance_fen("due_from", f"{CITY}>{JINGHU}") == 40
    assert dict(Appropriation.objects.values_list("payer", "spent_fen")) == {CITY: 40, JINGHU: 61}


def test_a_claim_whose_last_part_is_dropped_is_paid(city_bank: Bank) -> None:
    (claim,) = released_claims([100_00])
    parts: dict[str, Any] = {"claim": claim, "amount_fen": 100_00, "due_on": date(2023, 6, 15), "rule_index": 0}
    ClaimInstalment.objects.create(**parts, number=1, released_at=timezone.now())
    last = ClaimInstalment.objects.create(**parts, number=2)
    payouts_work_until_idle()
    assert claim_states() == ["paying"]
    ClaimInstalment.objects.filter(pk=last.pk).update(dropped_because=WHY)
    payouts_work_until_idle()
    assert claim_states() == ["paid"]


def test_one_bad_row_waits_and_the_others_go(city_bank: Bank) -> None:
    claims = released_claims([1_00, 2_00, 3_00])
    Claim.objects.filter(pk=claims[1].pk).update(account={**payee("1"), "holder_name": "  "})
    Claim.objects.filter(pk=claims[2].pk).update(account={**payee("1"), "number_encrypted": "garbage"})
    payouts_work_until_idle()
    assert states() == ["settled", "held", "held"]
    assert "户名" in Payout.objects.get(claim=claims[1]).reason["zh"]


def test_work_done_twice_is_done_once(city_bank: Bank) -> None:
    released_claims([1_00, 2_00])
    for _ in range(3):
        payouts_work_until_idle()
    assert [amount for _, amount in city_bank.booked()] == [1_00, 2_00]
    assert PayoutAttempt.objects.count() == 2


def test_held_and_given_up(city_bank: Bank) -> None:
    claims = released_claims([1_00, 2_00])
    payouts_due(claims)
    payout_hold(payout=Payout.objects.get(claim=claims[0]), actor=officer(), reason=WHY)
    payouts_work_until_idle()
    assert states() == ["held", "settled"]
    payout_give_up(payout=Payout.objects.get(claim=claims[0]), actor=officer(), reason=WHY)
    assert Appropriation.objects.get().reserved_fen == 0
    with pytest.raises(PayoutStateError):
        payout_give_up(payout=Payout.objects.get(claim=claims[1]), actor=officer(), reason=WHY)
    assert books_check() == []


def payouts_due(claims: list[Claim]) -> None:
    from supermarket.payouts.services import payout_create_for_claims

    assert payout_create_for_claims(claims=[claim.pk for claim in claims]) == len(claims)


def test_what_has_not_left_can_be_taken_back(city_bank: Bank) -> None:
    from supermarket.payouts.preparation import sub_batches_prepare

    payouts_due(released_claims([1_00, 2_00]))
    sub_batches_prepare()
    assert sub_batch_withdraw(sub_batch=SubBatch.objects.get(), actor=officer(), reason=WHY)
    payouts_work_until_idle()
    assert city_bank.booked() == []
    assert states() == ["held", "held"]
    assert Appropriation.objects.get().reserved_fen == 3_00
    payout_release(payout=Payout.objects.first(), actor=officer(), reason=WHY)
    payouts_work_until_idle()
    assert sub_batch_withdraw(sub_batch=SubBatch.objects.last(), actor=officer(), reason=WHY) is False
    assert [amount for _, amount in city_bank.booked()] == [1_00]
    assert books_check() == []


def test_every_move_has_who_when_and_why(city_bank: Bank) -> None:
    (claim,) = released_claims([200_00], numbers={0: CLOSED})
    payouts_work_until_idle()
    mend(claim)
    payouts_work_until_idle()
    moves = list(PayoutMove.objects.order_by("pk").values_list("from_state", "to_state", "actor__username"))
    assert moves == [
        ("", "due", None),
        ("due", "paying", None),
        ("paying", "returned", None),
        ("returned", "due", "finance"),
        ("due", "paying", None),
        ("paying", "settled", None),
    ]
    assert PayoutMove.objects.get(to_state="returned").reason["en"].startswith("the account is closed")


def test_the_product_never_asks_the_oracle(city_bank: Bank) -> None:
    city_bank.behave(f"P{CITY}", "silent")
    released_claims([1_00])
    for _ in range(3):
        payouts_work()
    asked = city_bank.requests()
    assert "/payments" in asked
    assert not [path for path in asked if path.startswith("/_mock/payments")]
