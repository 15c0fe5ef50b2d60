"""The life cycle: two officials, checks before every step, a history of who did what and why."""

from datetime import date
from typing import Any

import pytest

from policies.errors import DefinitionProblems, PolicyError
from policies.models import Policy, PolicyVersion
from policies.selectors import version_get, versions_in_force
from policies.services import (
    draft_discard,
    draft_save,
    version_publish,
    version_return,
    version_submit,
    version_withdraw,
    version_withdrawal_propose,
)
from supermarket.users.models import User
from tests.policies.definitions import definition
from tests.policies.lexicon import GROUND

pytestmark = pytest.mark.django_db


@pytest.fixture
def maker() -> User:
    return User.objects.create(username="maker", role="editor")


@pytest.fixture
def checker() -> User:
    return User.objects.create(username="checker", role="reviewer")


def published(maker: User, checker: User, **changes: Any) -> PolicyVersion:
    version = draft_save(definition=definition(**changes), actor=maker)
    version = version_submit(version=version, actor=maker, ground=GROUND)
    return version_publish(version=version, actor=checker, ground=GROUND)


def history(version: PolicyVersion) -> list[tuple[str, str, str]]:
    return [(event.kind, event.actor.username, event.reason) for event in version.events.order_by("id")]


def test_from_draft_to_shelf(maker: User, checker: User) -> None:
    version = published(maker, checker)
    assert version.state == "published" and version.checked_by == checker and version.published_at is not None
    assert history(version) == [("drafted", "maker", ""), ("submitted", "maker", ""), ("published", "checker", "")]
    assert version_get(code="test-rd-award", on=date(2025, 12, 31)) == version
    assert not versions_in_force(on=date(2026, 1, 1)).exists()
    assert list(versions_in_force(on=date(2023, 1, 1), audience="enterprise")) == [version]
    assert not versions_in_force(on=date(2023, 1, 1), audience="person").exists()


def test_the_same_content_again_changes_nothing(maker: User) -> None:
    first = draft_save(definition=definition(), actor=maker)
    assert draft_save(definition=definition(), actor=maker) == first
    changed = draft_save(definition=definition(amount="20000"), actor=maker, reason="金额")
    assert changed.pk == first.pk and changed.parsed.amount == "20000"
    assert history(changed) == [("drafted", "maker", ""), ("saved", "maker", "金额")]


def test_a_draft_with_errors_is_not_taken(maker: User) -> None:
    version = draft_save(definition=definition(eligibility="headcount >= 30"), actor=maker)
    with pytest.raises(DefinitionProblems, match="eligibility"):
        version_submit(version=version, actor=maker, ground=GROUND)
    assert PolicyVersion.objects.get().state == "draft"


def test_whoever_had_a_hand_in_it_does_not_check_it(maker: User, checker: User) -> None:
    draft_save(definition=definition(), actor=checker)
    version = draft_save(definition=definition(amount="20000"), actor=maker)
    version = version_submit(version=version, actor=maker, ground=GROUND)
    for actor in (maker, checker):
        with pytest.raises(PolicyError, match="no hand in it"):
            version_publish(version=version, actor=actor, ground=GROUND)


def test_a_returned_version_is_changed_and_submitted_again(maker: User, checker: User) -> None:
    version = draft_save(definition=definition(), actor=maker)
    version = version_submit(version=version, actor=maker, ground=GROUND)
    with pytest.raises(PolicyError, match="in review"):
        draft_save(definition=definition(amount="20000"), actor=maker)
    with pytest.raises(PolicyError, match="reason"):
        version_return(version=version, actor=checker, reason=" ")
    version = version_return(version=version, actor=checker, reason="金额有误")
    assert version.state == "draft" and ("returned", "checker", "金额有误") in history(version)
    version = draft_save(definition=definition(amount="20000"), actor=maker)
    version = version_submit(version=version, actor=maker, ground=GROUND)
    assert version_publish(version=version, actor=checker, ground=GROUND).parsed.amount == "20000"


def test_a_successor_ends_the_version_before_it(maker: User, checker: User) -> None:
    first = published(maker, checker, in_force={"from": "2023-01-01"})
    second = published(maker, checker, in_force={"from": "2024-01-01"}, amount="20000")
    first.refresh_from_db()
    assert first.days.until == date(2023, 12, 31) and first.parsed.in_force.until is None
    assert history(first)[-1] == ("superseded", "checker", "v2 2024-01-01")
    assert version_get(code="test-rd-award", on=date(2023, 12, 31)) == first
    assert version_get(code="test-rd-award", on=date(2024, 1, 1)) == second


def test_a_version_does_not_push_out_one_that_begins_with_it_or_later(maker: User, checker: User) -> None:
    published(maker, checker, in_force={"from": "2023-06-01"})
    for since in ["2023-06-01", "2023-01-01", None]:
        draft = draft_save(definition=definition(in_force={"from": since}, amount="20000"), actor=maker)
        draft = version_submit(version=draft, actor=maker, ground=GROUND)
        with pytest.raises(PolicyError, match="withdraw it first"):
            version_publish(version=draft, actor=checker, ground=GROUND)
        version_return(version=draft, actor=checker, reason="重叠")


def test_a_withdrawal_is_proposed_by_one_and_decided_by_another(maker: User, checker: User) -> None:
    version = published(maker, checker)
    with pytest.raises(PolicyError, match="proposed first"):
        version_withdraw(version=version, actor=maker, reason="停止")
    version = version_withdrawal_propose(version=version, actor=maker, reason="文件废止")
    with pytest.raises(PolicyError, match="another official"):
        version_withdraw(version=version, actor=maker, reason="文件废止")
    version = version_withdraw(version=version, actor=checker, reason="同意")
    assert version.state == "withdrawn"
    assert not versions_in_force(on=date(2023, 6, 1)).exists()
    assert Policy.objects.get().versions.count() == 1


def test_a_discarded_draft_makes_room_for_another(maker: User) -> None:
    draft = draft_save(definition=definition(), actor=maker)
    draft_discard(version=draft, actor=maker, reason="重做")
    again = draft_save(definition=definition(), actor=maker)
    assert (draft.number, again.number) == (1, 2)


def test_a_step_out_of_turn_is_refused(maker: User, checker: User) -> None:
    version = draft_save(definition=definition(), actor=maker)
    with pytest.raises(PolicyError, match="is draft, and this step needs it to be in_review"):
        version_publish(version=version, actor=checker, ground=GROUND)
    version_submit(version=version, actor=maker, ground=GROUND)
    with pytest.raises(PolicyError, match="needs it to be draft"):
        version_submit(version=version, actor=maker, ground=GROUND)
