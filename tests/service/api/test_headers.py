"""Headers: every answer of every route is closed to scripts and frames; what is public may be read from anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.access.bearer import Scope
from service.api.app import make_app
from service.api.scopes import Entitlement, entitlements
from service.installation import Installation
from service.settings import read_settings
from tests.service.api.premises import Premises
from tests.service.api.test_scopes import address_of
from tests.service.api.told import Told

pytestmark = pytest.mark.node

ALL = entitlements(make_app(Installation(read_settings({}, Path()))))
NOWHERE = [Entitlement("GET", path, None, documented=False) for path in ("/nowhere", "/v1/nowhere", "/t/x")]
NOWHERE += [
    Entitlement("DELETE", "/v1/works", None, documented=False),
    Entitlement("OPTIONS", "/v1", None, documented=False),
]
OPEN_TO_OTHERS = ("/v1", "/files/", "/preview/", "/openapi.json")


def test_there_are_routes_to_look_at() -> None:
    assert len(ALL) >= 70
    assert {one.method for one in ALL} == {"GET", "POST"}


@pytest.mark.parametrize("one", [*ALL, *NOWHERE], ids=lambda one: f"{one.method} {one.path}")
def test_every_answer_carries_the_headers(house: Premises, one: Entitlement) -> None:
    seen = set()
    for scope in (None, Scope.REGULATOR):
        for accept in ("application/json", "text/html"):
            answer = house.caller(scope).http.request(
                one.method, address_of(one.path), headers={"Accept": accept}
            )
            headers = answer.headers
            policy = dict(
                part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";")
            )
            assert policy["default-src"] == "'none'"
            assert policy["frame-ancestors"] == "'none'"
            assert set(policy.values()) <= {"'none'", "'self'"}, (
                "no inline script or style, nobody else's host"
            )
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cross-origin-opener-policy"] == "same-origin"
            assert headers["permissions-policy"] == "camera=(), geolocation=(), microphone=()"
            assert "strict-transport-security" not in headers
            assert "server" not in headers or headers["server"] == "uvicorn"
            assert headers.get("content-type", "charset").startswith("application/json") or (
                "content-type" in headers or headers["content-length"] == "0"
            )
            opened = one.method == "GET" and one.path.startswith(OPEN_TO_OTHERS) and scope is None
            assert headers.get("access-control-allow-origin") == ("*" if opened else None)
            assert headers["cross-origin-resource-policy"] == ("cross-origin" if opened else "same-origin")
            assert "access-control-allow-credentials" not in headers
            assert "access-control-allow-headers" not in headers
            if scope is not None and answer.status_code != 200:
                assert headers["cache-control"] == "no-store"
            seen.add(headers["x-request-id"])
    assert len(seen) == 4


def test_what_is_read_with_a_key_is_kept_nowhere(house: Premises, told: Told) -> None:
    regulator = house.caller(Scope.REGULATOR).http
    for path in (
        f"/v1/audit/collectibles/{told.tokens[0]}",
        "/v1/audit/export",
        "/v1/operations",
        "/v1/status",
    ):
        assert regulator.get(path).headers["cache-control"] == "no-store"


def test_a_browser_is_told_to_stay_with_https_where_it_came_by_https_and_only_there(house: Premises) -> None:
    public = house.caller(None).http
    for path in ("/", "/v1/status", "/nowhere"):
        assert "strict-transport-security" not in public.get(path).headers
        secure = public.get(path, headers={"X-Forwarded-Proto": "https"}).headers
        assert secure["strict-transport-security"] == "max-age=31536000"


def test_another_site_reads_what_is_public_and_nothing_with_a_key(house: Premises, told: Told) -> None:
    """What a browser allows follows from these headers: no preflight is ever granted, so no key is ever sent."""
    public = house.caller(None).http
    origin = {"Origin": "https://elsewhere.example"}
    for path in (f"/v1/collectibles/{told.tokens[0]}/evidence", "/v1/trust-anchor", "/openapi.json"):
        assert public.get(path, headers=origin).headers["access-control-allow-origin"] == "*"
    for path in ("/v1/audit/entries", "/v1/works", f"/v1/collectibles/{told.tokens[0]}"):
        asked = {
            **origin,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization",
        }
        preflight = public.request("OPTIONS", path, headers=asked)
        assert preflight.status_code == 405
        assert not [name for name in preflight.headers if name.startswith("access-control")]


def test_an_error_nobody_foresaw_is_closed_alike(house: Premises, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("service.api.evidence.counts", broken)
    answer = house.caller(None).http.get("/v1/status")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.json()["facts"]["number"] == answer.headers["x-request-id"]
