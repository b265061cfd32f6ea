"""Who is behind an account: a regulator alone learns it, with what proves it, and that it was asked is kept first."""

from __future__ import annotations

import json
import time

import pytest

from indexer.keccak import keccak256
from service.access.bearer import Scope
from service.access.questions import questions
from tests.service.api.premises import DAY, Premises
from tests.service.api.told import Told

pytestmark = pytest.mark.node

BASIS = {"basis": "协查函〔2026〕12 号"}


def test_a_regulator_learns_who_is_behind_an_account_and_can_check_it(house: Premises, told: Told) -> None:
    regulator = house.caller(Scope.REGULATOR)
    for account, name in ((told.wallet.address, "某某wallet"), (told.kept, "某某kept")):
        answer = regulator.http.post(f"/v1/audit/parties/{account}/identity", json=BASIS)
        assert answer.status_code == 200, answer.text
        opened = answer.json()
        assert opened["identity"] == {
            "kind": "person",
            "name": name,
            "document": "test",
            "number": f"N-{name[2:]}",
        }
        opening, standing = opened["opening"], opened["standing"]
        computed = keccak256(bytes.fromhex(opening["salt"][2:]) + opening["canonical"].encode())
        assert "0x" + computed.hex() == opening["commitment"] == standing["commitment"]
        assert json.loads(opening["canonical"])["name"] == name
        assert account in [one["account"] for one in opened["accounts"]]
        assert opened["verification"]["method"] == "test"
        assert answer.headers["cache-control"] == "no-store"


def test_that_it_was_asked_is_kept_with_its_basis_and_without_the_name(house: Premises, told: Told) -> None:
    regulator = house.caller(Scope.REGULATOR)
    path = f"/v1/audit/parties/{told.second.address}/identity"
    asked = regulator.http.post(path, json=BASIS).json()["question"]
    kept = questions(house.installation.database, asked["place"] - 1, 1)[0]
    assert json.loads(kept.question) == {"path": path, "query": [], **BASIS}
    everything = [one.question for one in questions(house.installation.database, limit=10_000)]
    assert not [question for question in everything if "某某" in question]


@pytest.mark.parametrize("body", [{}, {"basis": ""}, {"basis": "   "}, {"basis": "x" * 501}, {"basis": 5}])
def test_without_a_basis_nothing_is_opened_or_kept(
    house: Premises, told: Told, body: dict[str, object]
) -> None:
    before = len(questions(house.installation.database, limit=10_000))
    path = f"/v1/audit/parties/{told.kept}/identity"
    answer = house.caller(Scope.REGULATOR).http.post(path, json=body)
    assert answer.status_code == 422
    assert len(questions(house.installation.database, limit=10_000)) == before


def test_a_question_about_a_stranger_is_kept_and_answered_with_nothing(house: Premises) -> None:
    before = len(questions(house.installation.database, limit=10_000))
    answer = house.caller(Scope.REGULATOR).http.post(f"/v1/audit/parties/0x{'12' * 20}/identity", json=BASIS)
    assert (answer.status_code, answer.json()["title"]) == (404, "unknown-account")
    assert len(questions(house.installation.database, limit=10_000)) == before + 1


def test_an_erased_person_stays_erased(house: Premises, told: Told) -> None:
    issuer, regulator = house.caller(Scope.ISSUER), house.caller(Scope.REGULATOR)
    account = _registered(house, told, "to-erase")
    path = f"/v1/audit/parties/{account}/identity"
    assert regulator.http.post(path, json=BASIS).json()["identity"]["name"] == "待删 某"
    erased = issuer.http.post(f"/v1/accounts/{account}/erasure", json={"reason": "本人申请"})
    assert erased.status_code == 200
    answer = regulator.http.post(path, json=BASIS)
    assert (answer.status_code, answer.json()["title"]) == (404, "person-erased")
    assert "待删" not in answer.text


def test_one_reference_is_one_registration_and_never_anothers(house: Premises, told: Told) -> None:
    issuer = house.caller(Scope.ISSUER)
    account = _registered(house, told, "one-reference")
    assert _registered(house, told, "one-reference", key="another key") == account
    other = issuer.post("/v1/accounts", "other", {**_person("one-reference", told), "name": "另一 某"})
    assert (other.status_code, other.json()["title"]) == (409, "reference-taken")
    assert "待删" not in other.text
    assert "另一" not in other.text


def _registered(house: Premises, told: Told, reference: str, key: str = "") -> str:
    found = house.caller(Scope.ISSUER).done(
        "/v1/accounts", key or f"register {reference}", _person(reference, told)
    )
    return str(found["account"])


def _person(reference: str, told: Told) -> dict[str, object]:
    return {
        "kind": "person",
        "name": "待删 某",
        "document": "test",
        "number": f"N-{reference}",
        "method": "test",
        "verifier": "trial",
        "verified_at": int(time.time()) // DAY * DAY - DAY,
        "reference": reference,
        "collection_id": told.collection_id,
    }
