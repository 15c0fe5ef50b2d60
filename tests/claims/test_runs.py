"""A run from match to release by three people; what leaves it, what stops it, and that nothing is half-done."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from enterprises.models import Beneficiary
from policies.models import PolicyVersion
from supermarket.claims import errors
from supermarket.claims.confirming import claim_confirm, claim_waive
from supermarket.claims.evidence import evidence_replay
from supermarket.claims.models import Claim, Run
from supermarket.claims.runs.approval import run_approve
from supermarket.claims.runs.deciding import run_decide
from supermarket.claims.runs.listing import area_totals, list_digest, payer_totals
from supermarket.claims.runs.notice import run_advance, run_remind
from supermarket.claims.runs.preparing import run_match, run_start
from supermarket.claims.runs.releasing import run_cancel, run_pause, run_release, run_resume, run_supplement
from supermarket.claims.runs.screening import run_screen
from supermarket.claims.states import ClaimState, RunState
from supermarket.ledger.errors import AppropriationExhaustedError
from supermarket.ledger.models import Appropriation, Reservation
from supermarket.matching.catalogue import store_catalogue
from tests.claims.conftest import FUNDING
from tests.claims.people import DAY, account_of, firms_settle, owner_of, user_named
from tests.claims.test_applying import hires
from tests.enterprises.files import KEY, Town

pytestmark = pytest.mark.django_db
Publish = Callable[..., PolicyVersion]
Grant = Callable[..., Appropriation]
AUTOMATIC: dict[str, Any] = {"funding": FUNDING, "amount": "insured_headcount * 100"}


@pytest.fixture(autouse=True)
def the_day(settings: Any) -> None:
    settings.AS_OF = DAY


@pytest.fixture
def money(grant: Grant) -> list[Appropriation]:
    return [grant(payer, 100_000_000) for payer in ("340200", "340207", "340281")]


def prepared(policy: str = "award", period: str = "2023") -> Run:
    run = run_start(policy_code=policy, period=period, actor=user_named("editor"))
    run = run_match(run=run, actor=user_named("editor"))
    return run_screen(run=run, actor=user_named("editor"))


def decide(run: Run) -> Run:
    return run_decide(run=run, minutes_number="党组会〔2023〕8号", minutes_on=DAY, actor=user_named("editor"))


def approved(run: Run) -> Run:
    run = decide(run)
    return run_approve(run=run, list_hash=run.list_hash, actor=user_named("head"))


def release(run: Run, day: date = DAY) -> Run:
    return run_release(run=run, payment_order_number="支付令2023-77", actor=user_named("finance_releaser"), day=day)


def states(run: Run | None = None) -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Claim.objects.filter(**({} if run is None else {"run": run})).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def claim_of(firm: Beneficiary) -> Claim:
    return Claim.objects.get(beneficiary=firm)


def test_who_never_applied_is_found_listed_approved_and_released(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **AUTOMATIC)
    firms = firms_settle(town, [40, 30, 29, None, 55], areas={4: "340281"})
    run = prepared()
    assert run.counts == {"population": 5, "eligible": 3, "unknown": 1, "claimed_before": 0}
    assert states(run) == {"submitted": 3}
    totals = [(total.payer, total.count, total.amount_fen, total.short_fen) for total in payer_totals(run)]
    assert totals == [("340200", 3, 390_000, 0), ("340207", 2, 420_000, 0), ("340281", 1, 440_000, 0)]
    assert area_totals(run) == [("340207", 2, 700_000), ("340281", 1, 550_000)]
    run = approved(run)
    assert (run.state, run.list_count, run.list_total_fen) == (RunState.APPROVED, 3, 1_250_000)
    assert Reservation.objects.count() == 6
    run = release(run)
    assert run.state == RunState.RELEASED and states(run) == {"released": 3}
    assert [move.to_state for move in run.moves.all()] == [
        "drafted", "matched", "screened", "decided", "approved", "released"
    ]  # fmt: skip
    claim = claim_of(firms[0])
    assert claim.account is not None and claim.account["holder_name"] == firms[0].name
    for evidence in (each.evidence.get() for each in run.claims.all()):
        replay = evidence_replay(evidence, store_catalogue())
        assert replay.intact and replay.same


def test_nobody_is_listed_twice_and_who_has_claimed_is_passed_over(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **AUTOMATIC)
    firms_settle(town, [40, 40])
    run = prepared()
    with pytest.raises(errors.RunExistsError, match=f"run {run.pk}"):
        run_start(policy_code="award", period="2023", actor=user_named("editor"))
    run_cancel(run=run, actor=user_named("editor"), reason="名单有误")
    assert states() == {"withdrawn": 2}
    again = prepared()
    assert again.counts["claimed_before"] == 0 and states(again) == {"submitted": 2}


def test_matching_and_screening_go_on_after_a_crash(
    town: Town, publish: Publish, money: list[Appropriation], monkeypatch: pytest.MonkeyPatch
) -> None:
    from supermarket.claims.runs import screening

    publish("award", **AUTOMATIC)
    firms_settle(town, [40] * 5)
    monkeypatch.setattr(screening, "CHUNK", 2)
    run = run_start(policy_code="award", period="2023", actor=user_named("editor"))
    run_match(run=run, actor=None)
    Run.objects.filter(pk=run.pk)  # the process dies here: the state is moved, the claims are drafted
    assert screening.screen_chunk(run, screening.run_snapshot(run), store_catalogue(), None)
    assert states(run) == {"submitted": 2, "drafted": 3}
    run_screen(run=run, actor=None)
    assert states(run) == {"submitted": 5}


def test_the_dishonest_the_cancelled_and_the_excluded_are_screened_out_with_the_reason(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    rule = {"exclusions": [{"group": "hire-subsidy", "per": "item", "window": "ever", "rule": "once"}]}
    items = {"from": "hires", "key": "identity", "where": "labour_contract_signed"}
    publish("award", **{**AUTOMATIC, **rule, "items": items, "eligibility": "count(items) >= 1"})
    good, dishonest, cancelled, late = firms_settle(town, [40] * 4)
    hires(town, (1, 11), (2, 22), (3, 33), (4, 11))
    column = "列入严重失信名单"
    town.deliver("credit", [KEY, column], [dishonest.code, "是"], as_of="2023-06-01")
    Beneficiary.objects.filter(pk=cancelled.pk).update(cancelled_on=date(2023, 5, 1))
    run = prepared()
    assert run.counts["refused"] == {"screened-out": 2, "item-used": 1}
    assert states(run) == {"submitted": 1, "refused": 3} and claim_of(good).state == "submitted"
    reasons = [claim_of(firm).reason for firm in (dishonest, cancelled, late)]
    for reason, word in zip(reasons, ("严重失信", "注销", "只能用一次"), strict=True):
        assert reason is not None and word in reason["zh"]


def test_three_people_and_exactly_the_list_that_was_seen(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **AUTOMATIC)
    firms_settle(town, [40, 40])
    run = decide(prepared())
    maker = user_named("editor")
    with pytest.raises(errors.NotAllowedError, match="head"):
        run_approve(run=run, list_hash=run.list_hash, actor=user_named("reviewer"))
    type(maker).objects.filter(pk=maker.pk).update(role="head")
    with pytest.raises(errors.NotAllowedError, match="maker"):
        run_approve(run=run, list_hash=run.list_hash, actor=type(maker).objects.get(pk=maker.pk))
    with pytest.raises(errors.ListChangedError):
        run_approve(run=run, list_hash="0" * 64, actor=user_named("head"))
    first = run.claims.earliest("pk")
    Claim.objects.filter(pk=first.pk).update(amount_fen=999)  # somebody tampers with the list
    with pytest.raises(errors.ListChangedError):
        run_approve(run=run, list_hash=run.list_hash, actor=user_named("head"))
    Claim.objects.filter(pk=first.pk).update(amount_fen=400_000)
    run = run_approve(run=run, list_hash=run.list_hash, actor=user_named("head"))
    with pytest.raises(errors.WrongStateError):
        run_approve(run=run, list_hash=run.list_hash, actor=user_named("head"))
    for name in ("editor", "head", "finance_maker"):
        with pytest.raises(errors.NotAllowedError):
            run_release(run=run, payment_order_number="1", actor=user_named(name), day=DAY)
    with pytest.raises(errors.NotAllowedError, match="payment order"):
        run_release(run=run, payment_order_number=" ", actor=user_named("finance_releaser"), day=DAY)
    assert states(run) == {"approved": 2}


def test_a_decision_needs_minutes_and_somebody_on_the_list(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **AUTOMATIC)
    firms_settle(town, [10])
    run = prepared()
    with pytest.raises(errors.NotAllowedError, match="minutes"):
        run_decide(run=run, minutes_number=" ", minutes_on=DAY, actor=user_named("editor"))
    with pytest.raises(errors.NotAllowedError, match="nobody"):
        decide(run)


def test_only_automatic_policies_run_and_only_a_demo_shortens_terms(
    town: Town, publish: Publish, settings: Any
) -> None:
    publish("award", **AUTOMATIC)
    publish("click", delivery="apply_and_enjoy")
    with pytest.raises(errors.PolicyNotClaimableError):
        run_start(policy_code="click", period="2023", actor=user_named("editor"))
    with pytest.raises(errors.PeriodClosedError, match="2023"):
        run_start(policy_code="award", period="2021", actor=user_named("editor"))
    settings.SAMPLES = False
    with pytest.raises(errors.NotAllowedError, match="demo"):
        run_start(policy_code="award", period="2023", actor=user_named("editor"), options={"notice_days": 0})


NOTICED = {**AUTOMATIC, "notice": {"days": 5, "unit": "working_days"}}
CONFIRMED = {**NOTICED, "confirmation": {"required": True, "silence": "lapse"}}


def test_notice_then_confirmation_then_release(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    publish("award", **CONFIRMED)
    yes, no, silent, _ = firms_settle(town, [40, 40, 40, 10])
    run = approved(prepared())
    assert (run.state, run.notice_from, run.notice_until) == (RunState.ON_NOTICE, DAY, date(2023, 6, 21))
    with pytest.raises(errors.NotAllowedError, match="notice"):
        release(run)
    assert run_advance(run=run, day=date(2023, 6, 21)).state == RunState.ON_NOTICE
    run = run_advance(run=run, day=date(2023, 6, 25))
    assert run.state == RunState.CONFIRMING and states(run) == {"awaiting_confirmation": 3}
    claim_confirm(claim=claim_of(yes), actor=owner_of(yes))
    claim_waive(claim=claim_of(no), actor=owner_of(no))
    assert [run_remind(run=run) for _ in range(4)] == [1, 1, 1, 0]
    assert claim_of(silent).reminders.count() == 3
    with pytest.raises(errors.NotAllowedError, match="1 have not confirmed"):
        release(run, date(2023, 6, 26))
    assert run.confirm_until is not None
    run = run_advance(run=run, day=run.confirm_until + timedelta(days=1))
    run = release(run, run.confirm_until + timedelta(days=1))  # type: ignore[operator]
    assert [claim_of(firm).state for firm in (yes, no, silent)] == ["released", "waived", "lapsed"]
    assert Reservation.objects.filter(stage="reserved").count() == 2
    money[1].refresh_from_db()
    assert money[1].reserved_fen == 240_000


def test_the_silent_are_reminded_in_time_and_once_each_day(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **CONFIRMED)
    yes, silent = firms_settle(town, [40, 40])
    run = run_advance(run=approved(prepared()), day=date(2023, 6, 25))
    claim_confirm(claim=claim_of(yes), actor=owner_of(yes))
    assert run.confirm_until is not None
    reminded = []
    for before in (10, 9, 8, 5, 2, 0):
        for _ in range(2):  # the sweeper comes more than once a day
            run_advance(run=run, day=run.confirm_until - timedelta(days=before))
        reminded.append(claim_of(silent).reminders.count())
    assert reminded == [0, 1, 1, 2, 3, 3]
    assert claim_of(yes).reminders.count() == 0


def test_silence_may_mean_yes(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    publish("award", **{**AUTOMATIC, "confirmation": {"required": True, "silence": "accept"}})
    with_account, without = firms_settle(town, [40, 40], accounts=False)
    account_of(with_account)
    run = approved(prepared())
    assert run.state == RunState.CONFIRMING and run.confirm_until is not None
    run_advance(run=run, day=run.confirm_until + timedelta(days=1))
    assert [claim_of(firm).state for firm in (with_account, without)] == ["confirmed", "lapsed"]


def test_who_has_no_account_leaves_the_run_and_is_paid_by_a_supplementary_one(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **AUTOMATIC)
    with_account, without = firms_settle(town, [40, 40], accounts=False)
    account_of(with_account)
    run = release(approved(prepared()))
    claim = claim_of(without)
    assert (claim.state, claim.run, claim.left_run) == ("awaiting_confirmation", None, run)
    assert claim.confirm_until == date(2024, 12, 31)
    with pytest.raises(errors.NotAllowedError, match="no claim waits"):
        run_supplement(parent=run, actor=user_named("editor"))
    account_of(without)
    claim_confirm(claim=claim, actor=owner_of(without))
    supplement = release(approved(run_supplement(parent=run, actor=user_named("editor"))))
    assert supplement.parent == run and claim_of(without).state == "released"
    assert Reservation.objects.filter(stage="reserved").count() == 4


def test_when_money_is_short_those_first_on_the_list_are_paid_and_nobody_overtakes(
    town: Town, publish: Publish, grant: Grant
) -> None:
    publish("award", **AUTOMATIC)
    grant("340200", 100_000_000)
    grant("340207", 600 * 600 + 600 * 300)
    grant("340281", 100_000_000)
    firms = firms_settle(town, [60, 50, 30, 40], areas={3: "340281"})
    run = approved(prepared())
    assert [claim_of(firm).waits_for_money for firm in firms] == [False, True, True, False]
    assert run.list_count == 2
    assert claim_of(firms[1]).left_run == run
    grant("340207", 100_000_000)
    supplement = approved(run_supplement(parent=run, actor=user_named("editor")))
    assert supplement.list_count == 2 and states(supplement) == {"approved": 2}


def test_a_policy_may_share_a_shortage(town: Town, publish: Publish, grant: Grant) -> None:
    publish("award", **{**AUTOMATIC, "funding": {**FUNDING, "when_short": "pro_rata"}})
    city, district = grant("340200", 100_000_000), grant("340207", 300_000)
    firms = firms_settle(town, [60, 40])
    run = approved(prepared())
    amounts = [claim_of(firm).amount_fen or 0 for firm in firms]
    assert amounts == [299_998, 199_998] and run.list_count == 2
    for claim in run.claims.all():
        latest = claim.evidence.latest("number")
        assert latest.number == 2 and evidence_replay(latest, store_catalogue()).same
    district.refresh_from_db(), city.refresh_from_db()
    assert 299_990 <= district.reserved_fen <= 300_000
    assert city.reserved_fen + district.reserved_fen == sum(amounts)


def test_a_policy_may_stop_when_money_is_short_or_there_is_none(town: Town, publish: Publish, grant: Grant) -> None:
    publish("award", **{**AUTOMATIC, "funding": {**FUNDING, "when_short": "stop"}})
    grant("340200", 100_000_000)
    firms_settle(town, [60, 40])
    run = prepared()
    with pytest.raises(errors.ListShortError, match="340207 lacks 6,000"):
        decide(run)
    grant("340207", 600_000)
    run = decide(run)
    assert run.state == RunState.DECIDED


def test_money_that_went_elsewhere_since_the_decision_stops_the_approval_whole(
    town: Town, publish: Publish, grant: Grant
) -> None:
    from supermarket.ledger.appropriations import appropriation_cut

    publish("award", **AUTOMATIC)
    grant("340200", 100_000_000)
    district = grant("340207", 600_000)
    firms_settle(town, [60, 40])
    run = decide(prepared())
    appropriation_cut(
        appropriation=district,
        amount_fen=1,
        document="调减",
        actor=user_named("finance_maker"),
        confirmed_by=user_named("finance_releaser"),
        key="cut",
    )
    with pytest.raises(AppropriationExhaustedError):
        run_approve(run=run, list_hash=run.list_hash, actor=user_named("head"))
    run.refresh_from_db()
    assert run.state == RunState.DECIDED and states(run) == {"submitted": 2} and not Reservation.objects.exists()


def test_a_pool_is_shared_out_to_the_last_fen(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    pool = {"total": "1000", "weight": "insured_headcount * 1"}
    publish("award", **{**AUTOMATIC, "amount": None, "pool": pool})
    firms = firms_settle(town, [30, 30, 41, 12])
    run = approved(prepared())
    amounts = [claim_of(firm).amount_fen for firm in firms[:3]]
    assert amounts == [29_703, 29_703, 40_594] and run.list_total_fen == 100_000
    for claim in run.claims.all():
        assert evidence_replay(claim.evidence.latest("number"), store_catalogue()).same


def test_cancel_withdraws_what_has_not_left_and_frees_the_money(
    town: Town, publish: Publish, money: list[Appropriation]
) -> None:
    publish("award", **AUTOMATIC)
    firms = firms_settle(town, [40, 40])
    run = release(approved(prepared()))
    gone = claim_of(firms[0])
    Claim.objects.filter(pk=gone.pk).update(state=ClaimState.PAYING, moved_at=gone.moved_at + timedelta(seconds=1))
    with pytest.raises(errors.NotAllowedError, match="why"):
        run_cancel(run=run, actor=user_named("editor"), reason="")
    run = run_cancel(run=run, actor=user_named("editor"), reason="数据有误")
    assert run.state == RunState.RELEASED and states(run) == {"paying": 1, "withdrawn": 1}
    assert Reservation.objects.filter(stage="reserved").count() == 2
    with pytest.raises(errors.NotAllowedError, match="left already"):
        run_cancel(run=run, actor=user_named("editor"), reason="数据有误")


def test_pause_and_resume(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    publish("award", **AUTOMATIC)
    firms_settle(town, [40])
    run = run_pause(run=approved(prepared()), actor=user_named("editor"))
    with pytest.raises(errors.NotAllowedError, match="paused"):
        release(run)
    run = run_resume(run=run, actor=user_named("editor"))
    assert release(run).state == RunState.RELEASED


def test_the_digest_of_a_list_sees_every_change(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    publish("award", **AUTOMATIC)
    firms_settle(town, [40, 50])
    run = prepared()
    seen = {list_digest(run).sha256}
    claim = run.claims.earliest("pk")
    Claim.objects.filter(pk=claim.pk).update(amount_fen=1)
    seen.add(list_digest(run).sha256)
    Claim.objects.filter(pk=claim.pk).update(amount_fen=claim.amount_fen, run=None)
    seen.add(list_digest(run).sha256)
    assert len(seen) == 3
