"""Who may call what: every operation of the app against every scope, and against none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from service.access.bearer import Scope, new_key
from service.api.app import make_app
from service.api.scopes import Entitlement, entitlements
from service.installation import Installation
from service.settings import read_settings
from tests.service.api.premises import Premises

pytestmark = pytest.mark.node

ALL = entitlements(make_app(Installation(read_settings({}, Path()))))

PUBLIC = frozenset[Scope]()
SIGNED_IN = (
    "POST /sign-in",
    "POST /sign-out",
    "GET /rights",
    "GET /rights/ending.ics",
    "GET /w/{work_id}/rights/grant",
    "POST /w/{work_id}/rights/grant",
    "GET /w/{work_id}/rights/split",
    "POST /w/{work_id}/rights/split",
    "GET /g/{grant_id}",
    "GET /g/{grant_id}/history",
    "GET /g/{grant_id}/evidence",
    "GET /e/{estate_id}",
    "GET /e/{estate_id}/history",
    "GET /e/{estate_id}/evidence",
    "GET /w/{work_id}/rights/history",
    "GET /p/{proposal_id}",
    "GET /p/{proposal_id}/typed-data",
    "POST /p/{proposal_id}/agree",
    "POST /p/{proposal_id}/sign",
    "POST /p/{proposal_id}/attest",
    "POST /p/{proposal_id}/confirm",
    "POST /p/{proposal_id}/withdraw",
    "GET /w/{work_id}/rights.odrl.jsonld",
    "GET /w/{work_id}/rights.onix.xml",
)
"""Pages for whoever signed in: they obey a session and no key; whom they show what is tried in test_rights_pages.py."""
ISSUER, HOLDER, REGULATOR, OPERATOR, RIGHTS_HOLDER = ({one} for one in Scope)
EVERY_KEY = set(Scope)
TABLE: dict[str, set[Scope] | frozenset[Scope]] = {
    # Written by hand from design.md and domain.md, not from the routes: whoever adds an operation decides here who may.
    **dict.fromkeys(
        (
            # pages and what they are made of
            "GET /",
            "GET /search",
            "GET /w/{work_id}",
            "GET /w/{work_id}/history",
            "GET /c/{collection_id}",
            "GET /c/{collection_id}/history",
            "GET /t/{token_id}",
            "GET /t/{token_id}/history",
            "GET /t/{token_id}/accept",
            "GET /i/{account}",
            "GET /i/{account}/history",
            "GET /o/{operation_id}",
            "GET /labels/{collection_id}",
            "GET /verify",
            "POST /verify",
            "GET /sign-in",
            "GET /w/{work_id}/rights",
            "GET /static/{name:path}",
            "GET /files/{cid}",
            "GET /preview/{cid}",
            "GET /docs",
            "GET /openapi.json",
            # their twins, and evidence: anybody checks
            "GET /v1",
            "GET /v1/search",
            "GET /v1/works/{work_id}",
            "GET /v1/works/{work_id}/history",
            "GET /v1/works/{work_id}/evidence",
            "GET /v1/collections/{collection_id}",
            "GET /v1/collections/{collection_id}/history",
            "GET /v1/collectibles/{token_id}",
            "GET /v1/collectibles/{token_id}/history",
            "GET /v1/collectibles/{token_id}/evidence",
            "GET /v1/collectibles/{token_id}/gifts/typed-data",
            "GET /v1/institutions/{account}",
            "GET /v1/institutions/{account}/history",
            "GET /v1/operations/{operation_id}",
            "GET /v1/labels/{collection_id}",
            "GET /v1/verify",
            "POST /v1/verify",
            "GET /v1/trust-anchor",
            "GET /v1/status",
            # of rights: the codes, and whether something can be had where its owner lets that be said
            "GET /v1/rights/codes",
            "GET /v1/works/{work_id}/availability",
        ),
        PUBLIC,
    ),
    **dict.fromkeys(SIGNED_IN, PUBLIC),
    **dict.fromkeys(
        (
            # what an institution does with what is its own
            "POST /v1/works",
            "POST /v1/works/{work_id}/amendments",
            "POST /v1/works/{work_id}/withdrawal",
            "POST /v1/collections",
            "POST /v1/collections/{collection_id}/amendments",
            "POST /v1/collections/{collection_id}/policies",
            "POST /v1/editions",
            "POST /v1/editions/{edition_id}/cap",
            "POST /v1/editions/{edition_id}/collectibles",
            "POST /v1/collectibles/{token_id}/distribution",
            "POST /v1/collectibles/{token_id}/annulment",
            # people it registered; a recovery is asked for by it and confirmed by another hand
            "POST /v1/accounts",
            "POST /v1/accounts/{account}/recovery",
            "POST /v1/accounts/{account}/hand-over",
            "POST /v1/accounts/{account}/erasure",
            "POST /v1/collectibles/{token_id}/recovery",
            # what it says of rights by its own transaction, and papers that it attests: the first hand
            "POST /v1/works/{work_id}/moral-rights",
            "POST /v1/works/{work_id}/contests",
            "POST /v1/works/{work_id}/contests/withdrawal",
            "POST /v1/proposals/{proposal_id}/attestations",
        ),
        ISSUER,
    ),
    **dict.fromkeys(
        (
            # nobody moves what a kept key holds but its holder
            "POST /v1/collectibles/{token_id}/gifts/kept",
            "POST /v1/collectibles/{token_id}/acceptances",
            "POST /v1/collectibles/{token_id}/loans",
            "POST /v1/accounts/{account}/intents/{nonce}/cancellation",
            "POST /v1/accounts/{account}/recovery/objection",
        ),
        HOLDER,
    ),
    # signed by the holder's own key, so who hands it in is of no weight
    "POST /v1/collectibles/{token_id}/gifts": HOLDER | ISSUER,
    **dict.fromkeys(
        (
            # what is not masked, and the first hand of an order
            "GET /v1/audit/entries",
            "GET /v1/audit/parties/{account}",
            "POST /v1/audit/parties/{account}/identity",
            "GET /v1/audit/parties/{account}/collectibles",
            "GET /v1/audit/collectibles/{token_id}",
            "GET /v1/audit/collectibles/{token_id}/explain",
            "GET /v1/audit/counts",
            "GET /v1/audit/export",
            "GET /v1/audit/questions",
            "POST /v1/orders",
            "POST /v1/orders/withdrawal",
        ),
        REGULATOR,
    ),
    **dict.fromkeys(
        (
            # the second hand
            "POST /v1/orders/execution",
            "POST /v1/accounts/{account}/recovery/confirmation",
            "POST /v1/accounts/{account}/recovery/refusal",
            "POST /v1/proposals/{proposal_id}/attestations/confirmation",
        ),
        OPERATOR,
    ),
    **dict.fromkeys(
        (
            # parties to rights, each for its own account; an institution is one
            "POST /v1/proposals",
            "POST /v1/proposals/explain",
            "POST /v1/proposals/{proposal_id}/consents",
            "POST /v1/proposals/{proposal_id}/consents/withdrawal",
            "POST /v1/proposals/{proposal_id}/withdrawal",
            "POST /v1/attestations/{intent}/{party}/confirmation",
            "POST /v1/consents/{intent}/{account}/withdrawal",
            "POST /v1/estates/{estate_id}/openness",
            "POST /v1/estates/{estate_id}/disclosures",
            "POST /v1/estates/{estate_id}/disclosures/{disclosure_id}/end",
            "POST /v1/grants/{grant_id}/disclosures",
            "POST /v1/grants/{grant_id}/disclosures/{disclosure_id}/end",
        ),
        HOLDER | RIGHTS_HOLDER | ISSUER,
    ),
    **dict.fromkeys(
        (
            # rights are confidential: each sees what concerns it, a regulator all
            "GET /v1/rights",
            "GET /v1/rights/ending",
            "GET /v1/rights/ending.ics",
            "GET /v1/works/{work_id}/rights",
            "GET /v1/works/{work_id}/rights/question",
            "GET /v1/works/{work_id}/rights/matrix",
            "GET /v1/works/{work_id}/rights/history",
            "GET /v1/works/{work_id}/rights.odrl.jsonld",
            "GET /v1/works/{work_id}/rights.onix.xml",
            "GET /v1/estates/{estate_id}",
            "GET /v1/estates/{estate_id}/history",
            "GET /v1/estates/{estate_id}/evidence",
            "GET /v1/grants/{grant_id}",
            "GET /v1/grants/{grant_id}/history",
            "GET /v1/grants/{grant_id}/evidence",
            "GET /v1/proposals",
            "GET /v1/proposals/{proposal_id}",
            "GET /v1/proposals/{proposal_id}/typed-data",
        ),
        EVERY_KEY,
    ),
    **dict.fromkeys(
        (
            # each its own
            "GET /v1/operations",
            "POST /v1/operations/{operation_id}/cancellation",
            "GET /v1/collectibles/{token_id}/gifts/explain",
        ),
        EVERY_KEY,
    ),
}
"""Who may call what."""


def test_the_table_names_every_route_of_the_app_and_no_other() -> None:
    assert {_named(one) for one in ALL} == TABLE.keys()
    assert len(ALL) == len(TABLE) >= 70


def test_nothing_that_the_app_serves_escapes_the_list_of_its_routes() -> None:
    """Mounts, sockets and the framework's own pages would be routes of another kind."""
    app = make_app(Installation(read_settings({}, Path())))
    kinds = {type(one.original_route) for one in iter_route_contexts(app.routes)}
    assert kinds == {APIRoute}


