"""A firm looks itself up: by code and by name, on a telephone, by keyboard, without script, in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import fits

Visit = Callable[..., Page]
FIRM, NAME = "91340207MADEM00116", "芜湖示例精工装备股份有限公司"


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_a_code_leads_to_the_shelf(visit: Visit, width: int) -> None:
    page = visit("/", width=width)
    page.get_by_role("searchbox").fill(FIRM)
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    expect(page.get_by_role("heading", name="尚不能判定")).to_be_visible()
    assert fits(page)


def test_two_characters_of_a_name_find_it_in_english(visit: Visit) -> None:
    page = visit("/", language="en-GB", width=390)
    page.get_by_role("searchbox").fill("精工")
    page.get_by_role("button", name="Look up").click()
    page.get_by_role("link", name=NAME).click() if "search" in page.url else None
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    expect(page.get_by_role("heading", name="Cannot tell yet")).to_be_visible()
    assert fits(page)


def test_the_language_is_switched_in_place(visit: Visit) -> None:
    page = visit(f"/shelf/{FIRM}/")
    page.get_by_role("button", name="English").click()
    expect(page).to_have_url(f"{page.url.split('/shelf')[0]}/shelf/{FIRM}/")
    expect(page.get_by_role("heading", name="Cannot tell yet")).to_be_visible()


def test_a_mistyped_code_is_explained(visit: Visit) -> None:
    page = visit("/", language="en")
    page.get_by_role("searchbox").fill(FIRM[:17])
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("alert").first).to_contain_text("has 18 characters; this one has 17")


def test_an_answer_typed_at_a_policy_moves_it_at_once(visit: Visit) -> None:
    """The question comes up inside the item, and the shelf answers without the page being loaded anew."""
    page = visit("/calculator/enterprise/", language="en", width=390)
    page.evaluate("window.notReloaded = true")
    item = page.locator("[id^=item-wuhu-green-factory-provincial]")
    item.get_by_role("link", name="Answer here").click()
    item.get_by_label("accepting area").select_option("340207")
    item.locator("select").nth(1).select_option("yes")
    item.get_by_role("button", name="Work it out").click()
    expect(page.locator("#one_click [id^=item-wuhu-green-factory-provincial]")).to_contain_text("200,000")
    assert page.evaluate("window.notReloaded")
    assert fits(page)


def test_without_script_the_calculator_answers_too(visit: Visit) -> None:
    page = visit("/calculator/enterprise/?ask=wuhu-green-factory-provincial", language="en", script=False)
    page.get_by_label("accepting area").select_option("340207")
    page.locator("main select").nth(1).select_option("yes")
    page.get_by_role("button", name="Work it out").click()
    expect(page.locator("#one_click [id^=item-wuhu-green-factory-provincial]")).to_contain_text("200,000")


def test_reasons_open_with_value_source_and_day(visit: Visit) -> None:
    page = visit(f"/my/{FIRM}/", language="en", user="jinggong")
    item = page.locator("[id^=item-wuhu-job-retention-refund-2023]")
    item.get_by_text("Why, and how to get it").click()
    expect(item).to_contain_text("0.81%")
    expect(item).to_contain_text("2023-0")
    expect(item).to_contain_text("128,898.24")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_owner_reads_what_departments_know(visit: Visit, width: int) -> None:
    page = visit(f"/my/{FIRM}/data/", language="en", width=width, user="jinggong")
    row = page.get_by_role("row").filter(has_text="insured headcount").first
    expect(row).to_contain_text("379 persons")
    expect(row).to_contain_text("2023-")
    assert fits(page)


def test_another_day_is_kept_while_looking_around(visit: Visit) -> None:
    page = visit("/", language="en")
    page.get_by_label("Answers as of").fill("2022-02-01")
    page.get_by_role("button", name="Change the day").click()
    expect(page.get_by_role("heading", name="on 2022-02-01")).to_be_visible()
    page.get_by_role("link", name="Policies", exact=True).click()
    expect(page.get_by_label("Answers as of")).to_have_value("2022-02-01")
    page.get_by_role("link", name="back to 2023-06-15").click()
    expect(page.get_by_label("Answers as of")).to_have_value("2023-06-15")


def test_the_keyboard_alone_is_enough(visit: Visit) -> None:
    """From the skip link through the search to the reasons of an item, with no mouse, and the focus is seen."""
    page = visit("/", language="en")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.type(FIRM)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    summary = page.locator("article summary").first
    for _ in range(60):
        page.keyboard.press("Tab")
        if summary.evaluate("node => node === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("article details[open] .inside").first).to_be_visible()
