"""A run at the desk by three people: each takes his step and no other, and the page shows what the list comes to."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from policies.models import PolicyVersion
from supermarket.claims.models import Claim, Run
from supermarket.claims.runs.background import runs_prepare
from supermarket.users.models import Role
from tests.claims.conftest import FUNDING
from tests.claims.people import firms_settle, owner_of
from tests.enterprises.files import Town
from tests.payouts.factory import appropriation

SignIn = Callable[..., Client]
Publish = Callable[..., PolicyVersion]
MINUTES = {"minutes_number": "党组会〔2023〕8号", "minutes_on": "2023-06-15"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def city(town: Town, publish: Publish) -> None:
    """Two of three firms are entitled to 100 yuan a head; the money is there."""
    publish("award", funding=FUNDING, amount="insured_headcount * 100", notice={"days": 5, "unit": "working_days"})
    for payer in ("340200", "340207"):
        appropriation(payer, 100_000_000, "science")
    firms_settle(town, [40, 30, 29])


@pytest.fixture
def run(city: None, sign_in: SignIn) -> Run:
    """Opened at the desk, matched and screened in the background."""
    response = sign_in(Role.FINANCE_MAKER).post("/desk/runs/new/", {"offer": "award 2023"})
    run = Run.objects.get()
    assert response["Location"] == f"/desk/runs/{run.pk}/"
    assert runs_prepare() == 1
    assert runs_prepare() == 0
    run.refresh_from_db()
    return run


def step(client: Client, run: Run, name: str, **given: str) -> int:
    return client.post(f"/desk/runs/{run.pk}/{name}/", given).status_code


def state(run: Run) -> str:
    return Run.objects.get(pk=run.pk).state


def decided(sign_in: SignIn, run: Run) -> str:
    step(sign_in(Role.FINANCE_MAKER), run, "decide", **MINUTES)
    assert state(run) == "decided"
    return Run.objects.get(pk=run.pk).list_hash


def test_three_people_bring_a_run_to_the_notice(sign_in: SignIn, run: Run) -> None:
    maker, head = sign_in(Role.FINANCE_MAKER), sign_in(Role.HEAD)
    page = maker.get(f"/desk/runs/{run.pk}/").content.decode()
    assert "Enter the collective decision" in page
    list_hash = decided(sign_in, run)
    assert list_hash[:16] in head.get(f"/desk/runs/{run.pk}/").content.decode()
    step(head, run, "approve", list_hash=list_hash)
    assert state(run) == "on_notice"
    notice = Client(headers={"accept-language": "en"}).get("/notices/award/2023/").content.decode()
    assert "4,000" in notice
    assert "3,000" in notice


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (Role.HEAD, "decide"),
        (Role.FINANCE_MAKER, "approve"),
        (Role.FINANCE_MAKER, "release"),
        (Role.HEAD, "release"),
        (Role.AUDITOR, "cancel"),
        (Role.EDITOR, "decide"),
    ],
)
def test_nobody_takes_anothers_step(sign_in: SignIn, run: Run, role: Role, name: str) -> None:
    assert step(sign_in(role), run, name, reason="x", payment_order_number="1", **MINUTES) == 403
    assert state(run) == "screened"


def test_a_head_of_another_department_does_not_approve(sign_in: SignIn, run: Run) -> None:
    list_hash = decided(sign_in, run)
    assert step(sign_in(Role.HEAD, department="芜湖市商务局"), run, "approve", list_hash=list_hash) == 403
    assert state(run) == "decided"


def test_another_list_than_the_one_seen_is_not_approved(sign_in: SignIn, run: Run) -> None:
    decided(sign_in, run)
    head = sign_in(Role.HEAD)
    step(head, run, "approve", list_hash="0" * 64)
    assert state(run) == "decided"
    assert 'class="error"' in head.get(f"/desk/runs/{run.pk}/").content.decode()


def test_without_minutes_nothing_is_decided(sign_in: SignIn, run: Run) -> None:
    step(sign_in(Role.FINANCE_MAKER), run, "decide", minutes_number="", minutes_on="soon")
    assert state(run) == "screened"


def test_money_is_not_released_before_the_notice_is_over(sign_in: SignIn, run: Run) -> None:
    step(sign_in(Role.HEAD), run, "approve", list_hash=decided(sign_in, run))
    releaser = sign_in(Role.FINANCE_RELEASER)
    step(releaser, run, "release", payment_order_number="支付令2023-77")
    assert state(run) == "on_notice"
    assert "notice is not over" in releaser.get(f"/desk/runs/{run.pk}/").content.decode()


def test_a_run_is_opened_once(sign_in: SignIn, run: Run) -> None:
    response = sign_in(Role.FINANCE_MAKER).post("/desk/runs/new/", {"offer": "award 2023"})
    assert response.status_code == 422
    assert f"run {run.pk}" in response.content.decode()


def test_the_list_is_taken_away_as_a_file(sign_in: SignIn, run: Run) -> None:
    response = sign_in(Role.AUDITOR).get(f"/desk/runs/{run.pk}/list/")
    lines = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 3
    assert lines[1].endswith("400000")


def test_what_moves_asks_again_and_stops_when_it_is_over(sign_in: SignIn, run: Run) -> None:
    maker = sign_in(Role.FINANCE_MAKER)
    assert "every 2s" not in maker.get(f"/desk/runs/{run.pk}/", headers=HTMX).content.decode()
    Run.objects.filter(pk=run.pk).update(paused=True)
    assert "Resume" in maker.get(f"/desk/runs/{run.pk}/").content.decode()


def test_the_agenda_tells_each_his_next_step(sign_in: SignIn, run: Run) -> None:
    assert "<b>1</b> Runs to be decided" in sign_in(Role.FINANCE_MAKER).get("/desk/").content.decode()
    decided(sign_in, run)
    assert "<b>1</b> Runs to approve" in sign_in(Role.HEAD).get("/desk/").content.decode()


@pytest.fixture
def awaiting(city: None, publish: Publish, sign_in: SignIn, run: Run) -> Claim:
    """A claim that waits for its beneficiary's word."""
    step(sign_in(Role.HEAD), run, "approve", list_hash=decided(sign_in, run))
    claim = Claim.objects.order_by("id")[0]
    changes: dict[str, Any] = {"state": "awaiting_confirmation", "confirm_until": "2023-07-01"}
    Claim.objects.filter(pk=claim.pk).update(moved_at=claim.moved_at.replace(microsecond=1), **changes)
    return claim


def test_the_beneficiary_confirms_sum_and_account(awaiting: Claim) -> None:
    owner = Client(headers={"accept-language": "en"})
    owner.force_login(owner_of(awaiting.beneficiary))
    address = f"/my/{awaiting.beneficiary.code}/claims/{awaiting.pk}/"
    assert "Please confirm" in owner.get(address).content.decode()
    owner.post(f"{address}confirm/")
    awaiting.refresh_from_db()
    assert awaiting.state == "confirmed"
    assert awaiting.account is not None


def test_the_beneficiary_may_say_no(awaiting: Claim) -> None:
    owner = Client()
    owner.force_login(owner_of(awaiting.beneficiary))
    owner.post(f"/my/{awaiting.beneficiary.code}/claims/{awaiting.pk}/waive/")
    awaiting.refresh_from_db()
    assert awaiting.state == "waived"
