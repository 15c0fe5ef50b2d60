from collections.abc import Callable

import pytest
from django.test import Client

from policies.models import PolicyVersion


@pytest.fixture
def two(publish: Callable[..., PolicyVersion]) -> None:
    publish("rd", title={"zh": "研发奖励", "en": "R&D award"})
    publish("jobs", title={"zh": "稳岗返还", "en": "Job refund"}, delivery="apply_and_enjoy")
    publish("hefei", title={"zh": "合肥奖励", "en": "Hefei award"}, area="340100")


def titles(client: Client, query: str = "") -> set[str]:
    page = client.get(f"/policies/{query}").content.decode()
    return {title for title in ("R&amp;D award", "Job refund", "Hefei award") if title in page}


def test_another_citys_policy_is_not_on_the_shelf(english: Client, two: None) -> None:
    assert titles(english) == {"R&amp;D award", "Job refund"}


def test_policies_are_filtered(english: Client, two: None) -> None:
    assert titles(english, "?delivery=apply_and_enjoy") == {"Job refund"}
    assert titles(english, "?q=研发") == {"R&amp;D award"}
    assert titles(english, "?q=nothing") == set()


def test_a_wrong_filter_is_told(english: Client, two: None) -> None:
    assert "Select a valid choice" in english.get("/policies/?delivery=magic").content.decode()


def test_a_policy_says_who_how_much_and_by_what_document(english: Client, two: None) -> None:
    page = english.get("/policies/rd/").content.decode()
    assert "at least 30 persons required" in page
    assert "insured headcount &gt;= 30" in page
    assert "芜湖市人民政府" in page


def test_a_policy_not_in_force_on_the_day_is_not_found(english: Client, two: None) -> None:
    assert english.get("/policies/rd/?as_of=2021-01-01").status_code == 404


def test_the_window_counts_by_delivery_mode(english: Client, two: None) -> None:
    page = " ".join(english.get("/").content.decode().split())
    assert "2 policies on the shelf on 2023-06-15" in page


def test_a_policy_says_what_it_asks_for_and_judges_nobody(publish: Callable[..., PolicyVersion]) -> None:
    publish("award", eligibility="insured_headcount >= 30", area="340200")
    page = Client(headers={"accept-language": "en"}).get("/policies/award/").content.decode()
    asked = page.split("this holds:")[1].split("<details>")[0]
    assert "at least 30 persons" in asked
    assert "The accepting area is within Wuhu" in asked
    assert "not known" not in asked
    chinese = Client(headers={"accept-language": "zh-hans"}).get("/policies/award/").content.decode()
    assert "要求参保人数不少于30人。" in chinese
