"""No page has a serious fault that axe-core knows of (WCAG 2.2 AA), and each fits a telephone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.axe import faults, fits

Visit = Callable[..., Page]
FIRM = "91340207MADEM00116"
PAGES = {
    None: f"/ /search/?q=示例 /search/?q=no /shelf/{FIRM}/ /calculator/person/ /policies/ /notices/ /sign-in/ /no/",
    "jinggong": f"/my/{FIRM}/ /my/{FIRM}/data/ /my/{FIRM}/account/ /my/{FIRM}/claims/ /desk/",
    "editor": "/desk/ /desk/policies/ /desk/policies/new/ /desk/policies/wuhu-hightech-award/ /desk/deliveries/",
    "auditor": "/desk/users/ /desk/runs/ /desk/payouts/ /desk/money/ /desk/claims/",
    "reviewer": "/desk/objections/ /desk/disputes/",
}


@pytest.mark.parametrize("user", PAGES)
def test_pages_are_open_to_everybody(visit: Visit, user: str | None) -> None:
    page = visit("/", width=390, user=user)
    for path in PAGES[user].split():
        page.goto(path)
        assert faults(page) == [], path
        assert fits(page), path


def test_an_opened_item_and_its_questions_are_open_to_everybody(visit: Visit) -> None:
    page = visit("/calculator/enterprise/", language="en")
    page.get_by_role("link", name="Answer here").first.click()
    page.get_by_text("Why, and how to get it").nth(3).click()
    page.locator(".missing form").first.wait_for()
    assert faults(page) == []


def test_the_check_finds_a_fault(visit: Visit) -> None:
    """The control: without it all tests above could pass by looking at nothing."""
    page = visit("/")
    page.evaluate(
        "document.querySelector('#q').removeAttribute('placeholder'); document.querySelector('label[for=q]').remove()"
    )
    assert any("label" in fault for fault in faults(page))
