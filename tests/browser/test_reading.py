"""Pages are read without scripts, without other hosts, in either scheme, on paper."""

from __future__ import annotations

import io
import re
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image

from service.pages.seals import ACTS
from tests.browser.conftest import NewPage
from tests.browser.house import House, address
from tests.service.pages import samples


@pytest.mark.parametrize("name", samples.PAGES)
def test_a_page_asks_only_its_own_host_and_breaks_no_policy(new_page: NewPage, base: str, name: str) -> None:
    page = new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address(name), wait_until="networkidle")
    assert len(asked) >= 4
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(base).netloc}
    assert said == []


def test_the_policy_would_have_stopped_an_inline_script(new_page: NewPage) -> None:
    page = new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(address("collectible"))
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
    )
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    assert page.evaluate("window.ran") is None
    assert len([text for text in said if "Content Security Policy" in text]) == 2


def test_titles_are_set_in_our_own_serif_and_only_the_slices_in_use_are_fetched(
    new_page: NewPage, house: House
) -> None:
    page = new_page()
    page.goto(address("collectible"), wait_until="networkidle")
    assert page.evaluate("document.fonts.check('600 20px \"Noto Serif SC\"', '静夜思')")
    fetched = {path for path in house.requests if path.endswith(".woff2")}
    assert 1 <= len(fetched) <= 12
    assert page.evaluate("[...document.fonts].filter((face) => face.status === 'loaded').length") == len(
        fetched
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_scripts_everything_is_said_and_no_control_is_left_that_does_nothing(
    new_page: NewPage, lang: str
) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(address("collectible", lang))
    text = page.inner_text("body")
    told = ("静夜思", "竹影 3F·7K", samples.SHA256, samples.COLLECTIBLE.code, "2026-11-02 14:05")
    said = (
        ("核验一致", "限制转赠", "著作权") if lang == "zh" else ("Consistent", "Gift restricted", "Copyright")
    )
    assert [words for words in (*told, *said) if words not in text] == []
    assert page.locator("button:visible").count() == 0
    assert page.locator("input[type=file]:visible").count() == 0
    page.locator("#technical summary").click()
    assert samples.CID in page.inner_text("#technical")


def test_without_scripts_search_and_the_check_of_a_bundle_still_work(new_page: NewPage, house: House) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(address("home"))
    page.get_by_label("编号、名称或文件摘要").fill("静夜思")
    page.get_by_role("button", name="查找").click()
    assert urlsplit(page.url).path == "/search"
    page.goto(address("verify"))
    page.set_input_files(
        "#bundle-file", {"name": "e.json", "mimeType": "application/json", "buffer": b'{"records":[]}'}
    )
    page.get_by_role("button", name="核验", exact=True).click()
    assert b'{"records":[]}' in house.posted[0]
    assert "无法确认" in page.inner_text("main")


def test_the_dark_scheme_is_dark_and_its_seals_stay_red(new_page: NewPage) -> None:
    page = new_page(color_scheme="dark")
    page.goto(address("collectible"))
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    seal = page.evaluate("getComputedStyle(document.querySelector('.stones .seal-red')).fill")
    assert max(map(int, re.findall(r"\d+", paper))) < 40
    red, green, blue = map(int, re.findall(r"\d+", seal))
    assert red > 150 > green + blue - 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_red_is_for_seals_alone(new_page: NewPage, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    for name in samples.PAGES:
        page.goto(address(name))
        colours = page.evaluate(
            """() => [...document.querySelectorAll('body *')].filter((each) => !each.closest('svg')).flatMap((each) => {
              const style = getComputedStyle(each);
              return [style.color, style.backgroundColor, style.borderTopColor, style.outlineColor];
            })"""
        )
        for colour in set(colours):
            red, green, blue, *alpha = map(float, re.findall(r"[\d.]+", colour))
            assert alpha == [0] or red - max(green, blue) < 40, (name, colour)


def test_each_record_shows_its_seal_and_says_its_act(new_page: NewPage) -> None:
    page = new_page()
    page.goto(address("collectible"))
    entries = page.locator(".entry")
    assert entries.count() == 5
    assert entries.locator("h3").all_inner_texts() == ["转赠", "解除限制", "限制转赠", "发放", "生成"]
    used = entries.locator("use").evaluate_all("(all) => all.map((each) => each.getAttribute('href'))")
    assert used == [f"#seal-white-{ord(ACTS[entry.act]):x}" for entry in samples.ENTRIES]
    boxes = entries.locator("svg").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect().width)"
    )
    assert min(boxes) >= 40


def test_the_printed_page_shows_the_technical_data_and_leaves_out_what_paper_cannot_do(
    new_page: NewPage,
) -> None:
    page = new_page()
    page.goto(address("collectible"))
    page.emulate_media(media="print")
    for gone in (".house-nav", ".drop", ".actions", ".colophon-links"):
        assert not page.locator(gone).first.is_visible()
    assert page.locator("#technical code").last.is_visible()
    assert page.locator(".print-code").is_visible()
    assert _pages(page.pdf(prefer_css_page_size=True)) in (2, 3)


def test_the_code_on_the_printed_page_leads_back_to_it(new_page: NewPage, base: str) -> None:
    page = new_page(device_scale_factor=3)
    page.goto(address("collectible"))
    page.emulate_media(media="print")
    assert _codes(page.locator(".print-code").screenshot()) == [f"{base}{samples.COLLECTIBLE.path}"]


def test_a_sheet_of_labels_prints_on_one_page_of_a4(new_page: NewPage) -> None:
    page = new_page()
    page.goto(address("labels"))
    document = page.pdf(prefer_css_page_size=True)
    assert _pages(document) == 1
    left, bottom, right, top = map(float, re.findall(rb"/MediaBox\s*\[([^\]]+)\]", document)[0].split())
    assert (round(right - left), round(top - bottom)) in {(595, 842), (596, 842), (595, 841), (594, 842)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_label_scans(new_page: NewPage, base: str, scheme: str) -> None:
    page = new_page(device_scale_factor=2, color_scheme=scheme)
    page.goto(address("labels"))
    codes = _codes(page.locator(".sheet").screenshot())
    assert sorted(codes) == sorted(base + label.path for label in samples.PAGES["labels"].labels)  # type: ignore[attr-defined]


def test_the_switch_of_language_keeps_the_place(new_page: NewPage) -> None:
    page = new_page()
    page.goto(address("search"))
    link = page.get_by_role("navigation").get_by_role("link", name="English")
    assert link.get_attribute("href") == "/search?q=%E9%9D%99%E5%A4%9C%E6%80%9D&after=x&lang=en"


def _pages(document: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", document))


def _codes(picture: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))]
