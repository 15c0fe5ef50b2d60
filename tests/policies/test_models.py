"""What the database refuses, whoever writes to it."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from policies.definition import canonical_json
from policies.models import Policy, PolicyEvent, PolicyVersion
from supermarket.users.models import User
from tests.policies.definitions import definition

pytestmark = pytest.mark.django_db


@pytest.fixture
def maker() -> User:
    return User.objects.create(username="maker", role="editor")


@pytest.fixture
def checker() -> User:
    return User.objects.create(username="checker", role="reviewer")


def draft(
    maker: User, *, policy: Policy | None = None, number: int = 1, days: tuple[Any, Any] = (None, None)
) -> PolicyVersion:
    if policy is None:
        policy = Policy.objects.create(code="test", department="局")
    parsed = definition()
    return PolicyVersion.objects.create(
        policy=policy, number=number, in_force=days, definition=parsed.as_data(), sha256="0" * 64, made_by=maker
    )


def move(version: PolicyVersion, **values: Any) -> None:
    with transaction.atomic():
        PolicyVersion.objects.filter(pk=version.pk).update(**values)


def publish(version: PolicyVersion, checker: User) -> None:
    move(version, state="in_review")
    move(version, state="published", checked_by=checker, published_at="2023-01-01T00:00Z")


def test_a_version_is_born_a_draft(maker: User) -> None:
    policy = Policy.objects.create(code="test", department="局")
    with pytest.raises(DatabaseError, match="begins as a draft"):
        PolicyVersion.objects.create(
            policy=policy, number=1, in_force=(None, None), definition={}, sha256="", made_by=maker, state="in_review"
        )


def test_no_way_around_the_review(maker: User, checker: User) -> None:
    version = draft(maker)
    with pytest.raises(DatabaseError, match="transition"):
        move(version, state="published", checked_by=checker, published_at="2023-01-01T00:00Z")


def test_the_maker_is_not_the_checker(maker: User) -> None:
    version = draft(maker)
    with pytest.raises(IntegrityError, match="maker_is_not_checker"):
        publish(version, maker)


def test_no_publication_without_a_checker(maker: User) -> None:
    version = draft(maker)
    move(version, state="in_review")
    with pytest.raises(IntegrityError, match="published_by_checker"):
        move(version, state="published")


@pytest.mark.parametrize("column", ["definition", "sha256", "number", "sample"])
def test_what_is_submitted_stays_as_it_is(maker: User, checker: User, column: str) -> None:
    changed = {"definition": {}, "sha256": "1" * 64, "number": 2, "sample": True}[column]
    version = draft(maker)
    move(version, **{column: changed})  # a draft may change
    move(version, state="in_review")
    PolicyVersion.objects.get(pk=version.pk)
    other = {"definition": {"a": 1}, "sha256": "2" * 64, "number": 3, "sample": False}[column]
    with pytest.raises(DatabaseError, match="frozen"):
        move(version, **{column: other})


def test_published_days_may_only_end_earlier(maker: User, checker: User) -> None:
    version = draft(maker, days=(date(2023, 1, 1), date(2024, 1, 1)))
    publish(version, checker)
    move(version, in_force=(date(2023, 1, 1), date(2023, 7, 1)))
    for days in [(date(2023, 1, 1), date(2025, 1, 1)), (date(2023, 2, 1), date(2023, 7, 1)), (None, date(2023, 7, 1))]:
        with pytest.raises(DatabaseError, match="ended earlier"):
            move(version, in_force=days)


def test_published_versions_do_not_overlap(maker: User, checker: User) -> None:
    first = draft(maker, days=(date(2023, 1, 1), date(2024, 1, 1)))
    publish(first, checker)
    second = draft(maker, policy=first.policy, number=2, days=(date(2023, 12, 31), None))
    with pytest.raises(IntegrityError, match="no_overlap"):
        publish(second, checker)
    move(second, state="draft")
    move(second, in_force=(date(2024, 1, 1), None))
    publish(second, checker)


def test_a_withdrawal_takes_two(maker: User, checker: User) -> None:
    version = draft(maker)
    publish(version, checker)
    with pytest.raises(IntegrityError, match="withdrawal_signed"):
        move(version, state="withdrawn")
    with pytest.raises(IntegrityError, match="second_official"):
        move(version, state="withdrawn", withdrawal_proposed_by=maker, withdrawn_by=maker)
    move(version, state="withdrawn", withdrawal_proposed_by=maker, withdrawn_by=checker)


def test_nothing_is_deleted_or_emptied(maker: User) -> None:
    version = draft(maker)
    event = PolicyEvent.objects.create(version=version, kind="drafted", actor=maker, sha256="0" * 64)
    for statement in [
        "DELETE FROM policies_policyversion",
        "DELETE FROM policies_policyevent",
        f"UPDATE policies_policyevent SET reason = 'other' WHERE id = {event.pk}",
        "TRUNCATE policies_policyevent",
        "TRUNCATE policies_policyversion CASCADE",
    ]:
        with (
            pytest.raises(DatabaseError, match=r"kept for good|Cannot delete|Cannot update"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in ["policies_policyevent", "policies_policyversion"]:  # off for the clean-up of tests
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
            cursor.execute(statement)


def test_a_definition_comes_back_digit_for_digit(maker: User) -> None:
    parsed = definition(tables={"t": [{"when": 1, "give": "0.1"}]}, amount="0.30")
    version = draft(maker)
    move(version, definition=parsed.as_data())
    version = PolicyVersion.objects.get(pk=version.pk)
    assert version.parsed == parsed
    assert canonical_json(version.definition) == canonical_json(parsed.as_data())
