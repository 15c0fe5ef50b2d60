"""The compiled catalogue is made once, and made anew at every change."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from multiprocessing.connection import Connection

import pytest
from django.db import OperationalError, connection, connections, transaction
from pytest_django import Settings

from policies.models import PolicyEvent, PolicyVersion
from policies.parameters import parameter_parse, parameter_save
from policies.selectors import Revision, catalogue_revision
from policies.services import version_withdraw, version_withdrawal_propose
from supermarket.matching.catalogue import store_catalogue
from supermarket.matching.selectors import shelf_answer
from supermarket.users.models import User

pytestmark = pytest.mark.django_db
Publish = Callable[..., PolicyVersion]
DAY = date(2023, 6, 15)
FACTS = {"accepting_area": "340207", "insured_headcount": Decimal(30)}


def codes(day: date = DAY) -> list[str]:
    return [answer.definition.code for answer in shelf_answer(audience="enterprise", facts=FACTS, as_of=day)]


def test_it_is_made_once(publish: Publish) -> None:
    version = publish("one")
    catalogue = store_catalogue()
    assert store_catalogue() is catalogue
    assert catalogue.compiled(version) is catalogue.compiled(version)


def test_every_change_shows_at_once(publish: Publish) -> None:
    assert codes() == []
    first = publish("one", in_force={"from": "2023-01-01"})
    assert codes() == ["one"]
    publish("two")
    assert codes() == ["one", "two"]
    publish("one", in_force={"from": "2023-06-16", "until": "2023-06-16"}, amount="1")
    assert [answer.version.number for answer in shelf_answer(audience="enterprise", facts=FACTS, as_of=DAY)] == [1, 1]
    maker, checker = User.objects.get(username="maker"), User.objects.get(username="checker")
    version_withdrawal_propose(version=first, actor=maker, reason="停止")
    assert codes() == ["one", "two"]
    version_withdraw(version=first, actor=checker, reason="停止")
    assert codes() == ["two"]


def test_a_parameter_value_counts_from_its_day_on(publish: Publish) -> None:
    maker = User.objects.create(username="finance", role="editor")
    entry = {"type": "integer", "labels": {"zh": "基准人数", "en": "least staff"}, "area": "340200"}
    parameter_save(
        entry=parameter_parse("least", {**entry, "values": [{"from": "2023-01-01", "value": 30}]}), actor=maker
    )
    publish("one", eligibility='insured_headcount >= parameter("least")')

    def truths() -> list[bool | None]:
        days = (DAY, date(2023, 7, 1))
        return [shelf_answer(audience="enterprise", facts=FACTS, as_of=day)[0].decided.truth for day in days]

    assert truths() == [True, True]
    parameter_save(
        entry=parameter_parse("least", {**entry, "values": [{"from": "2023-07-01", "value": 31}]}), actor=maker
    )
    assert truths() == [True, False]


def test_only_policies_that_meet_the_installations_area(publish: Publish, settings: Settings) -> None:
    publish("city")
    publish("nation", area="100000")
    publish("hefei", area="340100")
    assert codes() == ["city", "nation"]
    settings.INSTALLATION_AREA = "340100"
    assert codes() == ["hefei", "nation"]


def test_what_a_publication_does_not_touch_is_not_compiled_again(publish: Publish) -> None:
    first, second = publish("one"), publish("two", eligibility="insured_headcount >= 31")
    assert codes() == ["one", "two"]
    before = store_catalogue()
    kept = before.engine(DAY, "enterprise").shelf(FACTS).verdict("one 1")
    maker, checker = User.objects.get(username="maker"), User.objects.get(username="checker")
    version_withdrawal_propose(version=second, actor=maker, reason="停止")
    version_withdraw(version=second, actor=checker, reason="停止")
    publish("three", eligibility="insured_headcount >= 10")
    after = store_catalogue()
    assert after is not before
    assert after.compiled(first) is before.compiled(first)
    assert after.engine(DAY, "enterprise").shelf(FACTS).verdict("one 1").formula is kept.formula
    assert sorted(after.engine(DAY, "enterprise").shelf(FACTS).eligible) == ["one 1", "three 1"]


@pytest.mark.django_db(transaction=True)
def test_a_publication_shows_at_once_in_another_process(publish: Publish) -> None:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    connections.close_all()  # each process has its own
    process = context.Process(target=tell_codes, args=(there,))
    process.start()
    try:
        for published in ("one", "two"):
            here.send(None)
            assert published not in here.recv()
            publish(published)
            here.send(None)
            assert published in here.recv()
    finally:
        process.kill()
        process.join()


def tell_codes(pipe: Connection) -> None:
    while True:
        pipe.recv()
        pipe.send(codes())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [False, True])
def test_no_commit_is_overtaken_by_a_higher_number(publish: Publish, guarded: bool) -> None:
    """Without the guard an event that commits late stands below one that is known by then, and nobody would see it."""
    version = publish("one")
    guard_switch("ENABLE" if guarded else "DISABLE")
    try:
        with transaction.atomic():
            PolicyEvent.objects.create(version=version, kind="published", actor_id=version.made_by_id)
            with ThreadPoolExecutor(1) as other:
                overtaken, seen = other.submit(event_meanwhile, version).result()
        assert overtaken is not guarded
        assert (catalogue_revision() == seen) is not guarded
    finally:
        guard_switch("ENABLE")


def guard_switch(word: str) -> None:
    (guard,) = [one for one in PolicyEvent._meta.triggers if one.name == "numbered_as_committed"]
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE policies_policyevent {word} TRIGGER {guard.get_pgid(PolicyEvent)}")


def event_meanwhile(version: PolicyVersion) -> tuple[bool, Revision]:
    """In a transaction of its own: whether an event could be added, and the revision afterwards."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            PolicyEvent.objects.create(version=version, kind="published", actor_id=version.made_by_id)
        added = True
    except OperationalError:
        added = False
    try:
        return added, catalogue_revision()
    finally:
        connection.close()
