"""A file put on the page: hashed on the device, compared or looked up, never sent."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from service.pages import assets
from tests.browser.conftest import NewPage
from tests.browser.house import House, address
from tests.service.pages import samples

VECTORS = Path(__file__).parents[1] / "vectors/evidence.json"
BUNDLE = json.dumps(json.loads(VECTORS.read_text(encoding="utf-8"))["bundles"]["holding"]).encode()

SIZES = [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1_000, 65_537]
"""Around the edges of SHA-256's padding (FIPS 180-4, 5.1.1)."""


def octets(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def put(page: Page, name: str, body: bytes, media_type: str = "application/octet-stream") -> None:
    page.set_input_files("[data-drop] input", {"name": name, "mimeType": media_type, "buffer": body})


@pytest.fixture
def deposited(house: House) -> bytes:
    """Give the bytes of the file that the sample collectible was deposited with."""
    body = octets(300_000)
    page = samples.COLLECTIBLE
    assert page.file is not None
    samples.PAGES["deposited"] = replace(
        page, file=replace(page.file, sha256=hashlib.sha256(body).hexdigest())
    )
    yield body
    del samples.PAGES["deposited"]


@pytest.mark.parametrize("host", ["127.0.0.1", "insecure.test"])
def test_the_digest_is_that_of_the_file_with_and_without_the_browsers_help(
    new_page: NewPage, base: str, host: str
) -> None:
    page = new_page()
    page.goto(base.replace("127.0.0.1", host) + address("verify"))
    assert page.evaluate("globalThis.isSecureContext") is (host == "127.0.0.1")
    assert page.evaluate("typeof crypto.subtle") == ("object" if host == "127.0.0.1" else "undefined")
    module = assets.load().url("digest.js")
    for size in SIZES:
        body = octets(size)
        seen = page.evaluate(
            "async ([module, octets]) => (await import(module)).digest(new File([new Uint8Array(octets)], 'x'))",
            [module, list(body)],
        )
        assert seen == hashlib.sha256(body).hexdigest(), size


def test_the_digest_does_not_depend_on_how_the_file_is_cut(new_page: NewPage) -> None:
    page = new_page()
    page.goto(address("verify"))
    body = octets(1_500)
    dice = random.Random(7)
    for _ in range(40):
        cuts = sorted(dice.randrange(len(body) + 1) for _ in range(dice.randrange(12)))
        seen = page.evaluate(
            """async ([module, octets, cuts]) => {
              const sum = new (await import(module)).Sha256();
              const whole = new Uint8Array(octets);
              let start = 0;
              for (const end of [...cuts, whole.length]) { sum.update(whole.subarray(start, end)); start = end; }
              return sum.hex();
            }""",
            [assets.load().url("sha256.js"), list(body), cuts],
        )
        assert seen == hashlib.sha256(body).hexdigest(), cuts


def test_a_file_beyond_half_a_gigabyte_has_its_length_counted_right(new_page: NewPage) -> None:
    page = new_page()
    page.goto(address("verify"))
    # 2²⁹ octets are 2³² bits: the length no longer fits the low word. The state before the padding is not looked at.
    tail = page.evaluate(
        """async (module) => {
          const { Sha256 } = await import(module);
          const [one, other] = [new Sha256(), new Sha256()];
          const piece = new Uint8Array(1 << 20);
          for (let i = 0; i < 512; i += 1) one.update(piece);
          return [one.hex(), other.hex()];
        }""",
        assets.load().url("sha256.js"),
    )
    zeros = hashlib.sha256()
    for _ in range(512):
        zeros.update(bytes(1 << 20))
    assert tail == [zeros.hexdigest(), hashlib.sha256(b"").hexdigest()]


def test_a_large_file_is_read_in_pieces(new_page: NewPage, tmp_path: Path) -> None:
    page = new_page()
    page.goto(address("home"))
    large = tmp_path / "large.bin"
    large.write_bytes(octets(1 << 20) * 65 + b"tail")
    page.set_input_files("[data-drop] input", large)
    digest = page.locator(".drop-answer code")
    expect(digest).to_have_text(hashlib.sha256(large.read_bytes()).hexdigest(), timeout=30_000)


def test_the_deposited_file_is_recognised(new_page: NewPage, deposited: bytes, house: House) -> None:
    page = new_page()
    page.goto(address("deposited"), wait_until="networkidle")
    house.requests.clear()
    put(page, "静夜思.png", deposited)
    answer = page.get_by_role("status")
    expect(answer).to_contain_text("一致：这就是存证的文件。")
    expect(answer).to_contain_text("静夜思.png")
    assert [path for path in house.requests if not path.startswith("/static/")] == []
    assert house.posted == []


def test_a_file_changed_in_one_bit_is_not(new_page: NewPage, deposited: bytes) -> None:
    page = new_page()
    page.goto(address("deposited", "en"))
    changed = bytes([deposited[0] ^ 1]) + deposited[1:]
    put(page, "<b>x</b>", changed)
    answer = page.get_by_role("status")
    expect(answer).to_contain_text("Inconsistent: this is not the file that was deposited.")
    expect(answer).to_contain_text("<b>x</b>")
    expect(answer).to_contain_text(hashlib.sha256(changed).hexdigest())
    expect(answer).to_contain_text(hashlib.sha256(deposited).hexdigest())
    put(page, "again", deposited)
    expect(answer).to_contain_text("Consistent: this is the file that was deposited.")


def test_a_file_can_be_dragged_onto_the_page(new_page: NewPage, deposited: bytes) -> None:
    page = new_page()
    page.goto(address("deposited"))
    page.evaluate(
        """(octets) => {
          const held = new DataTransfer();
          held.items.add(new File([new Uint8Array(octets)], 'dragged.png'));
          const zone = document.querySelector('[data-drop]');
          for (const kind of ['dragover', 'drop']) {
            const event = new DragEvent(kind, { dataTransfer: held, bubbles: true, cancelable: true });
            if (zone.dispatchEvent(event)) throw new Error('the browser would open the file instead');
          }
        }""",
        list(deposited[:1_000]),
    )
    expect(page.get_by_role("status")).to_contain_text("不一致")


def test_on_the_home_page_a_file_leads_to_the_works_deposited_with_it(new_page: NewPage) -> None:
    page = new_page()
    page.goto(address("home"))
    put(page, "a.png", b"some bytes")
    page.get_by_role("link", name="查找以它存证的作品").click()
    assert urlsplit(page.url).path == "/search"
    assert parse_qs(urlsplit(page.url).query)["q"] == [hashlib.sha256(b"some bytes").hexdigest()]


@pytest.mark.parametrize(
    ("body", "offered"),
    [
        (BUNDLE, True),
        (b'{"records": []}', False),
        (b'["records"]', False),
        (b"null", False),
        (b"{", False),
    ],
    ids=["bundle", "part", "list", "null", "broken"],
)
def test_an_evidence_bundle_is_told_from_another_file(
    new_page: NewPage, house: House, body: bytes, offered: bool
) -> None:
    page = new_page()
    page.goto(address("verify"))
    put(page, "evidence.json", body, "application/json")
    answer = page.get_by_role("status")
    if not offered:
        expect(answer).to_contain_text(hashlib.sha256(body).hexdigest())
        return
    expect(answer).to_contain_text("这是一个证据包")
    assert house.posted == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/verify")
    assert body in house.posted[0]


def test_a_fact_is_copied_and_says_so(new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(address("collectible"))
    page.locator("#technical summary").click()
    row = page.locator(".technical .line", has_text=samples.CID)
    row.get_by_role("button").click()
    expect(row.get_by_role("button")).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == samples.CID
    expect(row.get_by_role("button")).to_have_text("复制", timeout=5_000)
