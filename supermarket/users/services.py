"""Writes about users."""

from datetime import date

from django.db import transaction

from enterprises.models import Beneficiary
from supermarket.users.models import Representation, SignInFailure, User


@transaction.atomic
def user_ensure(*, username: str, role: str, password: str | None, department: str = "") -> User:
    """Make the user, or bring an existing one to this role, department and password (None: cannot sign in)."""
    user, _ = User.objects.get_or_create(username=username, defaults={"role": role})
    user.role, user.department, user.is_active = role, department, True
    if password is None:
        user.set_unusable_password()
    elif not user.check_password(password):
        user.set_password(password)
    user.full_clean()
    user.save()
    return user


def representation_ensure(*, user: User, beneficiary: Beneficiary, since: date) -> Representation:
    representation, _ = Representation.objects.get_or_create(
        user=user, beneficiary=beneficiary, until=None, defaults={"since": since}
    )
    return representation


def sign_in_failed(*, username: str, address: str | None) -> None:
    SignInFailure.objects.create(username=username[:150], address=address)


def sign_in_succeeded(*, username: str) -> None:
    SignInFailure.objects.filter(username=username).delete()
