"""A party whose key is its own agrees on the page of a proposal, and papers are hashed there: in a real browser."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from playwright.sync_api import Page

from service.access.bearer import Scope
from tests.browser.conftest import NewPage
from tests.service.api.novel import Novel, told_in

pytestmark = [pytest.mark.node, pytest.mark.timeout(300)]
PROVIDER = """
window.ethereum = {
  request: async ({ method, params }) => {
    const answer = JSON.parse(await window.keyOfTheReader(method, JSON.stringify(params ?? [])));
    if (answer.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
    return answer.result;
  },
};
"""
"""What a browser that holds a key offers to pages (EIP-1193); the key is asked outside of the page."""


@pytest.fixture(scope="module")
def novel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novel]:
    """The story of the novel, told once."""
    with told_in(tmp_path_factory.mktemp("novel-home")) as made:
        yield made


SignsIn = Callable[..., Page]


@pytest.fixture
def signs_in(novel: Novel, new_page: NewPage) -> SignsIn:
    """Give a function that opens a page for somebody who signs in first."""

    def open_one(
        key: str, path: str, provider: Callable[[str, str], str] | None = None, **options: Any
    ) -> Page:
        page = new_page(base_url=novel.house.url, locale="zh-CN", **options)
        if provider is not None:
            page.expose_function("keyOfTheReader", provider)
            page.add_init_script(PROVIDER)
        page.goto(f"/sign-in?next={path}")
        page.get_by_label("凭证").fill(key)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(f"**{path}")
        return page

    return open_one


def proposed(novel: Novel, key: str, country: str) -> str:
    """Propose a grant to Seoul, and give its id."""
    scope = {**novel.japanese()["scope"], "territories": [country]}
    act = novel.japanese(licensee=novel.accounts["seoul"], scope=scope)
    return str(novel.propose("museum", key, **act)["id"])


def key_of(novel: Novel, who: str) -> str:
    return str(novel.callers[who].http.headers["authorization"].removeprefix("Bearer "))


def answering(novel: Novel, **changes: Any) -> Callable[[str, str], str]:
    """Answer as a browser would that holds Ben's key; `changes`: what a method answers instead."""

    def asked(method: str, params: str) -> str:
        if method in changes:
            return json.dumps(changes[method])
        if method == "eth_requestAccounts":
            return json.dumps({"result": [novel.accounts["ben"].lower()]})
        account, typed = json.loads(params)
        assert (method, account) == ("eth_signTypedData_v4", novel.accounts["ben"].lower())
        return json.dumps({"result": novel.sign(json.loads(typed))})

    return asked


@pytest.mark.parametrize("scripts", [True, False])
def test_a_party_signs_the_file_that_the_page_gives_and_pastes_its_signature(
    novel: Novel, signs_in: SignsIn, scripts: bool
) -> None:
    made = proposed(novel, f"to paste {scripts}", "AT" if scripts else "CH")
    page = signs_in(key_of(novel, "ben"), f"/p/{made}", java_script_enabled=scripts)
    assert page.get_by_role("button", name="用此浏览器中的密钥签名").is_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with page.expect_download() as download:
        page.get_by_role("link", name="下载待签内容").click()
    typed = json.loads(Path(download.value.path()).read_text())
    page.get_by_label("粘贴签名").fill(novel.signed(made, Account.create()))
    page.get_by_role("button", name="提交签名，表示同意").click()
    page.get_by_text("签名与所签内容或签署账户不符").wait_for()
    assert page.get_by_label("粘贴签名").input_value().startswith("0x")
    assert page.evaluate("document.activeElement.id") == "signature"
    page.get_by_label("粘贴签名").fill(novel.sign(typed))
    page.get_by_role("button", name="提交签名，表示同意").click()
    page.get_by_text("1/3 方已同意").wait_for()
    assert page.get_by_label("粘贴签名").count() == 0
    assert [one["how"] for one in found(novel, made)["parties"]] == [None, "own_key", None]


def found(novel: Novel, made: str) -> dict[str, Any]:
    """Read a proposal over the API."""
    return dict(novel.callers["museum"].get(f"/v1/proposals/{made}"))


def test_a_browser_that_holds_the_key_signs_and_nothing_is_sent_before_the_party_sends_it(
    novel: Novel, signs_in: SignsIn
) -> None:
    made = proposed(novel, "in the browser", "BE")
    page = signs_in(key_of(novel, "ben"), f"/p/{made}", answering(novel))
    page.get_by_role("button", name="用此浏览器中的密钥签名").click()
    page.get_by_text("签名已填入，尚未提交。").wait_for()
    assert page.get_by_label("粘贴签名").input_value() == novel.signed(made)
    assert len(found(novel, made)["missing"]) == 3
    page.keyboard.press("Enter")  # the button that sends it has the focus
    page.get_by_text("1/3 方已同意").wait_for()


@pytest.mark.parametrize(
    ("why", "method", "answers", "told"),
    [
        ("not let in", "eth_requestAccounts", {"error": {"code": 4001, "message": "no"}}, "您没有签名"),
        ("said no", "eth_signTypedData_v4", {"error": {"code": 4001, "message": "no"}}, "您没有签名"),
        (
            "another",
            "eth_requestAccounts",
            {"result": ["0x" + "11" * 20]},
            "不是本方的；它给出的账户： 0x1111",
        ),
        ("failed", "eth_signTypedData_v4", {"error": {"code": -32603, "message": "<b>no</b>"}}, "<b>no</b>"),
    ],
    ids=["not let in", "said no", "another account", "failed"],
)
def test_a_browser_that_does_not_sign_says_why_and_what_was_pasted_stays(
    novel: Novel, signs_in: SignsIn, why: str, method: str, answers: dict[str, Any], told: str
) -> None:
    made = proposed(novel, f"unsigned {why}", "NL")
    page = signs_in(key_of(novel, "ben"), f"/p/{made}", answering(novel, **{method: answers}))
    page.get_by_label("粘贴签名").fill("0x12")
    page.get_by_role("button", name="用此浏览器中的密钥签名").click()
    page.get_by_text(told).wait_for()
    assert page.get_by_label("粘贴签名").input_value() == "0x12"
    assert len(found(novel, made)["missing"]) == 3


def test_a_paper_is_hashed_in_the_browser_by_both_hands_and_never_sent(
    novel: Novel, signs_in: SignsIn, tmp_path: Path
) -> None:
    made = proposed(novel, "a paper", "IT")
    paper, other = tmp_path / "同意书.pdf", tmp_path / "别的.pdf"
    paper.write_bytes(b"%PDF-1.7 signed by hand")
    other.write_bytes(b"%PDF-1.7 something else")
    digest = hashlib.sha256(paper.read_bytes()).hexdigest()
    page = signs_in(novel.house.keys[Scope.ISSUER], f"/p/{made}")
    sent: list[bytes] = []
    page.on("request", lambda request: sent.append(request.post_data_buffer or b""))
    form = page.locator("form[action$='/attest']").first
    form.locator("input[type=file]").set_input_files(paper)
    form.get_by_text("摘要已填入下框。").wait_for()
    assert form.get_by_label("书面文件扫描件的 SHA-256").input_value() == digest
    form.get_by_role("button", name="见证这份书面文件").click()
    page.get_by_text("待复核人确认").wait_for()
    assert any(digest.encode() in body for body in sent)
    assert not any(b"signed by hand" in body for body in sent)
    page = signs_in(novel.house.keys[Scope.OPERATOR], f"/p/{made}")
    page.on("request", lambda request: sent.append(request.post_data_buffer or b""))
    assert page.get_by_text(digest).first.is_visible()
    zone = page.locator("form[action$='/confirm']")
    zone.locator("input[type=file]").set_input_files(other)
    zone.get_by_text("这不是已见证的书面文件").wait_for()
    zone.locator("input[type=file]").set_input_files(paper)
    zone.get_by_text("这就是已见证的书面文件").wait_for()
    zone.get_by_role("button", name="已核对，确认这份书面文件").click()
    page.get_by_text("1/3 方已同意").wait_for()
    assert not any(b"signed by hand" in body or b"something else" in body for body in sent)
