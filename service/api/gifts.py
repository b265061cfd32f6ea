"""Holders' acts: gifts, loans, taking an intent back; and what a wallet has to sign for them."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from indexer.policy import china_day, explain_gift
from indexer.values import Address, address
from indexer.wire import write_address
from service.access.bearer import Scope
from service.access.bearers import Bearer
from service.api.auth import Anybody, AsHolder, IdempotencyKey
from service.api.border import Installed
from service.api.names import account_in, number_in
from service.api.shapes import Account, Body, Moment, Number, Signature, accepted, as_of_body
from service.errors import NotAllowed, NotFound
from service.installation import Installation
from service.keys.intents import Domain, Gift, typed_data
from service.outbox.accept import accept
from service.outbox.requests import (
    CancelIntent,
    GiveFromKept,
    Request,
    SignedAcceptance,
    SubmitGift,
    SubmitLoan,
)
from service.reading.open import context

routes = APIRouter(tags=["holders"])


class AcceptanceBody(Body):
    """What the receiver signed (EIP-712 `Acceptance`)."""

    nonce: Number
    deadline: Moment
    signature: Signature


class SignedGiftBody(Body):
    """A gift that the holder signed with its own key (EIP-712 `Gift`)."""

    from_account: Account
    to: Account
    nonce: Number
    deadline: Moment
    signature: Signature
    acceptance: AcceptanceBody | None = None


class KeptGiftBody(Body):
    """A gift of a holder whose key is kept here."""

    to: Account
    acceptance: AcceptanceBody | None = None


class LoanBody(Body):
    """A loan of a publication until a time; without `signature` the holder's key is kept here."""

    user: Account
    until: Moment
    nonce: Number
    deadline: Moment
    signature: Signature = "0x"


class CancelBody(Body):
    """A nonce to take back; without `signature` the account's key is kept here."""

    signature: Signature = "0x"


@routes.get("/v1/collectibles/{token_id}/gifts/typed-data")
def gift_typed_data(
    installation: Installed,
    token_id: str,
    to: Annotated[str, Query(pattern=r"^0x[0-9a-fA-F]{40}$")],
    nonce: Annotated[str, Query(pattern=r"^(0|[1-9][0-9]{0,77})$")],
    deadline: Annotated[int, Query(ge=0, lt=1 << 53)],
) -> JSONResponse:
    """Give what a wallet shows and signs for a gift of this collectible (EIP-712)."""
    with context(installation) as one:
        known = one.view.token(number_in(token_id))
        if known is None:
            raise _unknown()
        deployment = installation.deployment
        domain = Domain(deployment.chain_id, one.sources.collectible, deployment.parent_hash)
        gift = Gift(known.state.token_id, known.state.holder, address(to.lower()), number_in(nonce), deadline)
        return JSONResponse(typed_data(domain, gift))


@routes.post("/v1/collectibles/{token_id}/gifts", status_code=202)
def submit_gift(
    installation: Installed,
    bearer: AsHolder,
    idempotency_key: IdempotencyKey,
    token_id: str,
    body: SignedGiftBody,
) -> JSONResponse:
    """Submit a gift that the holder signed with its own key."""
    request = SubmitGift(
        number_in(token_id),
        address(body.from_account.lower()),
        address(body.to.lower()),
        number_in(body.nonce),
        body.deadline,
        bytes.fromhex(body.signature[2:]),
        _acceptance(body.acceptance),
        accept_with_kept_key=_is_kept(installation, address(body.to.lower())),
    )
    return _accepted(installation, request, idempotency_key, bearer)


@routes.post("/v1/collectibles/{token_id}/gifts/kept", status_code=202)
def give_from_kept(
    installation: Installed,
    bearer: AsHolder,
    idempotency_key: IdempotencyKey,
    token_id: str,
    body: KeptGiftBody,
) -> JSONResponse:
    """Give a collectible whose holder's key is kept here; a holder's key gives only what its own account has."""
    holder = _holder(installation, bearer, number_in(token_id))
    to = address(body.to.lower())
    request = GiveFromKept(
        number_in(token_id), holder, to, _acceptance(body.acceptance), _is_kept(installation, to)
    )
    return _accepted(installation, request, idempotency_key, bearer)


