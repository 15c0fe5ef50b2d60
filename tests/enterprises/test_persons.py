"""Persons: found by number, shown masked, unreadable once their key is gone."""

from datetime import date

import pytest
from django.db import ProgrammingError, connection, transaction

from enterprises.deliveries import rejects
from enterprises.deliveries.tables import csv_lines
from enterprises.errors import EnterprisesError
from enterprises.models import Beneficiary, Delivery, Person
from enterprises.selectors import beneficiary_find, facts_as_of, registered_name, rejects_table
from enterprises.services import person_erase

from .files import Town

NUMBER = "公民身份号码"
QING, GUI, FORMER_COUNTY = "340202200003149918", "340207199708029920", "340221199901279953"
REFERENCE = date(2023, 6, 15)


@pytest.fixture
def people(town: Town) -> Town:
    town.deliver(
        "residence",
        [NUMBER, "person.name", "person.age"],
        [QING, "示例青", 23],
        [GUI, "示例归", 25],
        [FORMER_COUNTY, "示例创", 24],
        as_of="2023-06-01",
    )
    return town


def person(code: str = "P0000000018") -> Beneficiary:
    return Beneficiary.objects.get(code=code)


def test_numbers_and_names_stand_nowhere_in_clear(people: Town) -> None:
    people.deliver("education", [NUMBER, "person.education"], [QING, "bachelor"], [GUI, "学士"], as_of="2022-12-31")
    with connection.cursor() as cursor:
        for table in ("beneficiary", "person", "record", "delivery", "deliveryreject"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, '|'), '') FROM enterprises_{table} t")
            text = cursor.fetchone()[0]
            for secret in (QING, GUI, FORMER_COUNTY, "示例青", "学士"):
                assert secret not in text, (table, secret)


def test_the_same_person_is_found_by_number_in_every_source(people: Town) -> None:
    people.deliver("education", [NUMBER, "person.education"], [QING, "bachelor"], as_of="2022-12-31")
    known = facts_as_of(beneficiary=person(), reference=REFERENCE)
    assert known["person.age"].value == 23
    assert known["person.education"].value == "bachelor"
    assert registered_name(beneficiary=person()) == "示例青"
    assert person().name == "示**"
    assert beneficiary_find(query="P0000000018") == [person()]
    assert beneficiary_find(query="示") == []


def test_a_wrong_check_digit_is_refused_but_not_the_area_of_a_former_county(people: Town) -> None:
    assert Person.objects.count() == 3
    delivery = people.deliver(
        "education",
        [NUMBER, "person.education"],
        [QING, "bachelor"],
        [FORMER_COUNTY, "master"],
        [GUI[:-1] + "1", "master"],
        as_of="2022-12-31",
    )
    assert (delivery.records, delivery.rejects.get().problems[0]["code"]) == (2, "malformed_identity")
    assert "340" not in delivery.rejects.get().problems[0]["value"]


def test_a_new_name_is_sealed_and_shown_masked(people: Town) -> None:
    people.deliver("residence", [NUMBER, "person.name"], [QING, "新名字"], as_of="2023-06-10")
    assert registered_name(beneficiary=person()) == "新名字"
    assert person().name == "新**"


def test_erasing_the_key_leaves_records_that_say_nothing(people: Town) -> None:
    person_erase(beneficiary=person(), actor=None)
    assert facts_as_of(beneficiary=person(), reference=REFERENCE) == {}
    assert registered_name(beneficiary=person()) == "*"
    with pytest.raises(EnterprisesError, match="already"):
        person_erase(beneficiary=person(), actor=None)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Person.objects.filter(beneficiary=person()).update(wrapped_key="x", erased_at=None)
    again = people.deliver("residence", [NUMBER, "person.name"], [QING, "示例青"], [GUI, "示例归"], as_of="2023-06-10")
    assert again.state == Delivery.State.LOADED
    assert facts_as_of(beneficiary=person(), reference=REFERENCE) == {}
    assert facts_as_of(beneficiary=person("P0000000026"), reference=REFERENCE)["person.name"].value == "示例归"


def test_a_rejected_row_is_given_back_to_be_mended_and_goes_with_the_key(people: Town) -> None:
    delivery = people.deliver(
        "education",
        [NUMBER, "person.education"],
        [QING, "学士"],
        [GUI, "master"],
        [FORMER_COUNTY, "master"],
        ["340202200003149911", "bachelor"],
        as_of="2022-12-31",
    )
    given_back = "".join(csv_lines(rejects_table(delivery=delivery))).splitlines()
    assert given_back[0].lstrip("\ufeff") == f"问题,{NUMBER},学历"
    assert [line.split(",")[-2:] for line in given_back[1:]] == [[QING, "学士"], ["340202200003149911", "bachelor"]]
    person_erase(beneficiary=person(), actor=None)
    rows = [rejects.row_of(reject, "person") for reject in delivery.rejects.order_by("row_number")]
    assert rows == [{}, {NUMBER: "340202200003149911", "学历": "bachelor"}]
