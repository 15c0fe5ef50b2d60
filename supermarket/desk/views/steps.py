"""The steps of a policy version's life, one route each; the services decide whether a step is allowed."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from policies import services
from policies.errors import DefinitionProblems, PolicyError
from policies.models import PolicyVersion
from supermarket.access import signed_in
from supermarket.desk.acting import DONE
from supermarket.desk.texts import tell
from supermarket.matching.vocabulary import store_ground
from supermarket.users.models import User

Act = Callable[[PolicyVersion, User, str], object]


def take(request: HttpRequest, code: str, number: int, act: Act) -> HttpResponse:
    version = get_object_or_404(PolicyVersion, policy__code=code, number=number)
    try:
        act(version, signed_in(request), request.POST.get("reason", ""))
    except DefinitionProblems as error:
        tell(request, error.problems)
    except PolicyError as error:
        tell(request, [error])
    else:
        messages.success(request, DONE)
    return redirect("desk:policy", code=code)


@require_POST
def submit(request: HttpRequest, code: str, number: int) -> HttpResponse:
    def act(version: PolicyVersion, actor: User, reason: str) -> object:
        return services.version_submit(version=version, actor=actor, ground=store_ground())

    return take(request, code, number, act)


@require_POST
def send_back(request: HttpRequest, code: str, number: int) -> HttpResponse:
    def act(version: PolicyVersion, actor: User, reason: str) -> object:
        return services.version_return(version=version, actor=actor, reason=reason)

    return take(request, code, number, act)


@require_POST
def publish(request: HttpRequest, code: str, number: int) -> HttpResponse:
    def act(version: PolicyVersion, actor: User, reason: str) -> object:
        return services.version_publish(version=version, actor=actor, ground=store_ground(), reason=reason)

    return take(request, code, number, act)


@require_POST
def discard(request: HttpRequest, code: str, number: int) -> HttpResponse:
    def act(version: PolicyVersion, actor: User, reason: str) -> object:
        return services.draft_discard(version=version, actor=actor, reason=reason)

    return take(request, code, number, act)


@require_POST
def withdrawal_propose(request: HttpRequest, code: str, number: int) -> HttpResponse:
    def act(version: PolicyVersion, actor: User, reason: str) -> object:
        return services.version_withdrawal_propose(version=version, actor=actor, reason=reason)

    return take(request, code, number, act)


@require_POST
def withdraw(request: HttpRequest, code: str, number: int) -> HttpResponse:
    def act(version: PolicyVersion, actor: User, reason: str) -> object:
        return services.version_withdraw(version=version, actor=actor, reason=reason)

    return take(request, code, number, act)
