"""What cannot be paid is refused where the button was, in the reader's language, and nothing half-done stays."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from enterprises.models import Beneficiary, PayeeAccount
from policies.models import PolicyVersion
from supermarket.claims.models import Claim, ClaimExclusion, ClaimItem, ClaimMove, ClaimShare, Evidence
from supermarket.ledger.models import Appropriation, Reservation
from tests.claims.conftest import FUNDING, grant, user
from tests.claims.people import firms_settle, owner_of
from tests.claims.test_applying import HIRES, hires
from tests.enterprises.files import Town

__all__ = ["grant", "user"]
pytestmark = pytest.mark.django_db
LANGUAGES = {"zh-hans": 0, "en": 1}
TABLES = (Claim, ClaimMove, ClaimShare, ClaimItem, ClaimExclusion, Evidence, Reservation)
ONE_CLICK: dict[str, Any] = {"delivery": "apply_and_enjoy", "funding": {**FUNDING, "when_short": "stop"}}
Publish = Callable[..., PolicyVersion]
Grant = Callable[..., Appropriation]


def refused(firm: Beneficiary, words: tuple[str, str], **form: str) -> None:
    """The click of its owner, in both languages: the sentence stands in the page, and no table has a new row."""
    before = [table.objects.count() for table in TABLES]
    free = list(Appropriation.objects.order_by("pk").values_list("reserved_fen", flat=True))
    given = {"policy": "award", "period": "2023", "commitment": "on", "idempotency_key": "refused", **form}
    for language, place in LANGUAGES.items():
        browser = Client(headers={"accept-language": language, "hx-request": "true"})
        browser.force_login(owner_of(firm))
        page = browser.post(f"/my/{firm.code}/apply/", {key: value for key, value in given.items() if value})
        assert page.status_code == 200
        assert 'role="alert"' in page.content.decode()
        assert words[place] in page.content.decode()
    assert [table.objects.count() for table in TABLES] == before
    assert list(Appropriation.objects.order_by("pk").values_list("reserved_fen", flat=True)) == free


def test_an_exhausted_appropriation(town: Town, publish: Publish, grant: Grant) -> None:
    publish("award", **ONE_CLICK)
    grant("340207", 10_000_000)
    grant("340200", 399_999)
    (firm,) = firms_settle(town, [40])
    refused(firm, ("资金额度已用完", "The money is used up"))


def test_a_missing_commitment(town: Town, publish: Publish) -> None:
    publish("award", **ONE_CLICK)
    (firm,) = firms_settle(town, [40])
    refused(firm, ("请先阅读并接受信用承诺", "Read and accept the credit commitment first"), commitment="")


def test_no_account_that_can_be_used(town: Town, publish: Publish) -> None:
    publish("award", **ONE_CLICK)
    (firm,) = firms_settle(town, [40], accounts=False)
    refused(firm, ("没有可用的收款账户", "There is no account to pay to"))


def test_an_account_in_another_name_is_not_taken(town: Town) -> None:
    (firm,) = firms_settle(town, [40], accounts=False)
    owner = owner_of(firm)
    owner.set_password("a password of its owner")
    owner.save()
    form = {"holder_name": "芜湖别家有限公司", "number": "6222021307012345678", "bank_code": "102362000012"}
    form |= {"bank_name": "工商银行芜湖分行", "password": "a password of its owner"}
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(owner)
    page = browser.post(f"/my/{firm.code}/account/", form, follow=True).content.decode()
    assert 'role="alert"' in page
    assert "registered name" in page
    assert not PayeeAccount.objects.exists()


def test_a_policy_that_is_closed(town: Town, publish: Publish, settings: Any) -> None:
    publish("award", **ONE_CLICK, in_force={"from": "2023-01-01", "until": "2023-03-31"}, pay_until="2023-05-31")
    publish("later", **ONE_CLICK, apply={"from": "2023-09-01", "until": "2023-12-31"})
    (firm,) = firms_settle(town, [40])
    refused(firm, ("不在有效期", "it is not in force"))
    refused(firm, ("不在申领时间内", "takes no claim"), policy="later")


def test_a_hire_that_another_firm_has_claimed(town: Town, publish: Publish, grant: Grant) -> None:
    publish("award", **HIRES)
    for payer in ("340207", "340200"):
        grant(payer, 10_000_000)
    first, second = firms_settle(town, [40, 40])
    hires(town, (1, 77), (2, 77))
    owner = Client()
    owner.force_login(owner_of(first))
    form = {"policy": "award", "period": "2023", "commitment": "on", "idempotency_key": "first"}
    owner.post(f"/my/{first.code}/apply/", form)
    assert Claim.objects.get().beneficiary == first
    refused(second, ("每项只能用一次", "each counts once"))
    assert Claim.objects.count() == 1
