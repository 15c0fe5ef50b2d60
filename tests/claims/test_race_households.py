"""The rules of a household under a race of its members: real threads.

Each case opens with its control: the same clicks without the locks bring more.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from enterprises.accounts import AccountDraft, account_add
from enterprises.models import Beneficiary, PayeeAccount
from enterprises.selectors import registered_name
from policies.models import PolicyVersion
from supermarket.claims.errors import ExcludedError
from supermarket.claims.models import Claim
from supermarket.claims.selectors import given_up_of
from supermarket.ledger.models import Appropriation
from tests.claims.people import DAY
from tests.claims.test_applying import ONE_CLICK
from tests.claims.test_races import at_once, click, total_fen, without_locks
from tests.enterprises.files import Town
from tests.enterprises.test_check_digits import identity_number

pytestmark = pytest.mark.django_db(transaction=True)
AGES = (30, 40, 50)
# name -> (the rule, the yuan that may come out in all, how many may be paid)
RULES: dict[str, tuple[dict[str, Any], set[int], set[int]]] = {
    "the highest and half of the lower": ({"rule": "highest_only", "lower_share": 0.5}, {8500}, {3}),
    "the highest only": ({"rule": "highest_only"}, {5000}, {1, 2, 3}),
    "once": ({"rule": "once"}, {3000, 4000, 5000}, {1}),
}


@pytest.fixture
def town(transactional_db: None, tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.fixture
def family(town: Town, settings: Any, grant: Callable[..., Appropriation]) -> list[Beneficiary]:
    """Three of one household, 30, 40 and 50 years old, each with an account."""
    settings.AS_OF = DAY
    for payer in ("340200", "340207"):
        grant(payer, 100_000_000)
    key, numbers = "公民身份号码", [identity_number(date(1990, 1, 1), age) for age in AGES]
    columns = [key, "person.name", "person.age", "household_number"]
    rows = [[number, f"示例{age}", age, "户一"] for number, age in zip(numbers, AGES, strict=True)]
    town.deliver("residence", columns, *rows, as_of="2023-06-01")
    town.deliver(
        "insured_persons", [key, "accepting_area"], *[[number, "340207"] for number in numbers], as_of="2023-06-01"
    )
    people = list(Beneficiary.objects.filter(kind="person").order_by("pk"))
    for number, person in enumerate(people):
        draft = AccountDraft(
            registered_name(beneficiary=person), f"622202130000000{number:04d}", "102362000012", "工商银行芜湖分行"
        )
        account_add(
            beneficiary=person, draft=draft, source=PayeeAccount.Source.COUNTER, actor=None, usable_from=timezone.now()
        )
    return people


@pytest.mark.parametrize("name", RULES)
def test_a_household_brings_what_its_rule_allows_whoever_comes_first(
    name: str, family: list[Beneficiary], publish: Callable[..., PolicyVersion], monkeypatch: pytest.MonkeyPatch
) -> None:
    rule, allowed, paid = RULES[name]
    exclusions = [{"group": "home", "per": "household", "window": "ever", **rule}]
    changes = {"audience": "person", "eligibility": "person.age >= 18", "amount": "person.age * 100"}
    publish("home", **{**ONE_CLICK, **changes, "exclusions": exclusions})
    with without_locks(monkeypatch, [("home", "户一")], threads=3):
        at_once(*(click(person, "home") for person in family))
        assert total_fen() == 12_000_00, "the control: without the locks all three are paid in full"
    results = at_once(*(click(person, "home") for person in family))
    claims = [result for result in results if isinstance(result, Claim)]
    assert all(isinstance(result, Claim | ExcludedError) for result in results), results
    assert total_fen() in {yuan * 100 for yuan in allowed}
    assert len(claims) in paid
    ages = dict(zip(family, AGES, strict=True))
    for claim in claims:
        assert bool(given_up_of(claim)) is ((claim.amount_fen or 0) < ages[claim.beneficiary] * 100_00)
