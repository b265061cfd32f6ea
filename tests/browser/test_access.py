"""Every page for everybody: axe finds nothing, nothing runs off the side, the keyboard reaches all of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NewPage
from tests.browser.house import address
from tests.service.pages import samples

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
EVERYTHING = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 800}


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """Run axe; return each violation as "rule: selector"."""
    found = page.evaluate("async (options) => (await axe.run(document, options)).violations", options)
    return [
        f"{each['id']}: {node['target']} {node['html'][:120]}" for each in found for node in each["nodes"]
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", samples.PAGES)
def test_axe_finds_nothing_wide_or_narrow_light_or_dark(new_page: NewPage, name: str, lang: str) -> None:
    page = new_page()
    page.goto(address(name, lang))
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.evaluate(AXE)
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme="light")
        assert violations(page, EVERYTHING) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, COLOURS) == []
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    assert violations(page, COLOURS) == []


def test_axe_does_find_what_is_wrong(new_page: NewPage) -> None:
    page = new_page()
    page.goto(address("collectible"))
    page.evaluate(AXE)
    page.evaluate("document.querySelector('.plate img').removeAttribute('alt')")
    page.evaluate("document.querySelector('.eyebrow').style.color = '#ddd'")
    rules = {each.split(":")[0] for each in violations(page, EVERYTHING)}
    assert {"image-alt", "color-contrast"} <= rules


@pytest.mark.parametrize("name", samples.PAGES)
def test_nothing_runs_off_the_side(new_page: NewPage, name: str) -> None:
    page = new_page()
    for lang in ("zh", "en"):
        page.goto(address(name, lang))
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        for width, zoom in ((320, "100%"), (390, "100%"), (640, "100%"), (1280, "100%"), (1280, "200%")):
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate("(zoom) => { document.documentElement.style.fontSize = zoom; }", zoom)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (lang, width, zoom)


def test_the_keyboard_reaches_everything_and_shows_where_it_is(new_page: NewPage) -> None:
    page = new_page()
    page.goto(address("collectible"))
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => {
              const at = document.activeElement;
              const shown = at.matches('input[type=file]') ? at.parentElement : at;
              const style = getComputedStyle(shown);
              return at === document.body ? null : [
                at.tagName, (at.textContent || at.type).trim(), style.outlineStyle, parseFloat(style.outlineWidth)];
            }"""
        )
        if seen is None:
            break
        reached.append(seen)
    assert reached[0][1] == "跳到正文"
    assert ["INPUT", "file"] in [each[:2] for each in reached]
    assert "SUMMARY" in {each[0] for each in reached}
    assert {each[2] for each in reached} == {"solid"}
    assert min(each[3] for each in reached) >= 2
    wanted = page.locator("a[href]:visible, summary:visible, button:visible").count()
    assert len(reached) == wanted + 1  # and the file


def test_the_skip_link_leads_past_the_navigation(new_page: NewPage) -> None:
    page = new_page()
    page.goto(address("collectible"))
    page.keyboard.press("Tab")
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_technical_data_opens_and_closes_with_the_keyboard(new_page: NewPage) -> None:
    page = new_page()
    page.goto(address("collectible"))
    page.locator("#technical summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("#technical code").first.is_visible()
    page.keyboard.press("Enter")
    assert not page.locator("#technical code").first.is_visible()


def test_targets_on_a_phone_are_large_enough_or_far_enough_apart(new_page: NewPage) -> None:
    page = new_page(viewport={"width": 320, "height": 640}, has_touch=True)
    page.goto(address("work"))
    boxes = page.evaluate(
        "[...document.querySelectorAll('.house-nav a, .button, .serials a, .house-mark')]"
        ".map((each) => each.getBoundingClientRect()).filter((box) => box.width > 0)"
        ".map((box) => [box.width, box.height])"
    )
    assert len(boxes) > 40
    assert min(width for width, _ in boxes) >= 24
    assert min(height for _, height in boxes) >= 24


def test_the_first_screen_says_what_it_is_whose_it_is_and_whether_that_is_proven(new_page: NewPage) -> None:
    page = new_page()
    for width, height in ((1280, 720), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address("collectible"))
        for selector in ("h1", ".edition", ".lines strong", "#verdict"):
            box = page.locator(selector).first.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= height, (width, selector)
