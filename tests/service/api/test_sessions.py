"""Signing in over HTTP: what the cookie is, who may send the forms, and that the API knows no cookie."""

from __future__ import annotations

import httpx2 as httpx
import pytest

from service.access.bearer import Scope, new_key
from service.access.bearers import bearer_of
from service.access.sessions import bearer_of_session
from tests.service.api.premises import Premises

pytestmark = pytest.mark.node


def send(house: Premises, path: str, data: dict[str, str], **headers: str) -> httpx.Response:
    origin = {} if headers else {"Origin": house.url}
    return httpx.post(
        house.url + path, data=data, headers=origin | {k.replace("_", "-"): v for k, v in headers.items()}
    )


def signed_in(house: Premises, scope: Scope = Scope.REGULATOR) -> str:
    answer = send(house, "/sign-in", {"key": house.keys[scope], "next": "/verify"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/verify")
    return answer.cookies["qianyin"]


def test_a_key_is_exchanged_for_a_session_that_no_script_reads(house: Premises) -> None:
    answer = send(house, "/sign-in", {"key": house.keys[Scope.REGULATOR]})
    told = answer.headers["set-cookie"].lower()
    assert answer.headers["location"] == "/"
    assert {"httponly", "samesite=strict", "path=/"} <= {part.strip() for part in told.split(";")}
    found = bearer_of_session(house.installation.database, answer.cookies["qianyin"])
    assert found == bearer_of(house.installation.database, house.keys[Scope.REGULATOR])


def test_by_https_the_session_goes_by_https_alone(house: Premises) -> None:
    proxied = {"Origin": house.url, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    answer = httpx.post(f"{house.url}/sign-in", data={"key": house.keys[Scope.ISSUER]}, headers=proxied)
    assert "secure" in {part.strip() for part in answer.headers["set-cookie"].lower().split(";")}


def test_an_unknown_key_is_told_so_and_gets_no_session(house: Premises) -> None:
    answer = send(house, "/sign-in", {"key": new_key().text})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "凭证无效或已收回" in answer.text


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example/", "https://evil.example", "/\\evil.example", "", "x", "/a b"]
)
def test_nobody_is_sent_to_another_site(house: Premises, elsewhere: str) -> None:
    answer = send(house, "/sign-in", {"key": house.keys[Scope.ISSUER], "next": elsewhere})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Accept": "text/html"},
    ],
)
def test_a_form_of_another_site_or_of_none_is_refused(house: Premises, headers: dict[str, str]) -> None:
    for path in ("/sign-in", "/sign-out"):
        answer = send(house, path, {"key": house.keys[Scope.ISSUER]}, **headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_signing_out_ends_the_session(house: Premises) -> None:
    token = signed_in(house)
    answer = httpx.post(f"{house.url}/sign-out", headers={"Origin": house.url, "Cookie": f"qianyin={token}"})
    assert answer.status_code == 303
    assert bearer_of_session(house.installation.database, token) is None


def test_the_api_obeys_no_cookie(house: Premises) -> None:
    cookie = {"Cookie": f"qianyin={signed_in(house)}"}
    assert httpx.get(f"{house.url}/v1/audit/questions", headers=cookie).status_code == 401
    keyed = {"Authorization": f"Bearer {house.keys[Scope.REGULATOR]}"}
    assert httpx.get(f"{house.url}/v1/audit/questions", headers=keyed).status_code == 200
