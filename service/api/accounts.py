"""Registration of people and institutions, recovery of lost accounts, and from kept key to own key."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from indexer.events import Kind
from indexer.values import ZERO_HASH, address, hash32
from indexer.wire import write_address
from service.access.entitlement import entitled
from service.api.accepting import earlier, take
from service.api.auth import AsHolder, AsIssuer, AsOperator, IdempotencyKey
from service.api.border import Installed
from service.api.gifts import holder_of
from service.api.names import account_in, number_in
from service.api.shapes import WHOLE, Account, Body, Digest, Moment, Reason, Signature, accepted
from service.api.signatures import require_signed
from service.errors import NotFound
from service.installation import Installation
from service.keys import intents
from service.keys.master import master_sealer
from service.outbox.requests import (
    ConfirmRecovery,
    HandOver,
    RecoverToken,
    RequestRecovery,
    StopRecovery,
    SubmitObjection,
)
from service.people.identity import Identity, Verification
from service.people.persons import People
from service.reading.open import context
from service.registering import Registry

routes = APIRouter(tags=["accounts"])
Line = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
ShortCode = Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[\x21-\x7e]+$")]


class AccountBody(Body):
    """Somebody who was verified. Name, document and number are sealed here and never come back.

    With `account` it keeps its own key; with `collection_id` a key is kept for it in that collection.
    """

    kind: Literal["person", "institution"]
    name: Line
    document: Line
    number: Line
    method: ShortCode
    verifier: ShortCode
    verified_at: Annotated[int, Field(gt=86_400, lt=1 << 53), WHOLE]
    reference: Code
    account: Account | None = None
    collection_id: Digest | None = None


class RecoveryBody(Body):
    """A lost account, the address that is to stand for it, and the digest of what was shown as proof of identity."""

    replacement: Account
    evidence: Digest


class ReplacementBody(Body):
    """The address that was asked to stand for it."""

    replacement: Account


class ObjectionBody(Body):
    """Against which replacement; without `signature` (EIP-712 `StopRecovery`) the account's key is kept here."""

    replacement: Account
    deadline: Moment
    signature: Signature = "0x"


class HandOverBody(Body):
    """From a kept key to the holder's own, which signs `HandOver` (EIP-712)."""

    replacement: Account
    deadline: Moment
    signature: Signature


class ErasureBody(Body):
    """Why the personal data are destroyed; never a name."""

    reason: Reason


@routes.post("/v1/accounts", status_code=202)
def register(
    installation: Installed, bearer: AsIssuer, idempotency_key: IdempotencyKey, body: AccountBody
) -> JSONResponse:
    """Register somebody; the reference makes it one registration, whatever the idempotency key."""
    del idempotency_key
    registry = _registry(installation, bearer.key_id)
    identity = Identity(Kind[body.kind.upper()], body.name, body.document, body.number)
    verification = Verification(body.method, body.verifier, body.verified_at)
    if body.account is not None:
        account = address(body.account.lower())
        _, found = registry.own(identity, verification, account, body.reference)
    else:
        person = registry.holder(identity, verification, body.reference)
        collection = hash32(body.collection_id) if body.collection_id else ZERO_HASH
        account, found = registry.kept(person, collection)
    return accepted(found, account=write_address(account))


@routes.post("/v1/accounts/{account}/recovery", status_code=202)
def request_recovery(
    installation: Installed,
    bearer: AsIssuer,
    idempotency_key: IdempotencyKey,
    account: str,
    body: RecoveryBody,
) -> JSONResponse:
    """Ask that another address stand for a lost account; it is told on chain, and can object."""
    with context(installation) as one:
        since = one.view.as_of.count
    request = RequestRecovery(
        account_in(account), address(body.replacement.lower()), hash32(body.evidence), since
    )
    return accepted(take(installation, bearer, idempotency_key, request, "since"))


