"""Who acts at the terminal: by name with SAMPLES=1, else with a one-time code."""

from django.conf import settings
from django.core.management.base import CommandError

from supermarket.claims.one_time import code_use
from supermarket.users.models import User

BY = "user name of the officer who acts"


def user_named(name: str) -> User:
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise CommandError(f"there is no user {name}")
    return user


def officer(name: str) -> User:
    user = user_named(name)
    if not settings.SAMPLES:
        code_use(user=user, code=input(f"one-time code of {name}: "))
    return user
