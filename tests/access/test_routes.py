"""Every route stands in the access table, and what the table says is what a request meets."""

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from supermarket import access
from supermarket.access import OFFICIALS, ROUTES, VISITOR
from supermarket.users.models import Role, User

# One value for each argument that an address may have; they lead to nothing.
ARGUMENTS = {"StringConverter": "nothing", "SlugConverter": "nothing", "PathConverter": "nothing", "IntConverter": 0}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            namespace = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from routes(entry, namespace)
        else:
            yield f"{prefix}{entry.name}", entry


def address(name: str, pattern: URLPattern) -> str:
    converters = pattern.pattern.converters
    return reverse(name, kwargs={key: ARGUMENTS[type(value).__name__] for key, value in converters.items()})


def refused(response: HttpResponse) -> bool:
    to_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("sign-in") + "?next=")
    return response.status_code in (401, 403) or to_sign_in


def test_the_table_and_the_routes_name_the_same() -> None:
    assert {name for name, _ in routes()} == set(ROUTES)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [VISITOR, *Role.values])
def test_a_role_meets_what_the_table_says(role: str, users: dict[str, User], client: Client) -> None:
    for name, pattern in routes():
        rule = ROUTES[name]
        if role != VISITOR:
            client.force_login(users[role])
        response = client.get(address(name, pattern))
        expected = role in rule.roles and rule.reach is None
        assert refused(response) is not expected, (role, name, response.status_code)


@pytest.mark.django_db
def test_a_route_absent_from_the_table_is_refused_to_the_administrator(
    users: dict[str, User], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(access.ROUTES, "home")
    client.force_login(users[Role.ADMINISTRATOR])
    assert client.get("/").status_code == 403


@pytest.mark.django_db
def test_a_user_who_left_is_a_visitor(users: dict[str, User]) -> None:
    users[Role.ADMINISTRATOR].is_active = False
    assert not access.allow(users[Role.ADMINISTRATOR], "desk:home")


def test_no_official_reaches_a_route_of_beneficiaries_and_the_other_way_round() -> None:
    for name, rule in ROUTES.items():
        if VISITOR in rule.roles:
            continue
        if name.startswith("desk:"):
            assert rule.roles <= OFFICIALS, name
        elif name.startswith("my"):
            assert not rule.roles & OFFICIALS, name
