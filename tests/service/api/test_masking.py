"""Holders are masked for the public, on every page and every twin, and for a regulator they are not."""

from __future__ import annotations

import pytest

from indexer.values import address
from service.access.bearer import Scope
from service.masking import masked
from tests.service.api.premises import Premises
from tests.service.api.told import Told

pytestmark = pytest.mark.node


def test_no_page_and_no_twin_shows_a_holders_address(house: Premises, told: Told) -> None:
    public = house.caller(None).http
    holders = [told.wallet.address, told.second.address, told.kept]
    things = [f"/t/{token}" for token in told.tokens] + [f"/w/{told.work_id}", f"/c/{told.collection_id}"]
    twins = [f"/v1/collectibles/{token}" for token in told.tokens]
    twins += [f"{twin}/history" for twin in twins]
    others = [
        "/",
        "/v1",
        f"/search?q={told.tokens[0]}",
        f"/v1/search?q={told.tokens[0]}",
        f"/o/{told.gift['id']}",
    ]
    for path in [
        *things,
        *twins,
        *others,
        f"/labels/{told.collection_id}",
        f"/v1/operations/{told.gift['id']}",
    ]:
        answer = public.get(path)
        assert answer.status_code == 200, path
        for holder in holders:
            assert holder[2:].lower() not in answer.text.lower(), (path, holder)


def test_the_mask_is_the_same_wherever_the_account_is(house: Premises, told: Told) -> None:
    page = house.caller(None).get(f"/v1/collectibles/{told.tokens[0]}")
    assert page["holder"]["name"]["text"] == masked(address(told.second.address.lower()))


def test_a_person_has_no_page(house: Premises, told: Told) -> None:
    for account in (told.wallet.address, told.kept):
        assert house.caller(None).http.get(f"/v1/institutions/{account}").status_code == 404


def test_asking_what_to_sign_does_not_say_who_holds(house: Premises, told: Told) -> None:
    asked = {"from_account": told.kept, "to": told.wallet.address, "nonce": "1", "deadline": 1}
    typed = house.caller(None).get(f"/v1/collectibles/{told.tokens[0]}/gifts/typed-data", **asked)
    assert told.second.address not in str(typed)


def test_a_regulator_sees_whole_addresses(house: Premises, told: Told) -> None:
    listed = house.caller(Scope.REGULATOR).get("/v1/audit/entries", token_id=told.tokens[0])
    assert told.second.address in str(listed)
