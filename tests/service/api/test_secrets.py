"""No key and no real name comes out: not in a log, an answer, an error, the index, the chain, nor a file at rest."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from indexer.values import Address
from service.access.bearer import Scope
from service.api.app import make_app
from service.api.scopes import entitlements
from service.installation import Installation
from service.keys.operators import Operator
from service.keys.vault import kept_purpose
from service.outbox.tables import KeptKeyRow
from service.settings import read_settings
from tests.service.api.premises import Premises
from tests.service.api.test_scopes import address_of
from tests.service.api.told import Told

pytestmark = pytest.mark.node

ROUTES = entitlements(make_app(Installation(read_settings({}, Path()))))
NAME = "某某"
IDENTITY = "POST /v1/audit/parties/{account}/identity"
"""The one operation that says names, to a regulator."""


def keys(house: Premises) -> dict[str, bytes]:
    """Every key there is to give away, in its plain form."""
    settings = house.installation.settings
    found = {"master key": bytes.fromhex(settings.master_key_path.read_text().strip())}
    vault = house.installation.vault
    for operator in Operator:
        found[f"key of the {operator}"] = vault._open(operator, vault.operator(operator)).reveal()
    with house.installation.database.read() as connection:
        for row in connection.execute(select(KeptKeyRow.__table__)):
            key = vault._sealer.open(row.sealed, kept_purpose(Address(row.address)))
            found[f"kept key of 0x{row.address.hex()}"] = key.reveal()
    for scope, text in house.keys.items():
        found[f"bearer key of {scope}"] = bytes.fromhex(text.rpartition("_")[2])
    return found


def forms(house: Premises, told: Told) -> Iterator[tuple[str, bytes]]:
    """Every form in which a key or a name could lie about."""
    for name, key in keys(house).items():
        yield name, key
        yield name, key.hex().encode()
        yield name, key.hex().upper().encode()
        yield name, str(int.from_bytes(key, "big")).encode()
    for kind in ("wallet", "second", "kept", "museum"):
        if kind != "museum":
            yield "a name", f"{NAME}{kind}".encode()
            yield "a name", json.dumps(f"{NAME}{kind}").strip('"').encode()
        yield "a document's number", f"N-{kind}".encode()


def test_there_are_keys_to_look_for(house: Premises, told: Told) -> None:
    found = keys(house)
    assert len(found) >= 1 + len(Operator) + 1 + len(Scope)
    assert all(len(key) == 32 for key in found.values())


def test_no_answer_holds_a_key_or_a_name_whoever_asks_and_whatever_is_wrong(
    house: Premises, told: Told
) -> None:
    looked = list(forms(house, told))
    said = 0
    wrong = {
        "name": f"{NAME}wallet",
        "kind": f"{NAME}wallet",
        "basis": f"{NAME}wallet",
        "title": [f"{NAME}wallet"],
    }
    for route in ROUTES:
        path = address_of(route.path)
        for one, other in (("1" * 40, told.kept[2:]), ("/1/", f"/{told.tokens[0]}/")):
            path = path.replace(one, other)
        for scope in (None, *Scope):
            if f"{route.method} {route.path}" == IDENTITY and scope is Scope.REGULATOR:
                continue
            sent = {} if route.method == "GET" else {"json": wrong}
            answer = house.caller(scope).http.request(route.method, path, **sent)
            content = answer.content + repr(answer.headers).encode()
            said += len(content)
            assert not [name for name, form in looked if form in content], (route, scope)
    assert said > 1_000_000


def test_no_log_holds_a_key_or_a_name(house: Premises, told: Told) -> None:
    logging.getLogger("service.test").warning("the ear hears %s", "this")
    assert [line for line in house.heard if "the ear hears this" in line], "else nothing would be found"
    heard = "\n".join(house.heard).encode()
    assert not [name for name, form in forms(house, told) if form in heard]


def test_no_file_at_rest_holds_a_key_or_a_name(house: Premises, told: Told) -> None:
    looked = list(forms(house, told))
    home = house.installation.settings.home
    master = house.installation.settings.master_key_path
    files = [path for path in home.rglob("*") if path.is_file() and path != master]
    assert {"outbox.db", "index.db", "trust-anchor.json"} <= {path.name for path in files}
    assert len([path for path in files if path.parent.name == "keys"]) >= len(Operator)
    account = bytes.fromhex(told.kept[2:])
    assert [path for path in files if account in path.read_bytes()], "what is there is found"
    for path in files:
        octets = path.read_bytes()
        assert not [name for name, form in looked if form in octets], path


def test_an_error_nobody_foresaw_logs_where_it_was_and_not_what_was_sent(
    house: Premises, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("somewhere")

    monkeypatch.setattr("service.api.accounts._registry", broken)
    person = {
        "kind": "person",
        "name": f"{NAME}wallet",
        "document": "test",
        "number": "N-wallet",
        "method": "test",
        "verifier": "trial",
        "verified_at": 1_700_000_000,
        "reference": "wallet",
    }
    answer = house.caller(Scope.ISSUER).post("/v1/accounts", "unforeseen", person)
    assert answer.status_code == 500
    number = answer.json()["facts"]["number"]
    heard = [line for line in house.heard if number in line]
    assert "somewhere" in heard[0]
    assert NAME not in "\n".join(house.heard)
