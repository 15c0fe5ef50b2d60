"""Shares of payers: the worked example of the city, and that no fen is lost."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supermarket.claims.errors import SharesUnknownError
from supermarket.claims.runs.sums import pool_shares
from supermarket.claims.sharing import PayerShare, amounts_of, instalment_amounts, payer_shares
from supermarket.ledger.errors import AppropriationExhaustedError
from supermarket.ledger.models import Appropriation
from supermarket.ledger.services import ReservationDraft, appropriation_reserve, holder_of
from tests.policies.definitions import definition

STANDARD = {"pool": "science", "shares": "standard", "lead": "district", "when_short": "queue"}
ON = date(2023, 6, 15)


def shares(area: str | None, *, city_level: bool = False, **funding: object) -> dict[str, Fraction]:
    found = payer_shares(definition(funding={**STANDARD, **funding}), accepting_area=area, city_level=city_level, on=ON)
    assert found[0].lead and sum(each.lead for each in found) == 1
    return {each.payer: each.share for each in found}


def test_counties_two_to_eight_districts_four_to_six_city_level_all() -> None:
    assert shares("340281") == {"340281": Fraction(4, 5), "340200": Fraction(1, 5)}
    assert shares("340207") == {"340207": Fraction(3, 5), "340200": Fraction(2, 5)}
    assert shares("340207", city_level=True) == {"340200": Fraction(1)}


def test_own_shares_and_lead() -> None:
    assert list(shares("340207", lead="city")) == ["340200", "340207"]
    half = Fraction(1, 2)
    assert shares("340207", shares={"city": "1/2", "district": "1/2"}) == {"340207": half, "340200": half}


def test_nobody_guesses_who_pays() -> None:
    for area in (None, "340100"):
        with pytest.raises(SharesUnknownError):
            shares(area)


@pytest.mark.parametrize(("area", "payer"), [("340200", "340200"), ("340207", "340207"), ("340000", "340200")])
def test_without_funding_the_areas_own_level_pays(area: str, payer: str) -> None:
    found = payer_shares(definition(area=area), accepting_area="340207", city_level=False, on=ON)
    assert [(each.payer, each.share) for each in found] == [(payer, 1)]


def test_the_worked_example_of_the_research_awards_of_2023() -> None:
    """88 firms, 30.4 m = 3 at city level with 1.3 m + 85 with 29.1 m, of which the city bears 10.32 m."""
    firms = [("340207", True, 43_333_333), ("340202", True, 43_333_333), ("340281", True, 43_333_334)]
    firms += [("340281", False, 660_000_000 // 25)] * 25 + [("340207", False, 2_250_000_000 // 60)] * 60
    assert len(firms) == 88 and sum(fen for *_, fen in firms) == 3_040_000_000
    city = {True: 0, False: 0}
    districts = 0
    for area, city_level, fen in firms:
        found = payer_shares(definition(funding=STANDARD), accepting_area=area, city_level=city_level, on=ON)
        parts = amounts_of(fen, found)
        city[city_level] += parts["340200"]
        districts += sum(parts.values()) - parts["340200"]
    assert (city[True], city[False], districts) == (130_000_000, 1_032_000_000, 1_878_000_000)


@pytest.mark.django_db
def test_the_worked_example_is_reserved_on_every_payer_or_on_none(grant: Callable[..., Appropriation]) -> None:
    """The same 88 firms in the books: a district that lacks one fen stops all of them."""
    firms = [("340207", True, 43_333_333), ("340202", True, 43_333_333), ("340281", True, 43_333_334)]
    firms += [("340281", False, 660_000_000 // 25)] * 25 + [("340207", False, 2_250_000_000 // 60)] * 60
    money = {"340200": grant("340200", 2_000_000_000), "340207": grant("340207", 1_350_000_000 - 1)}
    money["340281"] = grant("340281", 528_000_000)
    drafts = []
    for claim, (area, city_level, fen) in enumerate(firms, 1):
        found = payer_shares(definition(funding=STANDARD), accepting_area=area, city_level=city_level, on=ON)
        drafts += [
            ReservationDraft(holder_of(claim), money[payer].pk, part) for payer, part in amounts_of(fen, found).items()
        ]
    with pytest.raises(AppropriationExhaustedError, match="340207"):
        appropriation_reserve(reservations=drafts, key="approved")
    assert {each.reserved_fen for each in Appropriation.objects.all()} == {0}
    grant("340207", 1)
    appropriation_reserve(reservations=drafts, key="approved")
    assert dict(Appropriation.objects.values_list("payer", "reserved_fen")) == {
        "340200": 130_000_000 + 1_032_000_000,
        "340207": 1_350_000_000,
        "340281": 528_000_000,
    }


@given(st.integers(0, 10**13), st.dictionaries(st.integers(1, 10**6), st.integers(1, 10**9), min_size=1, max_size=40))
def test_a_pool_is_shared_out_to_the_fen_and_nobody_is_off_by_one(total_fen: int, weights: dict[int, int]) -> None:
    """Largest remainders: the shares sum to the pool, each is its exact part rounded down or up, and whoever is rounded
    up has no smaller remainder than whoever is rounded down."""
    amounts = {claim: share.amount_fen for claim, share in pool_shares(total_fen, weights).items()}
    assert sum(amounts.values()) == total_fen
    whole = sum(weights.values())
    rests = {claim: total_fen * weight % whole for claim, weight in weights.items()}
    up = {claim for claim, fen in amounts.items() if fen * whole > total_fen * weights[claim]}
    assert all(abs(fen * whole - total_fen * weights[claim]) < whole for claim, fen in amounts.items())
    down = {claim for claim in weights if rests[claim] and claim not in up}
    assert not up or not down or min(rests[claim] for claim in up) >= max(rests[claim] for claim in down)


@given(st.integers(1, 10**12), st.lists(st.integers(1, 50), min_size=1, max_size=5))
def test_parts_sum_to_the_amount_and_only_the_lead_bears_odd_fen(amount_fen: int, weights: list[int]) -> None:
    fractions = [Fraction(weight, sum(weights)) for weight in weights]
    parts = amounts_of(amount_fen, [PayerShare(str(n), part, n == 0) for n, part in enumerate(fractions)])
    assert sum(parts.values()) == amount_fen and min(parts.values()) >= 0
    for number, part in enumerate(fractions[1:], 1):
        assert 0 <= amount_fen * part - parts[str(number)] < 1
    assert instalment_amounts(amount_fen, fractions) == list(parts.values())
