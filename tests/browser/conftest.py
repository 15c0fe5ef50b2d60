"""One store and one browser for all browser tests; a fresh visit for each."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.store import store_open

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PASSWORD = "demo-2023-wuhu"
Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker("browser")


@pytest.fixture(scope="package")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with store_open(tmp_path_factory.mktemp("store")) as store:
        yield store.address


# Not longer than the package: while Playwright's loop runs, Django would refuse database calls to all other tests.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(f"no Chromium at {CHROMIUM}: run tests/browser/setup.sh (as root, once), or set CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture
def visit(store: str, browser: Browser) -> Iterator[Visit]:
    """A page of a new visit: visit("/", language="en", width=390, user="jinggong", script=False)."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def do(
        path: str = "/", *, language: str = "zh-CN", width: int = 1280, user: str | None = None, script: bool = True
    ) -> Page:
        context = browser.new_context(
            base_url=store,
            locale=language,
            viewport={"width": width, "height": 844},
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        if user:
            page.goto("/sign-in/")
            page.fill("#id_username", user)
            page.fill("#id_password", PASSWORD)
            page.click("main button")
        page.goto(path)
        return page

    yield do
    for context in contexts:
        context.close()
    assert complaints == [], "a script failed, or a page wanted what the content security policy refuses"
