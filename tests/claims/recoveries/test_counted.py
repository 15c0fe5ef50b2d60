"""What other claims of a group count: what was approved, less what came back."""

from collections.abc import Callable

import pytest

from policies.models import PolicyVersion
from supermarket.claims.models import Recovery
from supermarket.claims.recoveries.opening import recovery_open
from supermarket.claims.recoveries.steps import recovery_notice
from supermarket.users.models import User
from tests.claims.people import firms_settle
from tests.claims.recoveries.conftest import ONE_CLICK, apply, pay
from tests.claims.recoveries.test_steps import repay
from tests.enterprises.files import Town

pytestmark = pytest.mark.django_db
TOP_UP = [{"group": "listing", "window": "ever", "rule": "top_up"}]
HIGHEST = [{"group": "awards", "window": "year", "rule": "highest_only"}]


@pytest.mark.parametrize(
    ("exclusions", "amount"),
    [(TOP_UP, 'max(5000 - paid("listing", "ever"), 0)'), (HIGHEST, "5000")],
    ids=["paid(…)", "highest_only"],
)
def test_what_came_back_counts_no_longer(
    town: Town,
    publish: Callable[..., PolicyVersion],
    money: None,
    user: Callable[[str], User],
    exclusions: list[dict[str, str]],
    amount: str,
) -> None:
    for code, text in (("first", "3000"), ("second", amount), ("third", amount)):
        publish(code, **ONE_CLICK, exclusions=exclusions, amount=text)
    (firm,) = firms_settle(town, [40])
    first = pay(apply(firm, "first"))
    opened = recovery_open(claim=first, ground=Recovery.Ground.COMMITMENT_BROKEN, actor=user("editor"), text="迁出")
    recovery = recovery_notice(recovery=opened, actor=user("editor"))
    repay(recovery, 1_000_00)
    assert apply(firm, "second").amount_fen == 3_000_00, "5,000 less 3,000 that were paid, of which 1,000 came back"
    repay(recovery, 2_000_00, "收据2")
    assert apply(firm, "third").amount_fen == 2_000_00
