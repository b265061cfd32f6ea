"""The view models and their JSON twins."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import rfc8785

from service.pages import addresses
from service.pages.views import (
    Bilingual,
    CheckView,
    ErrorPage,
    Name,
    OperationPage,
    Page,
    SearchPage,
    Step,
    as_json,
)
from tests.service.pages import samples


@pytest.mark.parametrize("name", samples.PAGES)
def test_every_page_has_a_twin_that_canonical_json_accepts(name: str) -> None:
    page = samples.PAGES[name]
    twin = page.to_json()
    assert json.loads(rfc8785.dumps(twin)) == twin
    assert page.twin.startswith("/v1") or page.twin == "/openapi.json"


def test_the_twin_says_what_the_page_shows() -> None:
    twin = samples.COLLECTIBLE.to_json()
    assert twin["page"] == "collectible"
    assert twin["path"] == f"/t/{samples.COLLECTIBLE.token_id}"
    assert twin["short_code"] == samples.COLLECTIBLE.code
    assert twin["holder"]["name"]["text"] == "竹影 3F·7K"
    assert [check["number"] for check in twin["verdict"]["checks"]] == list(range(1, 10))
    assert twin["history"]["entries"][0]["act"] == "Gifted"
    assert isinstance(twin["token_id"], str)


@pytest.mark.parametrize("value", [1.5, b"\x01", 2**53, -(2**53), {"a": 1}, [1]])
def test_a_value_without_an_exact_form_in_json_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no exact JSON"):
        as_json((value,))


def test_a_value_with_one_is_taken() -> None:
    assert as_json((2**53 - 1, "7", None, True, Bilingual("一", "one"))) == [
        2**53 - 1,
        "7",
        None,
        True,
        {"zh": "一", "en": "one"},
    ]


@pytest.mark.parametrize(
    ("path", "twin"),
    [
        ("/", "/v1"),
        (addresses.work("0xab"), "/v1/works/0xab"),
        (addresses.collection("0xab"), "/v1/collections/0xab"),
        (addresses.collectible("7"), "/v1/collectibles/7"),
        (addresses.operation("01J"), "/v1/operations/01J"),
        (addresses.institution("0xA"), "/v1/institutions/0xA"),
        (addresses.search("静夜思", "c"), "/v1/search?q=%E9%9D%99%E5%A4%9C%E6%80%9D&after=c"),
        (addresses.labels("0xab", 2), "/v1/labels/0xab?page=2"),
        ("/verify", "/v1/verify"),
        (addresses.RIGHTS, "/v1/rights"),
        (addresses.grant("0xab"), "/v1/grants/0xab"),
        (addresses.estate("7"), "/v1/estates/7"),
        ("/docs", "/openapi.json"),
        (addresses.history("/t/7", 40), "/v1/collectibles/7/history?after=40"),
        (addresses.history("/i/0xA"), "/v1/institutions/0xA/history"),
    ],
)
def test_each_address_has_its_twin(path: str, twin: str) -> None:
    assert addresses.twin(path) == twin


def test_an_address_never_carries_what_was_typed_unescaped() -> None:
    assert addresses.search('"><script>') == "/search?q=%22%3E%3Cscript%3E"
    assert addresses.collectible('7"/../') == "/t/7%22/../"


def test_an_error_is_a_problem_of_rfc_9457() -> None:
    problem = ErrorPage(
        429, "too-many-requests", "/search", Bilingual("慢些", "Slower"), retry_after=30
    ).to_json()
    assert problem == {
        "type": "/problems/too-many-requests",
        "title": "请稍候再试 / Too many requests",
        "status": 429,
        "detail": "慢些 / Slower",
        "instance": "/search",
        "code": "too-many-requests",
        "retry_after": 30,
    }
    assert "detail" not in ErrorPage(404, "x", "/").to_json()
    assert ErrorPage(418, "x", "/").to_json()["title"] == "无法完成 / This cannot be done"


def test_a_verdict_cannot_be_valid_where_nobody_names_the_issuer() -> None:
    with pytest.raises(ValueError, match="does not name the issuer"):
        replace(samples.VALID, issuer_recognised=False)
    assert samples.UNNAMED.headline == "verdict.issuer"
    assert samples.UNSEALED.headline == "verdict.indeterminate"
    assert replace(samples.INVALID, issuer_recognised=False).headline == "verdict.invalid"


def test_a_history_is_whole_only_where_that_check_passed() -> None:
    assert samples.VALID.complete
    unproven = replace(samples.VALID, checks=(CheckView(3, "not_run"),))
    assert not unproven.complete
    assert (samples.INVALID.ran, samples.INVALID.passed) == (7, 6)


def test_a_request_knows_what_is_ahead_of_it() -> None:
    assert [samples.OPERATION.ahead(state) for state in ("stored", "sent", "settled")] == [False, False, True]
    done = replace(samples.OPERATION, steps=(Step("settled", 1),))
    assert done.finished
    assert not done.ahead("settled")
    with pytest.raises(ValueError, match="at least that state"):
        OperationPage("1", "mint", ())


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        (
            Name("静夜思", "zh-Hans", "Quiet Night", "en"),
            ("静夜思", "Quiet Night"),
            ("Quiet Night", "静夜思"),
        ),
        (Name("Landscape", "en", "山水", "zh-Hant"), ("山水", "Landscape"), ("Landscape", "山水")),
        (Name("静夜思"), ("静夜思", None), ("静夜思", None)),
        (Name("Écorché", "fr"), ("Écorché", None), ("Écorché", None)),
    ],
)
def test_a_reader_sees_first_the_title_in_the_own_language(
    name: Name, zh: tuple[str, str | None], en: tuple[str, str | None]
) -> None:
    for lang, (first, second) in (("zh", zh), ("en", en)):
        assert name.first(lang)[0] == first  # type: ignore[arg-type]
        other = name.second(lang)  # type: ignore[arg-type]
        assert (other and other[0]) == second


def test_a_page_of_answers_leads_to_the_next() -> None:
    page = SearchPage("a", "title", (), next="c")
    assert page.next_path == "/search?q=a&after=c"
    assert SearchPage("a", "title", ()).next_path is None


def test_every_sample_is_a_page() -> None:
    assert all(isinstance(page, Page) for page in samples.PAGES.values())
    assert {page.kind for page in samples.PAGES.values()} == {
        "home", "search", "work", "collection", "collectible", "institution", "operation", "verify", "labels", "error",
        "history", "reference", "accept", "sign_in", "rights", "availability", "grant", "estate", "proposal",
        "grant_form", "split_form", "my_rights",
    }  # fmt: skip
