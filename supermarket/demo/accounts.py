"""The people of the demo. Only with SAMPLES=1: their password is printed on the terminal."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.management.base import CommandError

from enterprises.models import Beneficiary
from supermarket.users.models import Representation, Role, User

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

# Who of fixtures/showcase.yaml signs in, for whom.
REPRESENTATIVES = {
    "jinggong": "91340207MADEM00116",
    "ruanjian": "91340209MADEM002XT",
    "canyin": "91340202MADEM0038M",
}
PERSONS = {"shili-qing": "P0000000018", "shili-gui": "P0000000026"}


def accounts_make() -> None:
    """Make or refresh the officials and the showcase's own accounts; a second call changes nothing."""
    if not settings.SAMPLES:
        raise CommandError("demo accounts exist only with SAMPLES=1")
    officials_make()
    for username, code in {**REPRESENTATIVES, **PERSONS}.items():
        role = Role.PERSON if username in PERSONS else Role.REPRESENTATIVE
        user = user_make(username, role=role)
        Representation.objects.get_or_create(
            user=user, beneficiary=Beneficiary.objects.get(code=code), until=None, defaults={"since": date(2023, 1, 1)}
        )


def officials_make() -> None:
    for account in OFFICIALS:
        user_make(account.username, role=account.role, department=account.department)


def user_make(username: str, **fields: str) -> User:
    user, created = User.objects.update_or_create(username=username, defaults=fields)
    if created:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    return user
