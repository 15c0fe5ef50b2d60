"""No page has a serious fault that axe-core knows of (WCAG 2.2 AA), and each fits a telephone."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

Visit = Callable[..., Page]
FIRM = "91340207MADEM00116"
PAGES = {
    None: f"/ /search/?q=示例 /search/?q=nobody /shelf/{FIRM}/ /calculator/person/ /policies/ /sign-in/ /nothing/",
    "jinggong": f"/my/{FIRM}/ /my/{FIRM}/data/ /desk/",
    "editor": "/desk/ /desk/policies/ /desk/policies/new/ /desk/policies/wuhu-hightech-award/ /desk/deliveries/",
    "auditor": "/desk/users/",
}


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {node['html'][:200]}" for one in serious for node in one["nodes"]]


@pytest.mark.parametrize("user", PAGES)
def test_pages_are_open_to_everybody(visit: Visit, user: str | None) -> None:
    page = visit("/", width=390, user=user)
    for path in PAGES[user].split():
        page.goto(path)
        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


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
