"""Real threads on real transactions. Each race opens with its negative control: the same race without the guard."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from pytest_django.fixtures import Settings

from enterprises.models import Beneficiary
from enterprises.secrets import keyed_hash
from supermarket.claims import holders
from supermarket.claims.applying import claim_apply
from supermarket.claims.errors import ClaimError, WrongStateError
from supermarket.claims.holders import entries_under
from supermarket.claims.models import Claim, ClaimItem, ExclusionHolder, Run
from supermarket.claims.runs import background
from supermarket.claims.runs.preparing import run_match, run_start
from supermarket.claims.runs.releasing import run_cancel
from supermarket.ledger.models import Appropriation, Reservation
from tests.claims.conftest import FUNDING
from tests.claims.people import DAY, firms_settle, owner_of, user_named
from tests.claims.test_applying import HIRES, ONE_CLICK, Grant, Publish, exclusion, hires
from tests.enterprises.files import Town

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db: None, tmp_path: Path) -> Town:
    return Town(tmp_path)


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Run all jobs at the same moment on connections of their own; what each returned, or the error it met."""
    barrier = threading.Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def work(number: int, job: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[number] = job()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(number, job)) for number, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def click(firm: Beneficiary, policy: str = "award", key: str | None = None) -> Callable[[], Claim]:
    owner = owner_of(firm)
    return lambda: claim_apply(
        beneficiary=firm,
        policy_code=policy,
        period="2023",
        actor=owner,
        commitment_accepted=True,
        idempotency_key=key,
        day=DAY,
    )


@contextmanager
def without_index(name: str) -> Iterator[None]:
    """Takes a guard away, and the claims of the control with it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        definition = cursor.fetchone()[0]
        cursor.execute(f"DROP INDEX {name}")
        try:
            yield
        finally:
            cursor.execute("TRUNCATE claims_claim, ledger_reservation CASCADE")
            cursor.execute(definition)


@contextmanager
def without_locks(monkeypatch: pytest.MonkeyPatch, keys: list[tuple[str, str]], threads: int) -> Iterator[None]:
    """Holders are made, not locked, and everybody has read before anybody writes."""
    rows = ExclusionHolder.objects.bulk_create(ExclusionHolder(group=group, holder=holder) for group, holder in keys)
    ids = {(row.group, row.holder): row.pk for row in rows}
    all_have_read = threading.Barrier(threads)

    def entries(wanted: Any) -> Any:
        found = entries_under(wanted)
        all_have_read.wait(30)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(holders, "holders_lock", lambda wanted: {key: ids[key] for key in wanted})
        patch.setattr(holders, "items_taken", lambda wanted: {})
        patch.setattr(holders, "entries_under", entries)
        yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE claims_claim, ledger_reservation CASCADE")


def test_eight_clicks_in_eight_tabs_are_one_claim(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    publish("award", **ONE_CLICK)
    (firm,) = firms_settle(town, [40])
    with without_index("claim_once_while_alive"):
        at_once(*[click(firm)] * 4)
        assert Claim.objects.count() > 1
    results = at_once(*[click(firm, key="same")] * 4, *[click(firm, key=f"other {n}") for n in range(4)])
    claims = [result for result in results if isinstance(result, Claim)]
    refused = [result for result in results if isinstance(result, ClaimError)]
    assert len(claims) + len(refused) == 8, results
    assert {claim.pk for claim in claims} == {Claim.objects.get().pk}
    assert {error.code for error in refused} <= {"already-claimed"}
    assert Reservation.objects.count() == 2


def test_two_awards_of_a_group_at_once_bring_the_higher_in_all(
    town: Town, publish: Publish, money: list[Appropriation], monkeypatch: pytest.MonkeyPatch
) -> None:
    awards = {"low": "3000", "middle": "4000", "high": "5000"}
    for code, amount in awards.items():
        publish(code, **exclusion(), amount=amount)
    (firm,) = firms_settle(town, [40])
    with without_locks(monkeypatch, [("awards", firm.code)], threads=3):
        at_once(*(click(firm, code) for code in awards))
        assert total_fen() == 1_200_000
    at_once(*(click(firm, code) for code in awards))
    assert total_fen() == 500_000


def total_fen() -> int:
    return sum(Claim.objects.values_list("amount_fen", flat=True))


def test_one_hire_claimed_by_many_firms_at_once_counts_once(
    town: Town, publish: Publish, money: list[Appropriation], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("award", **HIRES)
    firms = firms_settle(town, [40] * 5)
    hires(town, *((number, 77) for number in range(1, 6)), *((number, number) for number in range(1, 6)))
    with without_index("item_used_once_while_alive"):
        keys = [("hire-subsidy", identity_stored(person)) for person in (77, 1, 2, 3, 4, 5)]
        with without_locks(monkeypatch, keys, threads=5):
            at_once(*(click(firm) for firm in firms))
            assert total_fen() == 100_000 * 10
    results = at_once(*(click(firm) for firm in firms))
    assert all(isinstance(result, Claim) for result in results), results
    assert total_fen() == 100_000 * 6
    assert ClaimItem.objects.count() == 6


def identity_stored(person: int) -> str:
    return keyed_hash(f"34020219900101{person:04d}", purpose="identity")


def test_many_firms_at_one_appropriation_never_exceed_it(town: Town, publish: Publish, grant: Grant) -> None:
    publish("award", **ONE_CLICK)
    city, district = grant("340200", 4 * 400_000 - 1), grant("340207", 100_000_000)
    firms = firms_settle(town, [40] * 8)
    results = at_once(*(click(firm) for firm in firms))
    assert all(isinstance(result, Claim) for result in results), results
    released = Claim.objects.filter(state="released").count()
    assert released == 3 and Claim.objects.filter(waits_for_money=True, state="submitted").count() == 5
    for appropriation, reserved in ((city, 3 * 400_000), (district, 3 * 600_000)):
        appropriation.refresh_from_db()
        assert appropriation.reserved_fen == reserved


def test_a_run_is_prepared_by_one_at_a_time(
    town: Town, publish: Publish, money: list[Appropriation], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """An official's command and the worker's sweep come by the same run in the same moment."""
    settings.AS_OF = DAY
    publish("award", funding=FUNDING)
    firms_settle(town, [40])

    def matches_meet(seconds: float) -> None:
        both_at_it = threading.Barrier(2, timeout=seconds)

        def match(**given: Any) -> Run:
            with suppress(threading.BrokenBarrierError):  # nobody else comes
                both_at_it.wait()
            return run_match(**given)

        monkeypatch.setattr(background, "run_match", match)

    matches_meet(30)
    maker = user_named("finance_maker")
    with monkeypatch.context() as patch:
        patch.setattr(background, "alone", lambda name, key, wait=False: nullcontext(True))
        run = run_start(policy_code="award", period="2023", actor=maker)
        twice = [lambda: background.run_prepare(run=Run.objects.get(pk=run.pk), actor=maker)] * 2
        results = at_once(*twice)
        assert any(isinstance(result, WrongStateError) for result in results), results
    run_cancel(run=Run.objects.get(), reason="again", actor=maker)
    matches_meet(0.5)
    again = run_start(policy_code="award", period="2023", actor=maker)
    results = at_once(lambda: background.run_prepare(run=again, actor=maker), background.runs_prepare)
    assert isinstance(results[0], Run) and results[1] in (0, 1), results
    assert (results[0].state, results[0].counts["eligible"]) == ("screened", 1)
