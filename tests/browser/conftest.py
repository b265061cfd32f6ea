"""Chromium, the house that serves the sample pages, and a fresh page for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.browser.house import House, open_house

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A name that is not the loopback's: pages there are no secure context, as behind plain HTTP.
    "--host-resolver-rules=MAP insecure.test 127.0.0.1",
]

NewPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "these tests need Chromium: apt-get install chromium"
    browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[str, House]]:
    with open_house() as opened:
        yield opened


@pytest.fixture
def base(served: tuple[str, House]) -> str:
    return served[0]


@pytest.fixture
def house(served: tuple[str, House]) -> House:
    served[1].requests.clear()
    served[1].posted.clear()
    served[1].moving = False
    return served[1]


@pytest.fixture
def new_page(chromium: Browser, base: str) -> Iterator[NewPage]:
    """Give a function that opens pages; it takes the options of a browser context."""
    contexts: list[BrowserContext] = []

    def open_one(**options: object) -> Page:
        context = chromium.new_context(
            **{"viewport": {"width": 1280, "height": 800}, "base_url": base, **options}
        )  # type: ignore[arg-type]
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()
