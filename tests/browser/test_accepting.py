"""A receiver accepts a gift on a page: the credential goes where the API wants it, and nowhere else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from playwright.sync_api import Request, Route

from tests.browser.conftest import NewPage
from tests.browser.house import House, address
from tests.service.pages import samples

KEY = "qy_0123456789abcdef_secret"
OFFER = samples.OFFER


def test_the_credential_is_sent_once_as_a_credential_and_forgotten(new_page: NewPage, house: House) -> None:
    del house
    page = new_page()
    seen: list[Request] = []
    signed = {"nonce": "7", "deadline": OFFER.deadline, "signature": "0x" + "11" * 65}

    def answer(route: Route) -> None:
        seen.append(route.request)
        route.fulfill(status=200, content_type="application/json", body=json.dumps(signed))

    page.route(f"**{OFFER.call}", answer)
    page.goto(address("accept"))
    assert page.get_by_text("等待受赠人签收").is_visible()
    page.get_by_label("持有人凭证").fill(KEY)
    page.get_by_role("button", name="签收", exact=True).click()
    page.get_by_text("已签收。").wait_for()
    assert len(seen) == 1
    assert seen[0].headers["authorization"] == f"Bearer {KEY}"
    body = json.loads(seen[0].post_data or "")
    assert body["from_account"] == OFFER.from_account
    assert body["deadline"] == OFFER.deadline
    assert 0 <= int(body["nonce"]) < 1 << 128
    assert json.loads(page.locator("[data-answer-place] code").inner_text()) == signed
    assert KEY not in page.content()
    assert KEY not in page.url
    assert page.locator("#key").input_value() == ""


def test_a_refusal_is_shown_in_the_words_of_the_service(new_page: NewPage, house: House) -> None:
    del house
    page = new_page()
    problem = json.dumps({"title": "unknown-key", "detail": "密钥无效或已收回；<b>请核对</b>"})
    page.route(
        f"**{OFFER.call}",
        lambda route: route.fulfill(status=401, content_type="application/problem+json", body=problem),
    )
    page.goto(address("accept"))
    page.get_by_label("持有人凭证").fill(KEY)
    page.get_by_role("button", name="签收", exact=True).click()
    page.get_by_text("密钥无效或已收回；<b>请核对</b>").wait_for()
    assert page.locator("[data-accept]").is_visible()


def test_without_scripts_the_offer_can_be_read_and_the_way_by_program_is_there(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(address("accept"))
    assert page.get_by_text("等待受赠人签收").is_visible()
    assert page.locator("[data-accept]").is_hidden()
    assert page.get_by_text("curl -X POST").is_visible()


def test_an_offer_that_has_lapsed_takes_no_credential(new_page: NewPage) -> None:
    page = new_page()
    page.goto(address("accept, lapsed"))
    assert page.get_by_text("签收期限已过").is_visible()
    assert page.locator("#key").count() == 0


@pytest.mark.parametrize(("public", "printed"), [(True, True), (False, False)])
def test_labels_do_not_print_without_a_public_address(
    new_page: NewPage, house: House, public: bool, printed: bool
) -> None:
    before = house.site
    house.site = replace(before, demo=False, public=public)
    try:
        page = new_page()
        page.goto(address("labels"))
        assert page.locator(".sheet").is_visible()
        assert page.get_by_role("button", name="打印").count() == int(printed)
        page.emulate_media(media="print")
        assert page.locator(".sheet").is_visible() is printed
        assert (page.locator(".labels-refused").count() == 1) is not printed
    finally:
        house.site = before
