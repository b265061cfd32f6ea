"""Who may call what: every operation of the app against every scope, and against none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.access.bearer import Scope, new_key
from service.api.app import make_app
from service.api.scopes import Entitlement, entitlements
from service.installation import Installation
from service.settings import read_settings
from tests.service.api.premises import Premises

pytestmark = pytest.mark.node

ALL = entitlements(make_app(Installation(read_settings({}, Path()))))
KEYED = [one for one in ALL if one.scopes is not None]
OPEN = {
    *(("GET", one.path) for one in ALL if not one.path.startswith("/v1")),
    ("POST", "/verify"),
    ("POST", "/v1/verify"),
    ("GET", "/v1"),
    ("GET", "/v1/search"),
    ("GET", "/v1/status"),
    ("GET", "/v1/trust-anchor"),
    ("GET", "/v1/verify"),
    ("GET", "/v1/works/{work_id}"),
    ("GET", "/v1/works/{work_id}/evidence"),
    ("GET", "/v1/works/{work_id}/history"),
    ("GET", "/v1/collections/{collection_id}"),
    ("GET", "/v1/collections/{collection_id}/history"),
    ("GET", "/v1/labels/{collection_id}"),
    ("GET", "/v1/collectibles/{token_id}"),
    ("GET", "/v1/collectibles/{token_id}/evidence"),
    ("GET", "/v1/collectibles/{token_id}/history"),
    ("GET", "/v1/collectibles/{token_id}/gifts/typed-data"),
    ("GET", "/v1/institutions/{account}"),
    ("GET", "/v1/institutions/{account}/history"),
    ("GET", "/v1/operations/{operation_id}"),
}
"""What anybody may call: all else needs a key."""


def test_only_what_is_listed_here_is_open_to_everybody() -> None:
    assert {(one.method, one.path) for one in ALL if one.scopes is None} - OPEN == set()


def test_no_scope_does_anothers_work() -> None:
    for one in KEYED:
        assert one.scopes
        if one.path == "/v1/orders/execution":
            assert one.scopes == {Scope.OPERATOR}, one
        elif "/audit/" in one.path or "/orders" in one.path:
            assert one.scopes == {Scope.REGULATOR}, one
        elif one.path.endswith("/gifts/explain"):
            assert one.scopes == set(Scope), one
        elif "/v1/operations" not in one.path:
            assert Scope.REGULATOR not in one.scopes, one


@pytest.mark.parametrize("scope", [None, *Scope])
@pytest.mark.parametrize("one", KEYED, ids=lambda one: f"{one.method} {one.path}")
def test_an_operation_is_open_to_its_scopes_and_to_no_other(
    house: Premises, one: Entitlement, scope: Scope | None
) -> None:
    assert one.scopes is not None
    answer = house.caller(scope).http.request(one.method, address_of(one.path), json={})
    if scope is None:
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    elif scope not in one.scopes:
        assert answer.status_code == 403
        assert answer.json()["title"] == "scope-missing"
    else:
        assert answer.status_code not in (401, 403, 405, 500)


@pytest.mark.parametrize(
    "key", ["qy_0000000000000000_" + "0" * 64, "nonsense", "qy_", new_key().text, "Bearer", "\x7f"]
)
def test_a_key_that_nobody_gave_out_is_refused(house: Premises, key: str) -> None:
    answer = house.caller(None).http.get("/v1/operations", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 401


def address_of(path: str) -> str:
    """Fill the names in the path of a route with something of their form."""
    examples = {"token_id": "1", "edition_id": "1", "nonce": "1", "account": "0x" + "1" * 40}
    return re.sub(r"{(\w+)(?::path)?}", lambda found: examples.get(found[1], "0x" + "1" * 64), path)
