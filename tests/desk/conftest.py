from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from supermarket.users.models import Role, User
from tests.shelf.conftest import firm, owner, publish, town

__all__ = ["firm", "owner", "publish", "town"]

DEPARTMENT = "芜湖市科学技术局"


@pytest.fixture(autouse=True)
def day(settings: object) -> None:
    settings.AS_OF = date(2023, 6, 15)


@pytest.fixture
def sign_in(db: None) -> Callable[..., Client]:
    """A client signed in as a user of that role: sign_in(Role.EDITOR, department="…")."""

    def do(role: Role, *, department: str = DEPARTMENT, username: str | None = None) -> Client:
        user, _ = User.objects.get_or_create(
            username=username or f"{role}-{department}", defaults={"role": role, "department": department}
        )
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        return client

    return do
