"""Every exclusion rule under a race of real threads: whoever comes first, together they bring what the rule allows.

Each case opens with its control: the same clicks without the locks bring more.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from supermarket.claims.models import Claim
from supermarket.claims.selectors import given_up_of
from supermarket.ledger.models import Appropriation
from tests.claims.people import firms_settle
from tests.claims.test_applying import ONE_CLICK, Publish
from tests.claims.test_races import at_once, click, total_fen, without_locks
from tests.enterprises.files import Town

pytestmark = pytest.mark.django_db(transaction=True)
LADDER = {"rule": "highest_only", "ladder": ["low", "middle", "high"]}
AMOUNTS = {"low": 3000, "middle": 4000, "high": 5000}
RULES: dict[str, tuple[dict[str, Any], Callable[[str, int], str], set[int]]] = {
    # name -> (the rule, how the amount is written, the sums in yuan that may come out in all)
    "once": ({"rule": "once"}, lambda code, yuan: str(yuan), {3000, 4000, 5000}),
    "first_only": ({"rule": "first_only", "window": "ever"}, lambda code, yuan: str(yuan), {3000, 4000, 5000}),
    "highest_only": ({"rule": "highest_only", "window": "period"}, lambda code, yuan: str(yuan), {5000}),
    "top_up": ({"rule": "top_up"}, lambda code, yuan: str(yuan), {5000}),
    "paid": (
        {"rule": "top_up", "window": "ever"},
        lambda code, yuan: f'max({yuan} - paid("awards", "ever"), 0)',
        {5000},
    ),
    "ladder, the difference": ({**LADDER, "promotion": "difference"}, lambda code, yuan: str(yuan), {5000}),
    # In full: each higher step that comes after a lower one is paid whole, a lower one after it nothing.
    "ladder, in full": ({**LADDER, "promotion": "full"}, lambda code, yuan: str(yuan), {5000, 8000, 9000, 12000}),
}


@pytest.fixture
def town(transactional_db: None, tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.mark.parametrize("name", RULES)
def test_in_any_race_they_bring_what_the_rule_allows(
    name: str, town: Town, publish: Publish, money: list[Appropriation], monkeypatch: pytest.MonkeyPatch
) -> None:
    rule, written, allowed = RULES[name]
    for code, yuan in AMOUNTS.items():
        exclusions = [{"group": "awards", "window": "year", **rule}]
        publish(code, **{**ONE_CLICK, "exclusions": exclusions, "amount": written(code, yuan)})
    (firm,) = firms_settle(town, [40])
    with without_locks(monkeypatch, [("awards", firm.code)], threads=3):
        at_once(*(click(firm, code) for code in AMOUNTS))
        assert total_fen() == 12_000_00, "the control: without the locks all three are paid in full"
    at_once(*(click(firm, code) for code in AMOUNTS))
    assert total_fen() in {yuan * 100 for yuan in allowed}
    for claim in Claim.objects.filter(state="released"):
        less = claim.amount_fen is not None and claim.amount_fen < AMOUNTS[claim.policy.code] * 100
        assert bool(given_up_of(claim)) is (less and name != "paid"), "what was taken off is shown"


def test_stack_takes_nothing_off(town: Town, publish: Publish, money: list[Appropriation]) -> None:
    for code, yuan in AMOUNTS.items():
        exclusions = [{"group": "awards", "window": "year", "rule": "stack"}]
        publish(code, **{**ONE_CLICK, "exclusions": exclusions, "amount": str(yuan)})
    (firm,) = firms_settle(town, [40])
    at_once(*(click(firm, code) for code in AMOUNTS))
    assert total_fen() == 12_000_00
    assert not any(given_up_of(claim) for claim in Claim.objects.all())
