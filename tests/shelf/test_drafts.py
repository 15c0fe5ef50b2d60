"""A draft over the whole town: whom it hits, what it costs by place and payer, and how two drafts differ."""

from collections.abc import Callable
from datetime import date

import pytest

from enterprises.models import Beneficiary
from policies.models import PolicyVersion
from policies.rules import RuleProblems
from supermarket.matching.drafts import drafts_compared
from supermarket.matching.simulation import Comparison, Cost, PayerCost
from supermarket.shelf import draft_simulation
from tests.enterprises.files import KEY, Town, credit_code
from tests.policies.definitions import definition

DAY = date(2023, 6, 15)


@pytest.fixture
def firms(town: Town) -> None:
    """Jiujiang: 27, 40 and an unknown number of staff; Jinghu: 30; one without a known place."""
    codes = [credit_code(number) for number in range(1, 6)]
    town.register(*((code, f"芜湖{number}有限公司", "2015-03-01") for number, code in enumerate(codes, start=1)))
    places = zip(codes, ["340207", "340207", "340207", "340202"], strict=False)
    town.deliver("tax_registration", [KEY, "accepting_area"], *map(list, places), as_of="2023-06-02")
    staff = [[codes[0], 27], [codes[1], 40], [codes[2], ""], [codes[3], 30], [codes[4], 50]]
    town.deliver("social_insurance", [KEY, "insured_headcount"], *staff, as_of="2023-06-02")


def test_what_a_draft_costs_by_place_and_payer(firms: None) -> None:
    funding = {"pool": "tech-2023", "shares": "standard", "lead": "district"}
    result = draft_simulation(definition=definition(amount="100 * insured_headcount", funding=funding), as_of=DAY)
    assert result.areas == {
        "340202": Cost(eligible=1, unknown=0, least_fen=300000, most_fen=300000, sums_unknown=0),
        "340207": Cost(eligible=1, unknown=1, least_fen=400000, most_fen=400000, sums_unknown=1),
        None: Cost(eligible=0, unknown=1, least_fen=0, most_fen=500000, sums_unknown=0),
    }
    assert result.total == Cost(eligible=2, unknown=2, least_fen=700000, most_fen=1200000, sums_unknown=1)
    # City and district 4:6; whose place is unknown, nobody can say who pays.
    assert result.payers == (
        PayerCost("340200", 280000, 280000),
        PayerCost("340202", 180000, 180000),
        PayerCost("340207", 240000, 240000),
        PayerCost("?", 0, 500000),
    )
    assert not PolicyVersion.objects.exists()


def test_a_pool_costs_what_it_holds(firms: None) -> None:
    pool = {"total": "1000000", "weight": "1 * insured_headcount"}
    result = draft_simulation(definition=definition(amount=None, pool=pool), as_of=DAY)
    assert (result.pool_fen, result.total.eligible, result.total.sums_unknown) == (100000000, 2, 4)


def test_two_drafts_side_by_side(firms: None) -> None:
    before = definition(amount="100 * insured_headcount")
    after = definition(amount="150 * insured_headcount", eligibility="insured_headcount >= 40")
    assert drafts_compared(before=before, after=after, as_of=DAY) == Comparison(
        gained=0, lost=1, kept=1, more=1, less=0, difference_fen=600000 - 700000
    )
    with pytest.raises(ValueError, match="one audience"):
        drafts_compared(before=before, after=definition(audience="person"), as_of=DAY)


def test_a_draft_that_does_not_compile_is_refused(firms: None) -> None:
    with pytest.raises(RuleProblems):
        draft_simulation(definition=definition(eligibility="headcount >= 30"), as_of=DAY)


def test_an_edited_draft_is_another_one(firms: None, publish: Callable[..., PolicyVersion], firm: Beneficiary) -> None:
    publish("test-rd-award")
    counts = [
        draft_simulation(definition=definition(eligibility=f"insured_headcount >= {least}"), as_of=DAY).total.eligible
        for least in (20, 30, 40, 100)
    ]
    assert counts == [3, 2, 1, 0]
