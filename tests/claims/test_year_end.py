"""The end of a fiscal year for those whose claims are on their way, and two runs at one appropriation."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from supermarket.claims import errors
from supermarket.claims.models import Claim, Run
from supermarket.claims.runs.approval import run_approve
from supermarket.claims.runs.releasing import run_supplement
from supermarket.claims.sweeping import queue_serve
from supermarket.claims.unpaid import Why, entitled_unpaid
from supermarket.claims.year_end import request_confirm
from supermarket.ledger.appropriations import next_year
from supermarket.ledger.asking import movement_ask
from supermarket.ledger.errors import AppropriationExhaustedError, AppropriationHeldError
from supermarket.ledger.models import Appropriation, AppropriationMovement, Reservation
from supermarket.ledger.selectors import appropriations_in_disorder
from supermarket.templatetags.store import queue_place
from tests.claims.people import DAY, firms_settle, user_named
from tests.claims.test_applying import apply
from tests.claims.test_runs import AUTOMATIC, NOTICED, Grant, Publish, approved, decide, prepared, release
from tests.enterprises.files import Town

pytestmark = pytest.mark.django_db
Kind = AppropriationMovement.Kind


@pytest.fixture(autouse=True)
def the_day(settings: Any) -> Any:
    settings.AS_OF = DAY
    yield
    assert appropriations_in_disorder() == []


def confirm(appropriation: Appropriation, kind: Kind, amount_fen: int = 0, **more: str) -> Appropriation:
    request = movement_ask(
        appropriation=appropriation,
        kind=kind,
        amount_fen=amount_fen,
        document="财企〔2023〕9号",
        actor=user_named("finance_maker"),
        key=uuid4().hex,
        **more,
    )
    return request_confirm(request=request, actor=user_named("finance_releaser"))


def test_reserved_claims_move_to_next_years_money_and_are_paid_from_it(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **NOTICED)
    firms_settle(town, [40, 50])
    run = approved(prepared())
    for appropriation in money:
        confirm(appropriation, Kind.CLOSED)
    after = list(Appropriation.objects.filter(fiscal_year=2024).order_by("payer"))
    assert [(each.granted_fen, each.reserved_fen) for each in after] == [(360_000, 360_000), (540_000, 540_000)]
    assert set(Reservation.objects.filter(stage="reserved").values_list("appropriation", flat=True)) == {
        each.pk for each in after
    }
    assert run.claims.count() == 2


def test_claims_set_free_stand_among_the_unpaid_and_go_on_with_new_money(
    town: Town, publish: Publish, money: list[Appropriation], settings: Any
) -> None:
    publish("award", **NOTICED)
    firms_settle(town, [40, 50])
    run = approved(prepared())
    for appropriation in money:
        confirm(appropriation, Kind.CLOSED, reserved_to="unpaid")
    assert not Reservation.objects.filter(stage="reserved").exists()
    assert [(each.why, each.count, each.amount_fen) for each in entitled_unpaid()] == [(Why.NO_MONEY, 2, 900_000)]
    settings.AS_OF = DAY.replace(year=2024, month=3)
    for appropriation in money:
        confirm(next_year(appropriation), Kind.GRANTED, 100_000_000)
    supplement = approved(run_supplement(parent=run, actor=user_named("editor")))
    assert supplement.list_count == 2
    assert Reservation.objects.filter(stage="reserved", appropriation__fiscal_year=2024).count() == 4
    assert entitled_unpaid() == []


def test_released_claims_keep_their_money(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    publish("award", **AUTOMATIC)
    firms_settle(town, [40])
    release(approved(prepared()))
    with pytest.raises(AppropriationHeldError, match="1 released"):
        confirm(money[1], Kind.CLOSED, reserved_to="unpaid")
    money[1].refresh_from_db()
    assert money[1].state == "open"


def test_a_closed_year_stops_a_list_with_a_message(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    publish("award", **{**AUTOMATIC, "funding": {**AUTOMATIC["funding"], "when_short": "stop"}})
    firms_settle(town, [40])
    run = prepared()
    for appropriation in money:
        confirm(appropriation, Kind.CLOSED)
    with pytest.raises(errors.ListShortError, match="340207 lacks 2,400"):
        decide(run)
    run.refresh_from_db()
    assert run.state == "screened"


def test_who_applied_and_was_set_free_is_served_when_money_comes(
    town: Town, publish: Publish, money: list[Appropriation], settings: Any
) -> None:
    publish("award", **{**NOTICED, "delivery": "apply_and_enjoy"})
    firm = firms_settle(town, [40])[0]
    claim = apply(firm, policy="award")
    assert claim.state == "on_notice"
    for appropriation in money:
        confirm(appropriation, Kind.CLOSED, reserved_to="unpaid")
    assert queue_serve() == 0
    settings.AS_OF = DAY.replace(year=2024, month=3)
    for appropriation in money:
        confirm(next_year(appropriation), Kind.GRANTED, 100_000_000)
    assert queue_serve() == 1
    claim.refresh_from_db()
    assert (claim.state, claim.waits_for_money) == ("on_notice", False)
    assert Reservation.objects.filter(stage="reserved").count() == 2


def test_the_queue_goes_on_in_its_order_when_money_is_added(town: Town, publish: Publish, grant: Grant) -> None:
    publish("award", **{**AUTOMATIC, "delivery": "apply_and_enjoy"})
    grant("340200", 100_000_000)
    district = grant("340207", 240_000)
    firms = firms_settle(town, [40, 50, 30])
    first, second, third = (apply(firm) for firm in firms)
    assert [claim.waits_for_money for claim in (first, second, third)] == [False, True, True]
    assert [queue_place(claim) for claim in (second, third)] == [1, 2]
    confirm(district, Kind.RAISED, 180_000)  # enough for the third, who does not overtake
    assert queue_serve() == 0
    confirm(district, Kind.RAISED, 120_000)
    assert queue_serve() == 1
    third.refresh_from_db()
    assert (third.waits_for_money, queue_place(third)) == (True, 1)


def at_once(*steps: Callable[[], Any]) -> list[str]:
    """Each in a thread of its own, begun together; the names of what they were refused with."""
    barrier, refused = threading.Barrier(len(steps)), []

    def go(step: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            step()
        except (AppropriationExhaustedError, errors.ClaimError) as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[step]) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def approve_naively(run: Run, barrier: threading.Barrier) -> Callable[[], None]:
    """What a reader of sums does: look whether it is enough, then take it."""

    def do() -> None:
        rows = Appropriation.objects.filter(payer="340207")
        free = rows.get().available_fen
        barrier.wait()
        if free >= 240_000:
            Claim.objects.filter(run=run).update(waits_for_money=False, left_run=run)

    return do


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_one_appropriation_never_exceed_it(town: Town, publish: Publish, grant: Grant) -> None:
    """The money is enough for one of the two lists. The control reads and then takes: it lets both through."""
    for code in ("award", "other"):
        publish(code, **{**AUTOMATIC, "exclusions": []})
    grant("340200", 100_000_000)
    district = grant("340207", 240_000)
    firms_settle(town, [40])
    runs = [decide(prepared(code)) for code in ("award", "other")]
    barrier = threading.Barrier(2)
    at_once(*(approve_naively(run, barrier) for run in runs))
    assert Claim.objects.exclude(left_run=None).count() == 2
    head = user_named("head")

    def approve(run: Run) -> Callable[[], Any]:
        return lambda: run_approve(run=run, list_hash=run.list_hash, actor=head)

    assert at_once(*map(approve, runs)) == ["appropriation-exhausted"]
    district.refresh_from_db()
    assert (district.reserved_fen, district.available_fen) == (240_000, 0)
    assert sorted(Run.objects.values_list("state", flat=True)) == ["approved", "decided"]


@pytest.mark.django_db(transaction=True)
def test_a_list_approved_by_two_clicks_is_approved_once(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **AUTOMATIC)
    firms_settle(town, [40])
    run = decide(prepared())
    head = user_named("head")
    click = lambda: run_approve(run=run, list_hash=run.list_hash, actor=head)  # noqa: E731
    assert at_once(click, click, click) == ["wrong-state"] * 2
    assert Reservation.objects.count() == 2