def test_the_routes_say_what_the_table_says() -> None:
    assert {_named(one): one.scopes or PUBLIC for one in ALL} == TABLE


def _named(one: Entitlement) -> str:
    return f"{one.method} {one.path}"


@pytest.mark.parametrize("scope", [None, *Scope])
@pytest.mark.parametrize("operation", TABLE)
def test_an_operation_is_open_to_its_scopes_and_to_no_other(
    house: Premises, operation: str, scope: Scope | None
) -> None:
    method, path = operation.split(" ")
    sent = {"content": b""} if method == "GET" else {"json": {}}
    answer = house.caller(scope).http.request(method, address_of(path), **sent)
    allowed = TABLE[operation]
    if allowed and scope is None:
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    elif allowed and scope not in allowed:
        assert answer.status_code == 403
        assert answer.json()["title"] == "scope-missing"
    elif operation in SIGNED_IN:
        assert answer.status_code in (303, 403, 404, 422), "without a session a key alone shows nothing"
    else:
        assert answer.status_code in (200, 404, 409, 422), answer.text


@pytest.mark.parametrize(
    "key",
    [
        "qy_0000000000000000_" + "0" * 64,
        "nonsense",
        "qy_",
        pytest.param(new_key().text, id="of no installation"),
        "Bearer",
        "\x7f",
    ],
)
def test_a_key_that_nobody_gave_out_is_refused(house: Premises, key: str) -> None:
    answer = house.caller(None).http.get("/v1/operations", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 401


def address_of(path: str) -> str:
    """Fill the names in the path of a route with something of their form."""
    account = "0x" + "1" * 40
    examples = {"token_id": "1", "edition_id": "1", "nonce": "1", "account": account, "party": account}
    examples |= {"estate_id": "1", "disclosure_id": "1", "proposal_id": "1" * 32}
    return re.sub(r"{(\w+)(?::path)?}", lambda found: examples.get(found[1], "0x" + "1" * 64), path)
