"""The compiled catalogue is made once, and made anew at every change."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from pytest_django import Settings

from policies.models import PolicyVersion
from policies.parameters import parameter_parse, parameter_save
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
