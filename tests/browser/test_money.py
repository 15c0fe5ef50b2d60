"""The two promises, through a browser, a worker and a bank: one click pays, and a run pays those who never applied."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.axe import faults, fits

Visit = Callable[..., Page]
PERSON = "P0000000026"
RUN_MS = 60_000  # match, screen and pay a town, on a machine that has other work too


def test_one_click_and_the_money_comes(visit: Visit) -> None:
    """The claim takes the place of the button, and moves on by itself from station to station into the account."""
    page = visit(f"/my/{PERSON}/", language="en", user="shili-gui", width=390)
    page.evaluate("window.notReloaded = true")
    item = page.locator("[id^=item-wuhu-return-home-si-subsidy]")
    item.get_by_role("checkbox").check()
    item.get_by_role("button", name="Claim now").click()
    expect(item.locator(".stations .here")).to_have_text("in your account", timeout=RUN_MS)
    expect(item.locator(".now")).to_contain_text("1,675.20")
    assert page.evaluate("window.notReloaded")
    page.reload()
    expect(page.locator("#on_the_way [id^=item-wuhu-return-home-si-subsidy]")).to_contain_text("paid")


def test_without_the_commitment_nothing_is_sent(visit: Visit) -> None:
    page = visit("/my/91340202MADEM0038M/", language="en", user="canyin")
    item = page.locator("[id^=item-anhui-hiring-subsidy-2023]")
    item.get_by_role("button", name="Claim now").click()
    assert item.get_by_role("checkbox").evaluate("box => box.validity.valueMissing")
    expect(item.get_by_role("button", name="Claim now")).to_be_visible()


def test_three_officials_pay_a_run(visit: Visit) -> None:
    """Opened and decided by one, approved by a second, released by a third; paid while they look on."""
    maker = visit("/desk/runs/new/", language="en", user="maker")
    maker.get_by_label("Policy and period").select_option("wuhu-job-retention-refund-2023 2023")
    maker.get_by_label("Days of public notice").fill("0")
    maker.get_by_label("Days to confirm").fill("0")
    maker.get_by_role("button", name="Open the run").click()
    maker.get_by_label("Number of the minutes").fill("党组会〔2023〕8号", timeout=RUN_MS)
    maker.get_by_role("button", name="Enter the decision").click()
    expect(maker.locator(".now")).to_contain_text("decided collectively")
    expect(maker.get_by_role("button", name="Approve")).to_have_count(0)
    address = maker.url.split("/desk")[1]

    head = visit(f"/desk{address}", language="en", user="head")
    head.get_by_role("button", name="Approve").click()
    expect(head.locator(".now")).to_contain_text(re.compile("approved|confirming"))

    releaser = visit(f"/desk{address}", language="en", user="releaser")
    releaser.get_by_label("Payment order number").fill("支付令2023-77")
    releaser.get_by_role("button", name="Release").click()
    expect(releaser.locator(".live")).to_contain_text("100 %", timeout=RUN_MS)
    expect(releaser.locator(".tally")).to_contain_text("settled")
    assert faults(releaser) == []
    releaser.set_viewport_size({"width": 390, "height": 844})
    assert fits(releaser)

    firm = visit("/my/91340207MADEM00116/", language="en", user="jinggong")
    expect(firm.locator("#on_the_way [id^=item-wuhu-job-retention-refund-2023]")).to_contain_text("128,898.24")
