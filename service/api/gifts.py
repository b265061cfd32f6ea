"""Holders' acts: gifts, loans, taking an intent back; and what a wallet has to sign for them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from indexer.values import Address, address, as_hex
from service.access.bearers import Bearer
from service.access.entitlement import entitled
from service.api.accepting import earlier, take
from service.api.auth import AsHolder, AsSubmitter, IdempotencyKey, WithKey
from service.api.border import Installed
from service.api.names import account_in, number_in
from service.api.shapes import Account, Body, Moment, Number, Signature, accepted, as_of_body
from service.api.signatures import domain_of, require_signed
from service.errors import NotAllowed
from service.installation import Installation
from service.keys import guard
from service.keys.intents import Acceptance, Cancel, Gift, Loan, digest, slot, typed_data
from service.outbox.requests import (
    CancelIntent,
    GiveFromKept,
    SignedAcceptance,
    SubmitGift,
    SubmitLoan,
)
from service.reading.explained import explained, unknown_collectible
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


class KeptAcceptanceBody(Body):
    """The gift that the receiver, whose key is kept here, agrees to take."""

    from_account: Account
    nonce: Number
    deadline: Moment


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
    from_account: Annotated[Account, Query()],
    to: Annotated[Account, Query()],
    nonce: Annotated[Number, Query()],
    deadline: Annotated[Moment, Query()],
) -> JSONResponse:
    """Give what a wallet shows and signs for a gift of this collectible (EIP-712); it is not said who holds it."""
    with context(installation) as one:
        known = one.view.token(number_in(token_id))
        if known is None:
            raise unknown_collectible()
        giver, receiver = account_in(from_account), account_in(to)
        gift = Gift(known.state.token_id, giver, receiver, number_in(nonce), deadline)
        return JSONResponse(typed_data(domain_of(installation, Gift), gift))


@routes.post("/v1/collectibles/{token_id}/gifts", status_code=202)
def submit_gift(
    installation: Installed,
    bearer: AsSubmitter,
    idempotency_key: IdempotencyKey,
    token_id: str,
    body: SignedGiftBody,
) -> JSONResponse:
    """Submit a gift that the holder signed with its own key; what the signature is not good for is refused here."""
    giver, to = address(body.from_account.lower()), address(body.to.lower())
    intent = Gift(number_in(token_id), giver, to, number_in(body.nonce), body.deadline)
    signature, acceptance = bytes.fromhex(body.signature[2:]), _acceptance(body.acceptance)
    if earlier(installation, bearer, idempotency_key, SubmitGift) is None:
        require_signed(installation, giver, intent, signature)
        _require_welcome(installation, intent.token_id, giver, to, acceptance)
    request = SubmitGift(intent.token_id, giver, to, intent.nonce, intent.deadline, signature, acceptance)
    return accepted(take(installation, bearer, idempotency_key, request))


@routes.post("/v1/collectibles/{token_id}/gifts/kept", status_code=202)
def give_from_kept(
    installation: Installed,
    bearer: AsHolder,
    idempotency_key: IdempotencyKey,
    token_id: str,
    body: KeptGiftBody,
) -> JSONResponse:
    """Give a collectible whose holder's key is kept here; a holder's key gives only what its own account has."""
    before = earlier(installation, bearer, idempotency_key, GiveFromKept)
    holder = before.from_ if before else _holder(installation, bearer, number_in(token_id))
    to, acceptance = address(body.to.lower()), _acceptance(body.acceptance)
    if before is None:
        _require_welcome(installation, number_in(token_id), holder, to, acceptance)
    request = GiveFromKept(number_in(token_id), holder, to, acceptance)
    return accepted(take(installation, bearer, idempotency_key, request))


@routes.post("/v1/collectibles/{token_id}/loans", status_code=202)
def lend(
    installation: Installed, bearer: AsHolder, idempotency_key: IdempotencyKey, token_id: str, body: LoanBody
) -> JSONResponse:
    """Lend a publication for reading."""
    before = earlier(installation, bearer, idempotency_key, SubmitLoan)
    holder = before.from_ if before else _holder(installation, bearer, number_in(token_id))
    user, signature = address(body.user.lower()), bytes.fromhex(body.signature[2:])
    intent = Loan(number_in(token_id), holder, user, body.until, number_in(body.nonce), body.deadline)
    if before is None and signature:
        require_signed(installation, holder, intent, signature)
    request = SubmitLoan(
        intent.token_id, holder, user, intent.until, intent.nonce, intent.deadline, signature
    )
    return accepted(take(installation, bearer, idempotency_key, request))


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
    entitled(bearer, mine)
    signature = bytes.fromhex(body.signature[2:])
    if signature and earlier(installation, bearer, idempotency_key, CancelIntent) is None:
        require_signed(installation, mine, Cancel(mine, number_in(nonce)), signature)
    request = CancelIntent(mine, number_in(nonce), signature)
    return accepted(take(installation, bearer, idempotency_key, request))


@routes.post("/v1/collectibles/{token_id}/acceptances")
def accept_gift(
    installation: Installed, bearer: AsHolder, token_id: str, body: KeptAcceptanceBody
) -> JSONResponse:
    """Sign, with the receiver's kept key, that a gift is welcome; the answer goes with the gift.

    The same on a page, for the receiver: `/t/{token_id}/accept?from_account=…&deadline=…`.
    """
    receiver = bearer.account
    if receiver is None:
        raise NotAllowed("no-account", "此密钥不属于任何账户。", "This key acts for no account.")
    domain = domain_of(installation, Acceptance)
    giver = account_in(body.from_account)
    intent = Acceptance(number_in(token_id), giver, receiver, number_in(body.nonce), body.deadline)
    named = digest(domain, intent)
    with installation.database.write() as connection:
        guard.claim(connection, receiver, domain.separator(), slot(intent), named)
        signature = installation.vault.sign_as_kept(connection, receiver, named)
    signed = {"nonce": body.nonce, "deadline": body.deadline, "signature": as_hex(signature)}
    return JSONResponse(signed)


@routes.get("/v1/collectibles/{token_id}/gifts/explain")
def explain(
    installation: Installed,
    bearer: WithKey,
    token_id: str,
    to: Annotated[Account, Query()],
    at: Annotated[Moment | None, Query(description="Unix seconds; now if left out")] = None,
    accepted_by_receiver: Annotated[bool, Query()] = False,  # noqa: FBT002  a parameter of a query
) -> JSONResponse:
    """Say whether a gift would be refused, by which rules, under which version of the policy.

    It tells who is registered or suspended, so it is not for everybody.
    """
    del bearer
    with context(installation) as one:
        answer = explained(one, number_in(token_id), account_in(to), at, accepted=accepted_by_receiver)
        return JSONResponse({"as_of": as_of_body(one.view.as_of), **answer})


def _acceptance(body: AcceptanceBody | None) -> SignedAcceptance | None:
    if body is None:
        return None
    return SignedAcceptance(number_in(body.nonce), body.deadline, bytes.fromhex(body.signature[2:]))


def _require_welcome(
    installation: Installation,
    token_id: int,
    giver: Address,
    receiver: Address,
    acceptance: SignedAcceptance | None,
) -> None:
    """Demand that an acceptance, where one is given, is the receiver's."""
    if acceptance is not None:
        intent = Acceptance(token_id, giver, receiver, acceptance.nonce, acceptance.deadline)
        require_signed(installation, receiver, intent, acceptance.signature)


def holder_of(installation: Installation, token_id: int) -> Address:
    """Give the holder of a collectible.

    Raises:
        NotFound: there is no such collectible.
    """
    with context(installation) as one:
        known = one.view.token(token_id)
    if known is None:
        raise unknown_collectible()
    return known.state.holder


def _holder(installation: Installation, bearer: Bearer, token_id: int) -> Address:
    holder = holder_of(installation, token_id)
    entitled(bearer, holder)
    return holder
