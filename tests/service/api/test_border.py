"""What every request meets: one form of errors, limits, headers, languages, hostile names."""

from __future__ import annotations

import pytest

from service.access.bearer import Scope
from tests.service.api.premises import Premises
from tests.service.api.told import Told

pytestmark = pytest.mark.node

HOSTILE = [
    "0",
    "-1",
    "0x",
    "1e9",
    "٣",
    "9" * 400,
    "0x" + "g" * 64,
    "%00",
    "%ff%fe",
    "..%2f..%2fetc%2fpasswd",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    str(2**256),
    "😀",
]
PLACES = ["/v1/works/", "/v1/collections/", "/v1/collectibles/", "/v1/institutions/", "/v1/operations/"]


@pytest.mark.parametrize("place", [*PLACES, "/v1/labels/", "/files/", "/preview/", "/static/"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_not_found_and_said_so_as_a_problem(house: Premises, place: str, name: str) -> None:
    answer = house.caller(None).http.get(place + name)
    assert answer.status_code == 404
    _is_problem(answer)


@pytest.mark.parametrize("place", ["/w/", "/c/", "/t/", "/i/", "/o/", "/labels/", "/search?q="])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_no_mark_up_on_a_page(house: Premises, place: str, name: str) -> None:
    answer = house.caller(None).http.get(place + name, headers={"Accept": "text/html"})
    assert answer.status_code == (200 if place.startswith("/search") else 404)
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/v1/status", 405),
        ("PUT", "/", 405),
        ("GET", "/v1/search?after=x", 422),
        ("POST", "/v1/verify", 422),
        ("GET", "/v1/audit/entries", 401),
    ],
)
def test_every_error_is_a_problem_in_two_languages(
    house: Premises, method: str, path: str, status: int
) -> None:
    answer = house.caller(None).http.request(method, path)
    assert answer.status_code == status
    _is_problem(answer)


def test_a_method_that_an_address_does_not_take_is_answered_with_those_it_does(house: Premises) -> None:
    answer = house.caller(None).http.request("DELETE", "/v1/verify")
    assert answer.headers["allow"] == "GET, HEAD, POST"


def test_a_reader_of_pages_gets_the_error_as_a_page_and_a_program_never(house: Premises) -> None:
    public = house.caller(None).http
    page = public.get("/t/404", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert 'lang="en"' in page.text
    _is_problem(public.get("/v1/collectibles/404", headers={"Accept": "text/html"}))
    _is_problem(public.get("/t/404", headers={"Accept": ""}))


def test_problems_speak_the_readers_language_and_bring_both(house: Premises) -> None:
    public = house.caller(None).http
    told = {
        language: public.get("/v1/collectibles/404", headers={"Accept-Language": language}).json()
        for language in ("zh-CN", "en")
    }
    assert told["zh-CN"]["detail"] == told["en"]["messages"]["zh"]
    assert told["en"]["detail"] == told["zh-CN"]["messages"]["en"]


@pytest.mark.parametrize("path", ["/", "/search?q=x", "/verify", "/v1/status", "/docs", "/openapi.json"])
def test_head_tells_what_get_would_without_a_body(house: Premises, path: str) -> None:
    public = house.caller(None).http
    head, get = public.head(path), public.get(path)
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == get.headers["content-type"]


def test_pages_name_no_other_host_and_hold_no_inline_script(house: Premises, told: Told) -> None:
    for path in ("/", f"/t/{told.tokens[0]}", f"/w/{told.work_id}", f"/c/{told.collection_id}", "/docs"):
        html = house.caller(None).http.get(path).text
        for piece in html.split('src="')[1:] + html.split('<link rel="stylesheet" href="')[1:]:
            assert piece.startswith("/"), piece[:80]
        assert "<script>" not in html
        assert "javascript:" not in html


def test_a_malformed_form_is_a_problem_and_not_our_fault(house: Premises) -> None:
    issuer = house.caller(Scope.ISSUER).http
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Idempotency-Key": "form"}
    answer = issuer.post("/v1/works", content=b"--x\r\nnot a part", headers=headers)
    assert answer.status_code == 422
    _is_problem(answer)


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800".encode("utf-16", "surrogatepass").decode("latin-1"), "%", "_", "'"]
)
def test_a_search_for_anything_is_answered(house: Premises, text: str) -> None:
    assert house.caller(None).http.get("/v1/search", params={"q": text}).status_code == 200


def _is_problem(answer: object) -> None:
    headers, body = answer.headers, answer.json()  # type: ignore[attr-defined]
    assert headers["content-type"] == "application/problem+json"
    assert body["status"] == answer.status_code  # type: ignore[attr-defined]
    assert body["type"].startswith("urn:qianyin:problem:")
    assert body["messages"]["zh"]
    assert body["messages"]["en"]
