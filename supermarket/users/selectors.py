"""Reads about users."""

from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from enterprises.models import Beneficiary
from supermarket.users.models import Representation, SignInFailure, User

SIGN_IN_WINDOW = timedelta(minutes=15)
SIGN_IN_FAILURES_PER_USER = 5
SIGN_IN_FAILURES_PER_ADDRESS = 50


def representations_current(*, user: User, on: date) -> QuerySet[Representation]:
    current = user.representations.filter(Q(until=None) | Q(until__gte=on), since__lte=on)
    return current.select_related("beneficiary").order_by("beneficiary__name")


def beneficiaries_represented(*, user: User, on: date) -> list[Beneficiary]:
    return [representation.beneficiary for representation in representations_current(user=user, on=on)]


def beneficiary_represented(*, user: User, code: str, on: date) -> bool:
    return representations_current(user=user, on=on).filter(beneficiary__code=code).exists()


def sign_in_blocked(*, username: str, address: str | None) -> bool:
    """Too many refused tries for this user name, or from this network address, within the last 15 minutes."""
    recent = SignInFailure.objects.filter(at__gt=timezone.now() - SIGN_IN_WINDOW)
    if recent.filter(username=username).count() >= SIGN_IN_FAILURES_PER_USER:
        return True
    return address is not None and recent.filter(address=address).count() >= SIGN_IN_FAILURES_PER_ADDRESS


def users_list(*, query: str = "") -> QuerySet[User]:
    users = User.objects.order_by("role", "username")
    return users.filter(Q(username__icontains=query) | Q(department__icontains=query)) if query else users