@routes.post("/v1/accounts/{account}/recovery/confirmation", status_code=202)
def confirm_recovery(
    installation: Installed,
    bearer: AsOperator,
    idempotency_key: IdempotencyKey,
    account: str,
    body: ReplacementBody,
) -> JSONResponse:
    """Confirm a recovery after its waiting time: the second hand."""
    request = ConfirmRecovery(account_in(account), address(body.replacement.lower()))
    return accepted(take(installation, bearer, idempotency_key, request))


@routes.post("/v1/accounts/{account}/recovery/refusal", status_code=202)
def stop_recovery(
    installation: Installed,
    bearer: AsOperator,
    idempotency_key: IdempotencyKey,
    account: str,
    body: ReplacementBody,
) -> JSONResponse:
    """Refuse a recovery."""
    with context(installation) as one:
        since = one.view.as_of.count
    request = StopRecovery(account_in(account), address(body.replacement.lower()), since)
    return accepted(take(installation, bearer, idempotency_key, request, "since"))


@routes.post("/v1/accounts/{account}/recovery/objection", status_code=202)
def object_to_recovery(
    installation: Installed,
    bearer: AsHolder,
    idempotency_key: IdempotencyKey,
    account: str,
    body: ObjectionBody,
) -> JSONResponse:
    """Object to a recovery with the account's own key, which was not lost; a holder's key for its own account."""
    mine, replacement = account_in(account), address(body.replacement.lower())
    signature = bytes.fromhex(body.signature[2:])
    if not signature:
        entitled(bearer, mine)
    elif earlier(installation, bearer, idempotency_key, SubmitObjection) is None:
        require_signed(installation, mine, intents.StopRecovery(mine, replacement, body.deadline), signature)
    with context(installation) as one:
        since = one.view.as_of.count
    request = SubmitObjection(mine, replacement, body.deadline, since, signature)
    return accepted(take(installation, bearer, idempotency_key, request, "since"))


@routes.post("/v1/accounts/{account}/hand-over", status_code=202)
def hand_over(
    installation: Installed,
    bearer: AsIssuer,
    idempotency_key: IdempotencyKey,
    account: str,
    body: HandOverBody,
) -> JSONResponse:
    """Hand an account over from the kept key to the holder's own: one recorded act."""
    old, new = account_in(account), address(body.replacement.lower())
    signature = bytes.fromhex(body.signature[2:])
    if earlier(installation, bearer, idempotency_key, HandOver) is None:
        require_signed(installation, new, intents.HandOver(old, new, body.deadline), signature)
    request = HandOver(old, new, body.deadline, signature)
    return accepted(take(installation, bearer, idempotency_key, request))


@routes.post("/v1/collectibles/{token_id}/recovery", status_code=202)
def recover_token(
    installation: Installed, bearer: AsIssuer, idempotency_key: IdempotencyKey, token_id: str
) -> JSONResponse:
    """Let a collectible follow its holder to the account that stands for it now."""
    request = RecoverToken(number_in(token_id), holder_of(installation, number_in(token_id)))
    return accepted(take(installation, bearer, idempotency_key, request, "from_"))


@routes.post("/v1/accounts/{account}/erasure")
def erase(installation: Installed, bearer: AsIssuer, account: str, body: ErasureBody) -> JSONResponse:
    """Destroy the personal data behind an account; what the chain carries still verifies."""
    people = _people(installation)
    owner = people.owner_of(account_in(account))
    if owner is None:
        raise NotFound("unknown-account", "此账户不在这里登记。", "This account is not registered here.")
    erased = people.crypto_shred(owner.id, erased_by=bearer.key_id, reason=body.reason)
    return JSONResponse(
        {"erased_at": erased.erased_at, "erased_by": erased.erased_by, "reason": erased.reason}
    )


def _people(installation: Installation) -> People:
    return People(installation.database, master_sealer(installation.settings))


def _registry(installation: Installation, principal: str) -> Registry:
    return Registry(installation.database, _people(installation), installation.vault, principal)