@routes.post("/v1/collectibles/{token_id}/loans", status_code=202)
def lend(
    installation: Installed, bearer: AsHolder, idempotency_key: IdempotencyKey, token_id: str, body: LoanBody
) -> JSONResponse:
    """Lend a publication for reading."""
    holder = _holder(installation, bearer, number_in(token_id))
    request = SubmitLoan(
        number_in(token_id),
        holder,
        address(body.user.lower()),
        body.until,
        number_in(body.nonce),
        body.deadline,
        bytes.fromhex(body.signature[2:]),
    )
    return _accepted(installation, request, idempotency_key, bearer)


@routes.post("/v1/accounts/{account}/intents/{nonce}/cancellation", status_code=202)
def cancel_intent(
    installation: Installed,
    bearer: AsHolder,
    idempotency_key: IdempotencyKey,
    account: str,
    nonce: str,
    body: CancelBody,
) -> JSONResponse:
    """Take a signed intent back, before it is used."""
    mine = account_in(account)
    _entitled(bearer, mine)
    request = CancelIntent(mine, number_in(nonce), bytes.fromhex(body.signature[2:]))
    return _accepted(installation, request, idempotency_key, bearer)


@routes.get("/v1/collectibles/{token_id}/gifts/explain")
def explain(
    installation: Installed,
    bearer: Anybody,
    token_id: str,
    to: Annotated[str, Query(pattern=r"^0x[0-9a-fA-F]{40}$")],
    at: Annotated[int | None, Query(ge=0, lt=1 << 53, description="Unix seconds; now if left out")] = None,
    accepted_by_receiver: Annotated[bool, Query()] = False,
) -> JSONResponse:
    """Say whether a gift would be refused, by which rules, under which version of the policy."""
    del bearer
    moment = int(time.time()) if at is None else at
    with context(installation) as one:
        page = one.view.token_page(number_in(token_id), 1)
        if page is None:
            raise _unknown()
        token, receiver = page.token.state, one.view.standing(address(to.lower()))
        giver = one.view.standing(token.holder)
        found = explain_gift(
            token,
            page.collection.state,
            giver.state if giver else None,
            receiver.state if receiver else None,
            gifts_today=one.view.gifts_on(token.holder, token.collection_id, china_day(moment)),
            accepted=accepted_by_receiver,
            at=moment,
        )
        refusals = [
            {
                "rule": one_of.rule,
                "zh": one_of.zh,
                "en": one_of.en,
                "policy_versions": list(one_of.policy_versions),
                "until": one_of.until,
            }
            for one_of in found
        ]
        return JSONResponse(
            {"as_of": as_of_body(one.view.as_of), "at": moment, "refused": bool(found), "refusals": refusals}
        )


def _accepted(installation: Installation, request: Request, key: str, bearer: Bearer) -> JSONResponse:
    return accepted(accept(installation.database, request, idempotency_key=key, principal=bearer.key_id))


def _acceptance(body: AcceptanceBody | None) -> SignedAcceptance | None:
    if body is None:
        return None
    return SignedAcceptance(number_in(body.nonce), body.deadline, bytes.fromhex(body.signature[2:]))


def _is_kept(installation: Installation, account: Address) -> bool:
    with installation.database.read() as connection:
        return installation.vault.keeps(connection, account)


def holder_of(installation: Installation, token_id: int) -> Address:
    """Give the holder of a collectible.

    Raises:
        NotFound: there is no such collectible.
    """
    with context(installation) as one:
        known = one.view.token(token_id)
    if known is None:
        raise _unknown()
    return known.state.holder


def _holder(installation: Installation, bearer: Bearer, token_id: int) -> Address:
    holder = holder_of(installation, token_id)
    _entitled(bearer, holder)
    return holder


def _entitled(bearer: Bearer, account: Address) -> None:
    if bearer.scope is Scope.HOLDER and bearer.account != account:
        raise NotAllowed(
            "not-the-holder",
            "这个密钥所属的账户不是持有人。",
            "The account of this key is not the holder.",
            account=write_address(bearer.account) if bearer.account else None,
        )


def _unknown() -> NotFound:
    return NotFound(
        "unknown-collectible",
        "没有这个编号的数字藏品；请核对编号。",
        "There is no collectible of this number; check the number.",
    )
