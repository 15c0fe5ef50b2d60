"""The people of the demo. Only with SAMPLES=1: their password is printed on the terminal."""

from dataclasses import dataclass

from django.conf import settings
from django.core.management.base import CommandError

from supermarket.users.models import Role, User

PASSWORD = "demo-2023-wuhu"


@dataclass(frozen=True)
class Account:
    username: str
    role: Role
    department: str
    what: str


OFFICIALS = [
    Account("editor", Role.EDITOR, "芜湖市科学技术局", "writes policies"),
    Account("reviewer", Role.REVIEWER, "芜湖市科学技术局", "reviews and publishes them"),
    Account("maker", Role.FINANCE_MAKER, "芜湖市财政局", "starts runs and records the decision"),
    Account("head", Role.HEAD, "芜湖市人力资源和社会保障局", "approves the exact list"),
    Account("releaser", Role.FINANCE_RELEASER, "芜湖市财政局", "releases the money"),
    Account("auditor", Role.AUDITOR, "芜湖市审计局", "sees everything, changes nothing"),
    Account("administrator", Role.ADMINISTRATOR, "芜湖市数据资源管理局", "users and reference tables"),
]


def accounts_make() -> None:
    """Make or refresh the officials; a second call changes nothing."""
    if not settings.SAMPLES:
        raise CommandError("demo accounts exist only with SAMPLES=1")
    for account in OFFICIALS:
        user, created = User.objects.update_or_create(
            username=account.username, defaults={"role": account.role, "department": account.department}
        )
        if created:
            user.set_password(PASSWORD)
            user.save(update_fields=["password"])
