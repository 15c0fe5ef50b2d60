"""How many papers nobody brings: counted per policy, over the store, and over the claims made."""

from collections.abc import Callable
from datetime import date

from django.test import Client

from policies.models import PolicyVersion
from supermarket.claims.models import Claim
from supermarket.papers.saved import PapersCount, papers_on_shelf, papers_saved
from supermarket.users.models import Role

DAY = date(2023, 6, 15)


def test_papers_are_counted_per_policy_and_over_the_store(claim: Claim, publish: Callable[..., PolicyVersion]) -> None:
    publish("nothing-asked")
    publish("all-to-bring", materials=[{"name": {"zh": "合同", "en": "contract"}, "upload": True}])
    saved = papers_saved(on=DAY)
    assert [(one.code, one.papers.required, one.papers.brought, one.claims) for one in saved.policies] == [
        ("all-to-bring", 1, 1, 0),
        ("award", 3, 1, 1),
    ]
    assert (saved.on_shelf, saved.on_shelf.saved_percent) == (PapersCount(4, 2), 50)
    assert (saved.in_claims, saved.without_papers) == (PapersCount(3, 2), 1)
    assert papers_on_shelf(on=DAY) == saved.on_shelf


def test_wuhus_own_count_comes_out() -> None:
    wuhu = PapersCount(required=3061, from_data=3061 - 618)
    assert (wuhu.brought, wuhu.saved_percent) == (618, 79)
    assert PapersCount().saved_percent is None


def test_officials_and_the_public_see_the_count(sign_in: Callable[..., Client], claim: Claim, english: Client) -> None:
    page = sign_in(Role.EDITOR).get("/desk/papers/").content.decode()
    assert "66 %" in page
    assert "3 → 1" in page
    assert "Of 3 papers that they ask for, 2 come from departments" in english.get("/").content.decode()
