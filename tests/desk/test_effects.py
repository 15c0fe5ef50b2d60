"""Before a version is out, an official sees whom it hits, what it costs, and what it changes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from policies.definition import definition_parse
from policies.models import PolicyVersion
from policies.services import draft_save
from supermarket.users.models import Role, User
from tests.enterprises.files import KEY, Town, credit_code
from tests.policies.definitions import data

SignIn = Callable[..., Client]
Publish = Callable[..., PolicyVersion]


@pytest.fixture
def three_firms(town: Town) -> Town:
    """Firm 1 insures 27 in Jiujiang, firm 2 insures 90 in Jinghu, firm 3 insures 40, nobody knows where."""
    town.register((credit_code(2), "芜湖乙有限公司", "2015-03-01"), (credit_code(3), "芜湖丙有限公司", "2015-03-01"))
    areas = [[credit_code(1), "340207"], [credit_code(2), "340202"]]
    town.deliver("tax_registration", [KEY, "accepting_area"], *areas, as_of="2023-06-02")
    insured = [[credit_code(1), 27], [credit_code(2), 90], [credit_code(3), 40]]
    town.deliver("social_insurance", [KEY, "insured_headcount"], *insured, as_of="2023-06-02")
    return town


def drafted(**changes: Any) -> PolicyVersion:
    maker, _ = User.objects.get_or_create(username="maker", role="editor")
    return draft_save(definition=definition_parse(data(code="headcount-award", **changes)), actor=maker)


def figures(client: Client, number: int) -> str:
    response = client.get(f"/desk/policies/headcount-award/{number}/effect/?figures=1")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def fact(page: str, label: str) -> str:
    """What the list of facts says beside a label."""
    return page.split(f"<dt>{label}</dt>")[1].split(">", 1)[1].split("</dd>")[0].replace("<b>", "").replace("</b>", "")


def test_a_draft_says_whom_it_hits_and_what_it_costs(three_firms: Town, sign_in: SignIn) -> None:
    drafted(eligibility="insured_headcount >= 20", amount="1000 * insured_headcount")
    page = figures(sign_in(Role.EDITOR), 1)
    assert fact(page, "Eligible") == "2"
    assert fact(page, "Cannot be told yet") == "1"  # a place that is not known is not a no
    assert "117,000" in fact(page, "Costs at least")
    assert "157,000" in fact(page, "At most, if all who cannot be told yet are entitled")
    assert "Jiujiang" in page
    assert "no earlier version" in page


def test_a_change_says_who_loses_and_what_it_saves(three_firms: Town, publish: Publish, sign_in: SignIn) -> None:
    publish("headcount-award", eligibility="insured_headcount >= 20", amount="5000")
    drafted(eligibility="insured_headcount >= 30", amount="6000")
    page = figures(sign_in(Role.REVIEWER), 2)
    assert (fact(page, "Gain the right"), fact(page, "Lose it"), fact(page, "Keep it")) == ("0", "1", "1")
    assert fact(page, "with more money") == "1"
    assert "−4,000" in fact(page, "Difference between the least sums")
    assert not PolicyVersion.objects.filter(number=2, state="published").exists()


def test_a_rule_with_mistakes_is_told_in_place_of_figures(three_firms: Town, sign_in: SignIn) -> None:
    drafted(eligibility='insured_headcount >= "many"')
    page = figures(sign_in(Role.EDITOR), 1)
    assert 'class="problem"' in page
    assert "Costs at least" not in page


def test_the_page_comes_before_its_figures(three_firms: Town, sign_in: SignIn) -> None:
    drafted(eligibility="insured_headcount >= 20", amount="5000")
    client, address = sign_in(Role.EDITOR), "/desk/policies/headcount-award/1/effect/"
    assert "Costs at least" not in client.get(address).content.decode()
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Costs at least" in fragment
    assert "<html" not in fragment
