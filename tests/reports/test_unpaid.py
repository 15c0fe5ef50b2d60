"""Everybody who was entitled and is not paid stands in the report, each with the reason that is his."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from supermarket.claims.models import Claim
from supermarket.ledger.models import Appropriation
from supermarket.payouts.creation import payouts_due_sweep
from supermarket.payouts.models import Payout
from supermarket.payouts.services import payout_hold
from supermarket.reports.unpaid import unpaid_totals
from supermarket.templatetags.store import queue_place
from supermarket.users.models import Role, User
from tests.claims.people import DAY, account_of, firms_settle, user_named
from tests.claims.test_runs import AUTOMATIC, Publish, approved, prepared, release
from tests.enterprises.files import Town
from tests.payouts.factory import JINGHU, payer_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def everything(town: Town, publish: Publish, grant: Callable[..., Appropriation], settings: Any) -> list[Claim]:
    """Of one run: held, returned, released without a payer's account, without an account, short of money."""
    settings.AS_OF = DAY
    publish("award", **AUTOMATIC)
    grant("340200", 100_000_000)
    grant("340207", 240_000)
    grant(JINGHU, 3 * 240_000)
    payer_account(JINGHU)
    firms = firms_settle(town, [40] * 5, areas=dict.fromkeys(range(3), JINGHU), accounts=False)
    for firm in (*firms[:2], firms[3]):
        account_of(firm)
    release(approved(prepared()))
    payouts_due_sweep()
    claims = list(Claim.objects.order_by("beneficiary__code"))
    payout_hold(payout=Payout.objects.get(claim=claims[0]), actor=user_named("finance_maker"), reason={"zh": "x"})
    returned = Payout.objects.get(claim=claims[1])
    for state in ("paying", "returned"):
        Payout.objects.filter(pk=returned.pk).update(state=state, moved_at=timezone.now())
    return claims


def test_every_reason_is_told(everything: list[Claim]) -> None:
    found = {each.why.value: (each.count, each.amount_fen) for each in unpaid_totals()}
    assert found == {
        "held": (1, 400_000),
        "returned": (1, 400_000),
        "no_account": (1, 400_000),
        "no_payer_account": (1, 400_000),
        "no_money": (1, 400_000),
    }
    assert unpaid_totals(department="别的局") == []


def test_the_page_the_workbook_and_the_command_say_the_same(everything: list[Claim], tmp_path: Path) -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.create(username="audit", role=Role.AUDITOR))
    page = client.get("/desk/money/unpaid/").content.decode()
    assert "5 claims" in page
    assert "the bank gave it back" in page
    held = client.get("/desk/money/unpaid/?why=held&policy=award").content.decode()
    assert everything[0].beneficiary.name in held
    assert everything[1].beneficiary.name not in held
    assert b"".join(client.get("/desk/money/unpaid.xlsx").streaming_content).startswith(b"PK")
    said, path = StringIO(), tmp_path / "unpaid.xlsx"
    call_command("ledger", "unpaid", "-o", str(path), "--language", "en", stdout=said)
    assert "no_payer_account" in said.getvalue()
    rows = list(openpyxl.load_workbook(path)["Claims"].iter_rows(values_only=True))[1:]
    assert [row[6] for row in rows] == ["4000.00"] * 5
    assert len({row[7] for row in rows}) == 5


def test_whoever_waits_is_told_his_place(everything: list[Claim]) -> None:
    waiting = Claim.objects.get(waits_for_money=True)
    assert queue_place(waiting) == 1
