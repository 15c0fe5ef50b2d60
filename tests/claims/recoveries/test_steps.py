"""Noticed, objected to, paid back, set off, written off, referred: each in the books, each by who may."""

from collections.abc import Callable
from datetime import date

import pytest

from supermarket.claims.errors import ClaimError, NotRepresentedError, RepaidTooMuchError, WrongStateError
from supermarket.claims.models import Recovery, Repayment, RepaymentSlip
from supermarket.claims.recoveries.checks import recoveries_check
from supermarket.claims.recoveries.repaying import slip_confirm, slip_enter, slip_refuse
from supermarket.claims.recoveries.steps import (
    recovery_defer,
    recovery_notice,
    recovery_object,
    recovery_objection_decide,
    recovery_refer,
    write_off_approve,
    write_off_propose,
)
from supermarket.ledger.models import JournalEntry
from supermarket.ledger.selectors import account_balance_fen, trial_balance
from supermarket.notices.models import Notice
from supermarket.notices.selectors import inbox_line
from supermarket.users.models import User
from tests.claims.people import DAY, user_named
from tests.claims.recoveries.conftest import CITY, JIUJIANG, LATER, Case

pytestmark = pytest.mark.django_db
Users = Callable[[str], User]


def owed() -> dict[str, int]:
    return {payer: account_balance_fen("recoverable", payer) for payer in (CITY, JIUJIANG)}


def in_order() -> bool:
    return list(recoveries_check()) == [] and sum(each.amount_fen for each in trial_balance()) == 0


def repay(recovery: Recovery, fen: int, document: str = "收据1") -> Recovery:
    slip = slip_enter(
        recovery=recovery, amount_fen=fen, received_on=DAY, document=document, actor=user_named("finance_maker")
    )
    slip_confirm(slip=slip, actor=user_named("finance_releaser"))
    recovery.refresh_from_db()
    return recovery


def test_the_notice_tells_the_beneficiary_and_books_the_debt_by_payer(noticed: Recovery, paid: Case) -> None:
    assert noticed.due_on == date(2023, 7, 7)  # 15 working days over the dragon boat festival
    assert owed() == {CITY: 4_000_00, JIUJIANG: 6_000_00} and in_order()
    told = inbox_line(Notice.objects.get(kind="recovery_noticed"))
    assert told.about == f"recovery:{noticed.pk}" and told.beneficiary == paid.firm
    assert "10,000.00 元应当退还：两年内迁出。" in told.text["zh"] and str(noticed.due_on) in told.text["en"]


def test_it_is_paid_back_in_parts_and_the_payers_get_their_shares(noticed: Recovery) -> None:
    repay(noticed, 1_00_01)
    assert (noticed.state, noticed.left_fen) == ("repaying", 9_899_99)
    assert owed() == {CITY: 4_000_00 - 40_00, JIUJIANG: 6_000_00 - 60_01} and in_order()
    assert account_balance_fen("due_from", f"{CITY}>{JIUJIANG}") == -40_00
    assert account_balance_fen("expense", JIUJIANG) == -60_01
    assert account_balance_fen("funding", f"treasury:{JIUJIANG}") == 100_01
    repay(noticed, 9_899_99, "收据2")
    assert noticed.state == "recovered" and owed() == {CITY: 0, JIUJIANG: 0} and in_order()
    with pytest.raises(WrongStateError):
        repay(noticed, 1, "收据3")


def test_a_slip_counts_once_another_has_confirmed_it(noticed: Recovery, user: Users) -> None:
    def enter(**changes: object) -> RepaymentSlip:
        values = {
            "recovery": noticed,
            "amount_fen": 500_00,
            "received_on": DAY,
            "document": "收据1",
            "actor": user("finance_maker"),
        }
        return slip_enter(**(values | changes))  # type: ignore[arg-type]

    for bad in (0, -1, noticed.amount_fen + 1):
        with pytest.raises(RepaidTooMuchError):
            enter(amount_fen=bad)
    for problem in ({"document": " "}, {"received_on": LATER}):
        with pytest.raises(ClaimError):
            enter(**problem)
    slip = enter()
    assert account_balance_fen("recoverable", CITY) == 4_000_00, "one official moves nothing"
    with pytest.raises(ClaimError, match="entered already"):
        enter()
    with pytest.raises(ClaimError, match="another person"):
        slip_confirm(slip=slip, actor=user("finance_maker"))
    slip_confirm(slip=slip, actor=user("finance_releaser"))
    with pytest.raises(ClaimError, match="decided already"):
        slip_confirm(slip=slip, actor=user("finance_releaser"))
    with pytest.raises(ClaimError, match="decided already"):
        slip_refuse(slip=slip, actor=user("finance_releaser"))
    assert Repayment.objects.count() == 1
    refused = enter(document="收据2")
    slip_refuse(slip=refused, actor=user("finance_releaser"))
    assert Repayment.objects.count() == 1 and in_order()


