"""Payee accounts: only the beneficiary's own, never in the clear, and no stranger diverts money unseen."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from enterprises.accounts import (
    AccountDraft,
    account_frozen,
    account_hold_lift,
    account_opened,
    account_pending,
    account_usable,
)
from enterprises.errors import AccountRefusedError
from enterprises.models import Beneficiary, PayeeAccount
from supermarket.claims.accounts import hold_ends, payee_account_enter
from supermarket.claims.errors import NotAllowedError, NotRepresentedError
from supermarket.notices.models import Notice
from supermarket.notices.texts import NoticeKind
from supermarket.users.models import Representation, User

pytestmark = pytest.mark.django_db
NUMBER, OTHER = "6222021307000012345", "6222021307000054321"


@pytest.fixture
def owner(firm: Beneficiary, user: Callable[[str], User]) -> User:
    owner = user("representative")
    Representation.objects.create(user=owner, beneficiary=firm, since=date(2020, 1, 1))
    return owner


def enter(firm: Beneficiary, actor: User, number: str = NUMBER, **changes: str) -> PayeeAccount:
    values = {"holder_name": firm.name, "number": number, "bank_code": "102362000012", "bank_name": "工商银行芜湖分行"}
    draft = AccountDraft(**(values | changes))
    return payee_account_enter(beneficiary=firm, draft=draft, actor=actor, reauthenticated_at=timezone.now())


def test_the_first_account_is_used_at_once_and_never_stored_in_the_clear(firm: Beneficiary, owner: User) -> None:
    account = enter(firm, owner, "6222 0213-0700 0012345")
    assert account_usable(beneficiary=firm) == account
    assert account.number_masked == "***************2345"
    assert account_opened(account_frozen(account)) == (firm.name, NUMBER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(account)::text FROM enterprises_payeeaccount account")
        assert NUMBER not in cursor.fetchone()[0]


def test_a_change_is_held_and_told(firm: Beneficiary, owner: User) -> None:
    first, changed = enter(firm, owner), enter(firm, owner, OTHER)
    assert account_usable(beneficiary=firm) == first and account_pending(beneficiary=firm) == changed
    assert account_usable(beneficiary=firm, at=changed.usable_from) == changed
    (notice,) = Notice.objects.all()
    assert (notice.kind, notice.key) == (NoticeKind.ACCOUNT_CHANGED, f"account:{changed.pk}")
    assert notice.values["account"] == changed.number_masked


def test_three_working_days_over_a_holiday() -> None:
    thursday_before_the_holidays = datetime(2023, 4, 27, 9, tzinfo=UTC)  # then 28 April, 4 and 5 May
    assert hold_ends(thursday_before_the_holidays) == timezone.make_aware(datetime(2023, 5, 6))  # noqa: DTZ001


def test_only_another_official_lifts_the_hold(firm: Beneficiary, owner: User, user: Callable[[str], User]) -> None:
    enter(firm, owner)
    changed = enter(firm, owner, OTHER)
    with pytest.raises(AccountRefusedError, match="somebody else"):
        account_hold_lift(account=changed, actor=owner)
    account_hold_lift(account=changed, actor=user("finance_maker"))
    assert account_usable(beneficiary=firm) == changed
    with pytest.raises(AccountRefusedError, match="not on hold"):
        account_hold_lift(account=changed, actor=user("finance_maker"))


def test_a_second_change_replaces_the_one_on_hold(firm: Beneficiary, owner: User) -> None:
    enter(firm, owner)
    second, third = enter(firm, owner, OTHER), enter(firm, owner, "6222021307000099999")
    assert account_pending(beneficiary=firm) == third
    second.refresh_from_db()
    assert second.retired_at is not None
    assert account_usable(beneficiary=firm, at=third.usable_from) == third


def test_a_wrong_account_is_refused_with_every_reason(firm: Beneficiary, owner: User) -> None:
    with pytest.raises(AccountRefusedError) as refused:
        enter(firm, owner, "12", holder_name="芜湖乙有限公司", bank_code="1023", bank_name=" ")
    assert set(refused.value.problems) == {"number", "bank_code", "bank_name", "holder_name"}
    assert not PayeeAccount.objects.exists()


def test_brackets_and_width_do_not_make_another_name(firm: Beneficiary, owner: User) -> None:
    Beneficiary.objects.filter(pk=firm.pk).update(name="芜湖甲（集团）有限公司")
    firm.refresh_from_db()
    enter(firm, owner, holder_name="芜湖甲(集团) 有限公司")
    assert PayeeAccount.objects.filter(beneficiary=firm).count() == 1


def test_strangers_and_stale_sessions_change_nothing(
    firm: Beneficiary, owner: User, user: Callable[[str], User]
) -> None:
    with pytest.raises(NotRepresentedError):
        enter(firm, user("person"))
    draft = AccountDraft(firm.name, NUMBER, "102362000012", "工商银行芜湖分行")
    with pytest.raises(NotAllowedError, match="password"):
        payee_account_enter(
            beneficiary=firm, draft=draft, actor=owner, reauthenticated_at=timezone.now() - timedelta(minutes=11)
        )
    assert not PayeeAccount.objects.exists()
