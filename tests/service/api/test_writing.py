"""Writes: the same key is the same request, and nobody does with it what is another's."""

from __future__ import annotations

import pytest

from service.access.bearer import Scope
from tests.service.api.premises import Premises
from tests.service.api.told import Told, deposit, holders_own

pytestmark = pytest.mark.node


def test_the_same_key_and_body_give_the_same_operation(house: Premises) -> None:
    issuer, body = house.caller(Scope.ISSUER), {"title": "同一系列"}
    first, second = (issuer.post("/v1/collections", "same", body) for _ in range(2))
    assert first.status_code == second.status_code == 202
    assert first.json()["id"] == second.json()["id"]
    assert first.headers["location"] == f"/v1/operations/{first.json()['id']}"


def test_the_same_key_with_another_body_is_a_conflict(house: Premises) -> None:
    issuer = house.caller(Scope.ISSUER)
    assert issuer.post("/v1/collections", "reused", {"title": "甲"}).status_code == 202
    again = issuer.post("/v1/collections", "reused", {"title": "乙"})
    assert (again.status_code, again.json()["title"]) == (409, "idempotency-key-reused")


def test_a_large_file_sent_again_under_its_key_leaves_nothing_behind(house: Premises, told: Told) -> None:
    assert told.tokens, "the institution may deposit"
    issuer, inbox = house.caller(Scope.ISSUER), house.installation.settings.inbox
    scroll = b"\x89PNG\r\n\x1a\n" + b"l" * 300_000
    first = deposit(issuer, "scroll", scroll, title="长卷")
    assert list(inbox.iterdir()) == []
    assert deposit(issuer, "scroll", scroll, title="长卷")["id"] == first["id"]
    assert list(inbox.iterdir()) == []


@pytest.mark.parametrize("key", [None, "", "with space", "汉", "x" * 201])
def test_a_write_without_a_proper_key_is_refused(house: Premises, key: str | None) -> None:
    headers = {} if key is None else {b"Idempotency-Key": key.encode()}
    answer = house.caller(Scope.ISSUER).http.post("/v1/collections", json={"title": "无键"}, headers=headers)
    assert answer.status_code == 422


def test_an_operation_is_followed_at_its_location_and_listed_to_its_bearer_alone(
    house: Premises, told: Told
) -> None:
    twin = house.caller(None).get(f"/v1/operations/{told.gift['id']}")
    assert [step["state"] for step in twin["steps"]][-1] == "settled"
    assert twin["result"] == f"/t/{told.tokens[0]}"
    mine = {one["id"] for one in house.caller(Scope.ISSUER).get("/v1/operations", limit=200)["operations"]}
    theirs = {one["id"] for one in house.caller(Scope.OPERATOR).get("/v1/operations")["operations"]}
    assert told.gift["id"] in mine
    assert told.gift["id"] not in theirs


def test_what_has_ended_is_not_cancelled_and_what_is_anothers_is_not_found(
    house: Premises, told: Told
) -> None:
    path = f"/v1/operations/{told.gift['id']}/cancellation"
    assert house.caller(Scope.ISSUER).post(path, "x").status_code == 409
    assert house.caller(Scope.OPERATOR).post(path, "x").status_code == 404


def test_a_holders_key_gives_only_what_its_own_account_has(house: Premises, told: Told) -> None:
    with holders_own(house, told.kept) as own:
        body = {"to": told.second.address}
        other = own.post(f"/v1/collectibles/{told.tokens[0]}/gifts/kept", "not mine", body)
        assert (other.status_code, other.json()["title"]) == (403, "not-the-holder")
        assert told.second.address.lower() not in other.text.lower().replace(told.kept.lower(), "")
        mine = own.ask(f"/v1/collectibles/{told.tokens[1]}/gifts/kept", "mine, held", body)
        assert mine["reason"]["code"] == "token-held"


def test_an_issuers_key_gives_nothing_of_a_kept_holders(house: Premises, told: Told) -> None:
    path = f"/v1/collectibles/{told.tokens[1]}/gifts/kept"
    answer = house.caller(Scope.ISSUER).post(path, "not the holder", {"to": told.second.address})
    assert (answer.status_code, answer.json()["title"]) == (403, "scope-missing")


def test_an_acceptance_is_signed_for_the_receivers_own_key_and_for_no_other_words_with_its_nonce(
    house: Premises, told: Told
) -> None:
    path = f"/v1/collectibles/{told.tokens[0]}/acceptances"
    body = {"from_account": told.wallet.address, "nonce": "41", "deadline": 2_000_000_000}
    with holders_own(house, told.kept) as own:
        signed = own.post(path, "accept", body)
        assert signed.status_code == 200
        assert len(signed.json()["signature"]) == 132
        assert own.post(path, "accept", body).json() == signed.json()
        other = own.post(path, "accept", {**body, "from_account": told.second.address})
        assert other.json()["title"] == "signed-before"
    assert house.caller(Scope.ISSUER).post(path, "accept", body).status_code == 403


def test_a_gift_to_oneself_is_accepted_and_refused_with_its_reason(house: Premises, told: Told) -> None:
    with holders_own(house, told.kept) as own:
        path = f"/v1/collectibles/{told.tokens[1]}/gifts/kept"
        found = own.ask(path, "to oneself", {"to": told.kept})
    assert found["state"] == "refused"


def test_what_is_not_as_it_should_be_is_named_by_its_place(house: Premises) -> None:
    answer = house.caller(Scope.ISSUER).post(
        "/v1/collections", "wrong", {"title": "", "policy": {"gifts_per_day": 0, "price": 5}}
    )
    assert answer.status_code == 422
    places = {fault["at"] for fault in answer.json()["facts"]["faults"]}
    assert places == {"body/title", "body/policy/gifts_per_day", "body/policy/price"}


def test_real_names_never_come_back(house: Premises, told: Told) -> None:
    for scope in (None, *Scope):
        caller = house.caller(scope).http
        for path in (
            f"/v1/collectibles/{told.tokens[0]}",
            f"/v1/audit/parties/{told.kept}",
            "/v1/audit/entries?limit=1000",
            "/v1/operations?limit=200",
        ):
            assert "某某" not in caller.get(path).text
