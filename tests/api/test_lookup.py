"""The API answers from public facts and typed ones, with exact numbers and problems that say where."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from enterprises.models import Beneficiary
from policies.models import PolicyVersion
from supermarket.users.models import User
from tests.enterprises.files import KEY, Town


@pytest.fixture
def award(publish: Callable[..., PolicyVersion]) -> PolicyVersion:
    return publish("award")


def evaluate(client: Client, **body: Any) -> Any:
    return client.post("/api/shelf/", json.dumps(body), content_type="application/json")


def test_a_name_finds_codes(client: Client, firm: Beneficiary) -> None:
    assert client.get("/api/beneficiaries/", {"q": "芜湖甲"}).json() == {
        "remarks": [],
        "found": [{"code": firm.code, "name": "芜湖甲有限公司", "kind": "enterprise"}],
    }


def test_a_short_code_is_remarked_on(client: Client, firm: Beneficiary) -> None:
    assert client.get("/api/beneficiaries/", {"q": firm.code[:17]}).json()["remarks"]


def test_a_shelf_by_code_knows_only_what_is_public(client: Client, firm: Beneficiary, award: PolicyVersion) -> None:
    (item,) = client.get(f"/api/beneficiaries/{firm.code}/shelf/").json()["items"]
    assert (item["code"], item["group"], item["verdict"]) == ("award", "cannot_tell", "unknown")
    assert [fact["code"] for fact in item["missing"]] == ["insured_headcount"]
    assert item["reasons"][0]["provenance"][0]["as_of"] == "2023-06-01"


def test_the_answer_is_the_same_bytes_whatever_is_not_public(
    client: Client, firm: Beneficiary, town: Town, award: PolicyVersion, owner: User
) -> None:
    address = f"/api/beneficiaries/{firm.code}/shelf/"
    before = client.get(address).content
    town.deliver("social_insurance", [KEY, "insured_headcount"], [firm.code, 400], as_of="2023-06-02")
    client.force_login(owner)
    assert client.get(address).content == before


def test_typed_facts_are_evaluated_to_the_fen(client: Client, publish: Callable[..., PolicyVersion]) -> None:
    publish("share", amount="0.1 * insured_headcount", eligibility="insured_headcount >= 1")
    body = {"audience": "enterprise", "facts": {"insured_headcount": 33, "accepting_area": "340202"}}
    (item,) = evaluate(client, **body).json()["items"]
    assert (item["verdict"], item["amount_fen"]) == ("eligible", 330)


def test_what_is_left_out_is_unknown(client: Client, award: PolicyVersion) -> None:
    for facts in ({}, {"insured_headcount": None}):
        (item,) = evaluate(client, audience="enterprise", facts=facts).json()["items"]
        assert item["verdict"] == "unknown"


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        ({"insured_headcount": "many"}, "facts.insured_headcount"),
        ({"insured_headcount": 2.5}, "facts.insured_headcount"),
        ({"insured_headcount": 10**400}, "facts.insured_headcount"),
        ({"serious_dishonesty_listed": "no"}, "facts.serious_dishonesty_listed"),
        ({"accepting_area": "999999"}, "facts.accepting_area"),
        ({"no_such_fact": 1}, "facts.no_such_fact"),
        ({"person.education": "master"}, "facts.person.education"),
        ({"hires": "many"}, "facts.hires"),
        ([], "facts"),
    ],
)
def test_every_wrong_fact_is_named(client: Client, award: PolicyVersion, facts: Any, place: str) -> None:
    response = evaluate(client, audience="enterprise", facts=facts)
    assert response.status_code == 400
    problem = response.json()
    assert problem["code"] == "invalid"
    assert list(problem["fields"]) == [place]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("/api/beneficiaries/", 400, "invalid"),
        ("/api/beneficiaries/91340200MA00000000/shelf/", 404, "not_found"),
        ("/api/beneficiaries/91340200MA00000000/shelf/?as_of=0001-01-01", 400, "invalid"),
        ("/api/policies/?as_of=soon", 400, "invalid"),
        ("/api/policies/?delivery=magic", 400, "invalid"),
        ("/api/policies/nothing/", 404, "not_found"),
        ("/api/shelf/", 405, "method_not_allowed"),
    ],
)
def test_a_mistake_is_answered_by_a_problem(client: Client, address: str, status: int, code: str) -> None:
    response = client.get(address)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.json()["message"]


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["{", "NaN", '{"audience": NaN}', "[" * 100_000, "\xff"])
def test_what_is_not_json_is_a_problem(client: Client, body: str) -> None:
    response = client.post("/api/shelf/", body.encode("latin-1"), content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (400, "parse_error")


def test_messages_follow_the_language(client: Client, award: PolicyVersion) -> None:
    assert client.get("/api/policies/nothing/", headers={"accept-language": "en"}).json()["message"].startswith("There")
    assert client.get("/api/policies/nothing/").json()["message"].startswith("此地址")


def test_a_policy_is_read_with_its_rule_and_digest(client: Client, award: PolicyVersion) -> None:
    (listed,) = client.get("/api/policies/").json()["results"]
    assert listed["code"] == "award"
    policy = client.get("/api/policies/award/").json()
    assert (policy["eligibility"], policy["sha256"]) == ("insured_headcount >= 30", award.sha256)


def test_policies_are_filtered(client: Client, award: PolicyVersion) -> None:
    assert client.get("/api/policies/?audience=person").json()["count"] == 0
    assert client.get("/api/policies/?q=研发").json()["count"] == 1


@pytest.mark.django_db
def test_facts_are_listed_with_their_codes(client: Client) -> None:
    facts = {fact["code"]: fact for fact in client.get("/api/facts/").json()}
    assert facts["insured_headcount"]["labels"]["en"]
    assert "340207" in facts["accepting_area"]["codes"]
