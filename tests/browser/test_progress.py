"""The progress of a request follows by itself, with scripts and without."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import NewPage
from tests.browser.house import House, address


def test_with_scripts_the_part_that_changed_is_replaced_and_then_it_stops(
    new_page: NewPage, house: House
) -> None:
    page = new_page()
    page.clock.install()
    page.goto("/o/1")
    page.evaluate("window.kept = true")
    expect(page.get_by_role("status")).to_contain_text("已提交")
    page.clock.run_for(5_000)
    expect(page.get_by_role("status")).to_contain_text("已定局")
    expect(page.get_by_role("link", name="查看结果")).to_be_visible()
    assert page.evaluate("window.kept")
    assert page.locator("[data-refreshing]").count() == 0
    looked = len([path for path in house.requests if path.startswith("/o/")])
    page.clock.run_for(60_000)
    assert len([path for path in house.requests if path.startswith("/o/")]) == looked == 2


def test_without_scripts_the_page_refreshes_as_a_whole(new_page: NewPage, house: House) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/o/1")
    assert "已提交" in page.inner_text("main")
    page.wait_for_selector("text=查看结果", timeout=15_000)
    assert len([path for path in house.requests if path.startswith("/o/")]) == 2


def test_a_reader_can_stop_it(new_page: NewPage) -> None:
    page = new_page()
    page.goto(address("operation"))
    link = page.get_by_role("link", name="停止刷新")
    assert str(link.get_attribute("href")).endswith("?refresh=off")
    page.goto(address("operation, stopped"))
    assert page.locator("script[src*=progress]").count() == 0
    expect(page.get_by_role("link", name="自动刷新")).to_be_visible()
