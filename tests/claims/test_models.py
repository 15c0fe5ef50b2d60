"""The database itself refuses what must not be, however it is written."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from enterprises.models import Beneficiary
from policies.models import PolicyVersion
from supermarket.claims.models import Claim, ClaimItem, ClaimMove, Run
from supermarket.claims.states import CLAIM_MOVES, RUN_MOVES, ClaimState, RunState
from supermarket.users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim_make(version: PolicyVersion, firm: Beneficiary) -> Callable[..., Claim]:
    def make(**fields: Any) -> Claim:
        values = {
            "policy": version.policy,
            "policy_version": version,
            "beneficiary": firm,
            "period": "2023",
            "amount_fen": 100,
            "created_at": timezone.now(),
            "moved_at": timezone.now(),
        }
        return Claim.objects.create(**(values | fields))

    return make


def move(claim: Claim, state: str, **fields: Any) -> None:
    Claim.objects.filter(pk=claim.pk).update(state=state, moved_at=timezone.now(), **fields)


def test_a_second_claim_is_refused_while_the_first_is_alive_and_no_longer(claim_make: Callable[..., Claim]) -> None:
    first = claim_make()
    with pytest.raises(IntegrityError, match="claim_once_while_alive"), transaction.atomic():
        claim_make()
    claim_make(occasion="second listing")
    move(first, ClaimState.REFUSED)
    claim_make()


def test_a_claim_starts_as_drafted_and_moves_only_by_the_table(claim_make: Callable[..., Claim]) -> None:
    with pytest.raises(ProgrammingError, match="illegal move"), transaction.atomic():
        claim_make(state=ClaimState.APPROVED)
    claim = claim_make()
    for state in set(ClaimState.values) - set(CLAIM_MOVES[ClaimState.DRAFTED]) - {ClaimState.DRAFTED}:
        with pytest.raises((ProgrammingError, IntegrityError), match=r"illegal move"), transaction.atomic():
            move(claim, state)
    with pytest.raises(ProgrammingError, match="who moved it"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(state=ClaimState.SUBMITTED)  # without saying when


def test_every_move_is_kept_with_actor_and_reason_and_cannot_be_rewritten(
    claim_make: Callable[..., Claim], user: Callable[[str], User]
) -> None:
    claim = claim_make()
    reason = {"zh": "资料不全", "en": "incomplete"}
    move(claim, ClaimState.REFUSED, moved_by=user("reviewer"), reason=reason)
    assert [(m.from_state, m.to_state) for m in claim.moves.all()] == [("", "drafted"), ("drafted", "refused")]
    last = claim.moves.get(to_state="refused")
    assert (last.actor, last.reason) == (user("reviewer"), reason)
    for forgery in (lambda: ClaimMove.objects.update(reason=None), lambda: ClaimMove.objects.all().delete()):
        with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
            forgery()


def test_an_item_is_free_again_when_its_claim_ends(claim_make: Callable[..., Claim]) -> None:
    first, other = claim_make(), claim_make(occasion="other")
    ClaimItem.objects.create(claim=first, group="new-hire", key="k1")
    with pytest.raises(IntegrityError, match="item_used_once"), transaction.atomic():
        ClaimItem.objects.create(claim=other, group="new-hire", key="k1")
    move(first, ClaimState.WITHDRAWN)
    ClaimItem.objects.create(claim=other, group="new-hire", key="k1")


def test_money_needs_an_amount_and_an_account(claim_make: Callable[..., Claim]) -> None:
    with pytest.raises(IntegrityError, match="claim_amount_positive"), transaction.atomic():
        claim_make(amount_fen=0)
    claim = claim_make(amount_fen=None)
    move(claim, ClaimState.SUBMITTED)
    with pytest.raises(IntegrityError, match="with_an_amount"), transaction.atomic():
        move(claim, ClaimState.APPROVED)
    move(claim, ClaimState.APPROVED, amount_fen=5)
    with pytest.raises(IntegrityError, match="to_an_account"), transaction.atomic():
        move(claim, ClaimState.RELEASED)


def run_make(version: PolicyVersion, maker: User) -> Run:
    now = timezone.now()
    return Run.objects.create(
        policy=version.policy,
        policy_version=version,
        period="2023",
        day=now.date(),
        reference=now.date(),
        known_at=now,
        made_by=maker,
        created_at=now,
        moved_at=now,
        moved_by=maker,
    )


def test_maker_head_and_releaser_are_three_people(version: PolicyVersion, user: Callable[[str], User]) -> None:
    run = run_make(version, user("editor"))
    rows = Run.objects.filter(pk=run.pk)
    with pytest.raises(IntegrityError, match="maker_is_not_head"), transaction.atomic():
        rows.update(approved_by=user("editor"))
    rows.update(approved_by=user("head"))
    for name in ("editor", "head"):
        with pytest.raises(IntegrityError, match="releaser_is_neither"), transaction.atomic():
            rows.update(released_by=user(name))
    rows.update(released_by=user("finance_releaser"))


def test_a_run_is_not_approved_without_minutes_list_and_head(
    version: PolicyVersion, user: Callable[[str], User]
) -> None:
    run = run_make(version, user("editor"))
    with pytest.raises(IntegrityError, match="run_once_per_period"), transaction.atomic():
        run_make(version, user("editor"))
    for state in (RunState.MATCHED, RunState.SCREENED, RunState.DECIDED):
        Run.objects.filter(pk=run.pk).update(state=state, moved_at=timezone.now())
    with pytest.raises(IntegrityError, match="approved_by_somebody"), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(state=RunState.APPROVED, moved_at=timezone.now())


def test_the_tables_of_moves_name_every_state_once() -> None:
    for states, moves in ((ClaimState, CLAIM_MOVES), (RunState, RUN_MOVES)):
        assert set(moves) == set(states.values)
        reached = {after for afters in moves.values() for after in afters} | {"drafted"}
        assert reached == set(states.values)
