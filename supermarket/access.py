"""Who may take which route: one table of role x route x reach, enforced for every request.

A route absent from the table is refused to everybody. `reach` narrows a route to the objects that are the user's own:
the beneficiaries that he represents, or the policies of his department (the department "*" reaches all of them).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from supermarket.dates import today
from supermarket.users.models import Role, User
from supermarket.users.selectors import beneficiary_represented

VISITOR = "visitor"
EVERYONE = frozenset({VISITOR, *Role.values})
SIGNED_IN = frozenset(Role.values)
BENEFICIARIES = frozenset({Role.REPRESENTATIVE, Role.PERSON})
OFFICIALS = SIGNED_IN - BENEFICIARIES
ALL_DEPARTMENTS = "*"


def own_beneficiary(user: User, arguments: Mapping[str, Any]) -> bool:
    """The beneficiary `code` of the address is one that the user represents today."""
    return beneficiary_represented(user=user, code=arguments["code"], on=today())


@dataclass(frozen=True)
class Rule:
    roles: frozenset[str]
    reach: Callable[[User, Mapping[str, Any]], bool] | None = None


ROUTES: dict[str, Rule] = {
    "home": Rule(EVERYONE),
    "sign-in": Rule(EVERYONE),
    "sign-out": Rule(EVERYONE),
    "language": Rule(EVERYONE),
    "health": Rule(EVERYONE),
    "my": Rule(BENEFICIARIES),
    "desk:home": Rule(OFFICIALS),
}


def role_of(user: object) -> str:
    return user.role if isinstance(user, User) and user.is_active else VISITOR


def signed_in(request: HttpRequest) -> User:
    """The user of a route that only signed-in users reach."""
    assert isinstance(request.user, User), "the access table opens this route to signed-in users only"
    return request.user


def allow(user: object, route: str, arguments: Mapping[str, Any] | None = None) -> bool:
    """Whether `user` may take `route`; with the `arguments` of the address also whether its object is his to touch."""
    rule = ROUTES.get(route)
    if rule is None or role_of(user) not in rule.roles:
        return False
    if rule.reach is None or arguments is None:
        return True
    return isinstance(user, User) and rule.reach(user, arguments)


class AccessMiddleware:
    """Refuses before the view runs: a visitor is sent to sign in where some role opens the route, others get 403."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> HttpResponse | None:
        match = request.resolver_match
        route = match.view_name if match else ""
        if allow(request.user, route, keywords):
            return None
        if route in ROUTES and role_of(request.user) == VISITOR:
            following = request.get_full_path() if request.method == "GET" else "/"
            return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': following})}")
        raise PermissionDenied