def test_two_slips_that_are_too_much_together_are_not_both_confirmed(noticed: Recovery, user: Users) -> None:
    first, second = (
        slip_enter(
            recovery=noticed, amount_fen=6_000_00, received_on=DAY, document=f"收据{n}", actor=user("finance_maker")
        )
        for n in (1, 2)
    )
    slip_confirm(slip=first, actor=user("finance_releaser"))
    with pytest.raises(RepaidTooMuchError):
        slip_confirm(slip=second, actor=user("finance_releaser"))
    second.refresh_from_db()
    assert second.state == "entered", "nothing of it is half done"


def test_the_beneficiary_objects_and_another_official_answers(noticed: Recovery, paid: Case, user: Users) -> None:
    with pytest.raises(NotRepresentedError):
        recovery_object(recovery=noticed, text="没有迁出", actor=user("person"))
    with pytest.raises(ClaimError, match="term is over"):
        recovery_object(recovery=noticed, text="没有迁出", actor=paid.owner, day=LATER)
    objection = recovery_object(recovery=noticed, text="没有迁出", actor=paid.owner)
    with pytest.raises(ClaimError, match="waits for its answer"):
        recovery_object(recovery=noticed, text="没有迁出", actor=paid.owner)
    with pytest.raises(ClaimError, match="who opened it"):
        recovery_objection_decide(objection=objection, upheld=False, answer="已核实", actor=user("editor"))
    for bad in (noticed.amount_fen, 0, -1):
        with pytest.raises(ClaimError, match="less than the old one"):
            recovery_objection_decide(
                objection=objection, upheld=True, answer="部分成立", actor=user("head"), amount_fen=bad
            )
    row = recovery_objection_decide(
        objection=objection, upheld=True, answer="部分成立", actor=user("head"), amount_fen=2_500_01
    )
    assert (row.state, row.amount_fen) == ("noticed", 2_500_01)
    assert sum(owed().values()) == 2_500_01 and in_order()
    with pytest.raises(ClaimError, match="answered already"):
        recovery_objection_decide(objection=objection, upheld=False, answer="x", actor=user("head"))
    again = recovery_object(recovery=noticed, text="还是不对", actor=paid.owner)
    row = recovery_objection_decide(objection=again, upheld=True, answer="成立", actor=user("head"))
    assert row.state == "written_off" and owed() == {CITY: 0, JIUJIANG: 0} and in_order()
    last = inbox_line(Notice.objects.order_by("pk").last())  # type: ignore[arg-type]
    assert last.text["en"].endswith("To be paid back now: 0.00 yuan.")


def test_written_off_by_two_people_and_neither_of_them_opened_it(noticed: Recovery, user: Users) -> None:
    repay(noticed, 1_000_00)
    with pytest.raises(ClaimError, match="nobody has proposed"):
        write_off_approve(recovery=noticed, actor=user("head"))
    write_off_propose(recovery=noticed, text="企业已注销，无财产", actor=user("reviewer"))
    for same in ("reviewer", "editor"):  # who proposed it, who opened it
        with pytest.raises(ClaimError, match="another person"):
            write_off_approve(recovery=noticed, actor=user(same))
    row = write_off_approve(recovery=noticed, actor=user("head"))
    assert (row.state, row.repaid_fen) == ("written_off", 1_000_00)
    assert owed() == {CITY: 0, JIUJIANG: 0} and in_order()
    with pytest.raises(WrongStateError):
        write_off_propose(recovery=noticed, text="再核销", actor=user("reviewer"))


def test_referred_and_still_paid_back(noticed: Recovery, user: Users) -> None:
    row = recovery_refer(recovery=noticed, text="移送法院", actor=user("reviewer"))
    assert row.state == "referred" and sum(owed().values()) == 10_000_00
    assert repay(row, 10_000_00).state == "recovered" and in_order()


def test_a_later_day_can_be_agreed_and_an_earlier_one_cannot(noticed: Recovery, user: Users) -> None:
    assert noticed.due_on is not None
    with pytest.raises(ClaimError, match="later one"):
        recovery_defer(recovery=noticed, until=noticed.due_on, text="分期", actor=user("editor"))
    row = recovery_defer(recovery=noticed, until=LATER, text="分期", actor=user("editor"))
    assert (row.state, row.due_on) == ("repaying", LATER)


def test_a_notice_is_given_once(noticed: Recovery, user: Users) -> None:
    with pytest.raises(WrongStateError):
        recovery_notice(recovery=noticed, actor=user("editor"))
    assert JournalEntry.objects.filter(kind="recovery_noticed").count() == 1
    assert Notice.objects.filter(kind="recovery_noticed").count() == 1


def test_each_reference_has_its_check_digits() -> None:
    references = [Recovery(pk=pk).reference for pk in range(1, 2000)]
    assert len(set(references)) == len(references) and all(len(one) == 12 for one in references)
    assert all(int(one[2:]) % 97 == 1 for one in references)
