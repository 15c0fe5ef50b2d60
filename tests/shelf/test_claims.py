"""Claims on the shelf: each one on its way is an item, and takes the place of the right that it claims."""

from typing import Any

import pytest
from django.utils import timezone

from enterprises.models import Beneficiary
from policies.models import PolicyVersion
from supermarket.claims.models import Claim
from supermarket.shelf import Group
from supermarket.users.models import User
from tests.enterprises.files import KEY, Town, credit_code
from tests.shelf.test_shelf import Publish, look, the_item, told


def claim(version: PolicyVersion, firm: Beneficiary, *states: str, **values: Any) -> Claim:
    now = timezone.now()
    values = {"period": "2023", "amount_fen": 500000, **values}
    made = Claim.objects.create(
        policy=version.policy, policy_version=version, beneficiary=firm, created_at=now, moved_at=now, **values
    )
    for state in states:
        Claim.objects.filter(pk=made.pk).update(state=state, moved_at=timezone.now())
    return Claim.objects.get(pk=made.pk)


@pytest.fixture
def version(publish: Publish) -> PolicyVersion:
    return publish("policy", eligibility="insured_headcount >= 20", in_force={"from": "2022-01-01"})


def test_a_claim_on_its_way_takes_the_place_of_the_right(
    version: PolicyVersion, firm: Beneficiary, owner: User
) -> None:
    made = claim(version, firm, "submitted")
    shelf = look(firm, owner)
    (item,) = shelf.items
    assert (item.group, item.amount_fen, item.claimable) == (Group.ON_THE_WAY, 500000, False)
    assert [(one.reference, one.state, one.period) for one in item.claims] == [(str(made.pk), "submitted", "2023")]


def test_another_period_is_still_to_be_had(version: PolicyVersion, firm: Beneficiary, owner: User) -> None:
    claim(version, firm, "submitted", period="2022")
    shelf = look(firm, owner)
    assert [(item.period, item.group) for item in shelf.items] == [
        ("2022", Group.ON_THE_WAY),
        ("2023", Group.ONE_CLICK),
    ]


@pytest.mark.parametrize("states", [(), ("submitted", "refused"), ("submitted", "withdrawn")])
def test_what_ended_without_money_leaves_the_right_open(
    version: PolicyVersion, firm: Beneficiary, owner: User, states: tuple[str, ...]
) -> None:
    claim(version, firm, *states)
    (item,) = look(firm, owner).items
    assert item.group is Group.ONE_CLICK and item.claimable
    assert [one.state for one in item.claims] == [states[-1] if states else "drafted"]


def test_a_new_occasion_is_a_new_right(publish: Publish, town: Town, firm: Beneficiary, owner: User) -> None:
    town.deliver("listing", [KEY, "listing.stage"], [credit_code(1), "tutoring_filed"], as_of="2023-06-01")
    version = publish("staged", eligibility="insured_headcount >= 20", once_per="listing.stage", period="once")
    claim(version, firm, "submitted", period="once", occasion="tutoring_filed")
    assert [item.group for item in look(firm, owner).items] == [Group.ON_THE_WAY]
    town.deliver("listing", [KEY, "listing.stage"], [credit_code(1), "ipo_approved"], as_of="2023-06-10")
    assert [item.group for item in look(firm, owner).items] == [Group.ON_THE_WAY, Group.ONE_CLICK]


def test_what_was_paid_stays_on_the_shelf_when_its_policy_is_gone(
    publish: Publish, firm: Beneficiary, owner: User
) -> None:
    gone = publish("gone", in_force={"from": "2020-01-01", "until": "2020-12-31"})
    claim(gone, firm, "submitted", period="2020")
    assert [item.code for item in look(firm, owner).items] == ["gone"]


def test_a_visitor_sees_no_claim(version: PolicyVersion, firm: Beneficiary) -> None:
    before = told(look(firm, None))
    claim(version, firm, "submitted")
    claim(version, firm, "submitted", period="2022")
    assert told(look(firm, None)) == before
    assert the_item(look(firm, None)).group is Group.CANNOT_TELL
