"""Users, firms with facts and an account, in any number."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils import timezone

from enterprises.accounts import AccountDraft, account_add
from enterprises.models import Beneficiary, PayeeAccount
from supermarket.users.models import Representation, Role, User
from tests.enterprises.files import KEY, Town, credit_code

DAY = date(2023, 6, 15)


def user_named(name: str) -> User:
    role = name if name in Role.values else Role.EDITOR
    return User.objects.get_or_create(username=name, defaults={"role": role, "department": "芜湖市科学技术局"})[0]


def account_of(firm: Beneficiary, number: str = "") -> PayeeAccount:
    return account_add(
        beneficiary=firm,
        draft=AccountDraft(firm.name, number or f"62220213{firm.pk:011d}", "102362000012", "工商银行芜湖分行"),
        source=PayeeAccount.Source.CONTRIBUTION,
        actor=None,
        usable_from=timezone.now(),
    )


def owner_of(firm: Beneficiary) -> User:
    owner = User.objects.get_or_create(username=f"owner-{firm.code}", defaults={"role": Role.REPRESENTATIVE})[0]
    Representation.objects.get_or_create(user=owner, beneficiary=firm, defaults={"since": date(2020, 1, 1)})
    return owner


def firms_settle(
    town: Town,
    headcounts: Sequence[int | None],
    *,
    areas: Mapping[int, str] | None = None,
    accounts: bool = True,
    as_of: str = "2023-06-01",
) -> list[Beneficiary]:
    """Firms 1, 2, … with so many insured (None: left empty), accepted in Jiujiang or as `areas` says by position."""
    codes = [credit_code(number) for number in range(1, len(headcounts) + 1)]
    town.register(*((code, f"芜湖第{n}企业有限公司", "2015-03-01") for n, code in enumerate(codes)), as_of=as_of)
    places = [(areas or {}).get(n, "340207") for n in range(len(codes))]
    town.deliver("tax_registration", [KEY, "accepting_area"], *map(list, zip(codes, places, strict=True)), as_of=as_of)
    rows = [[code, "" if count is None else count] for code, count in zip(codes, headcounts, strict=True)]
    town.deliver("social_insurance", [KEY, "insured_headcount"], *rows, as_of=as_of)
    firms = [Beneficiary.objects.get(code=code) for code in codes]
    for firm in firms if accounts else []:
        account_of(firm)
    return firms
