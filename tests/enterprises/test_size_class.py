"""Size classes by the notice's table, with the traps that other programs fell into."""

from decimal import Decimal

import pytest

from enterprises.size_class import size_class

WAN = Decimal(10_000)


@pytest.mark.parametrize(
    ("industry", "staff", "revenue", "assets", "expected"),
    [
        # industry: all bounds, else one class down
        ("3911", 1000, 40_000 * WAN, None, "large"),
        ("3911", 999, 40_000 * WAN, None, "medium"),
        ("3911", 1000, 40_000 * WAN - 1, None, "medium"),
        ("3911", 1500, 1_000 * WAN, None, "small"),
        ("3911", 19, 40_000 * WAN, None, "micro"),
        # storage: 200 / 100 / 20, where a known program has 200-300 and 20-200
        ("5990", 200, 30_000 * WAN, None, "large"),
        ("5990", 100, 1_000 * WAN, None, "medium"),
        ("5990", 99, 1_000 * WAN, None, "small"),
        # loading and handling is transport, though its division is 59
        ("5910", 200, 30_000 * WAN, None, "small"),
        # information transmission: 100 / 1000 / 100000 with nothing falling through between 10,000 and 100,000
        ("6312", 150, 50_000 * WAN, None, "medium"),
        ("6312", 2000, 100_000 * WAN, None, "large"),
        # yuan, not 10,000 yuan: 2000 yuan of revenue is micro
        ("3911", 320, Decimal(2000), None, "micro"),
        # real estate and construction count assets
        ("7010", None, 200_000 * WAN, 10_000 * WAN, "large"),
        ("7010", None, 200_000 * WAN, 1_999 * WAN, "micro"),
        ("7210", 300, None, 120_000 * WAN, "large"),
        ("0111", None, 500 * WAN, None, "medium"),
        ("C3911", 320, 2_000 * WAN, None, "medium"),
        ("B", 320, 2_000 * WAN, None, "medium"),
        ("8511", 300, None, None, "large"),
    ],
)
def test_classes(
    industry: str, staff: int | None, revenue: Decimal | None, assets: Decimal | None, expected: str
) -> None:
    assert size_class(industry=industry, staff=staff, revenue=revenue, assets=assets) == expected


@pytest.mark.parametrize("industry", ["6610", "5310", "8310", "7040", "8411", "9100", "9700", "J", "J66"])
def test_what_the_notice_does_not_cover_has_no_class(industry: str) -> None:
    assert size_class(industry=industry, staff=10_000, revenue=WAN * WAN, assets=WAN * WAN) == "not_classifiable"


def test_an_unknown_measure_leaves_the_class_unknown_unless_another_decides() -> None:
    assert size_class(industry="3911", staff=None, revenue=40_000 * WAN, assets=None) is None
    assert size_class(industry="3911", staff=None, revenue=299 * WAN, assets=None) == "micro"


@pytest.mark.parametrize("industry", ["C59", "59", "F", "K70", "K"])
def test_an_industry_that_is_too_coarse_leaves_the_class_unknown(industry: str) -> None:
    assert size_class(industry=industry, staff=10_000, revenue=WAN * WAN, assets=WAN * WAN) is None
