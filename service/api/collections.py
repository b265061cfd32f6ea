"""Writes about collections, editions and what is issued in them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from indexer.events import Kind, Policy, WorkKind
from indexer.values import ZERO_ADDRESS, address, as_hex, hash32
from service.api.accepting import take
from service.api.auth import AsIssuer, IdempotencyKey
from service.api.border import Installed
from service.api.names import digest_in, number_in
from service.api.shapes import WHOLE, Account, Body, Digest, Reason, Small, accepted
from service.errors import NotFound
from service.files.cid import KUBO_DEFAULT
from service.files.statement import CollectionStatement, statement_bytes, statement_cid, statement_digest
from service.issuing.sheet import Terms, new_collection
from service.keys.operators import Operator
from service.outbox.attachments import Attachment
from service.outbox.requests import (
    AmendCollection,
    Annul,
    Distribute,
    LowerCap,
    Mint,
    OpenEdition,
    SetPolicy,
)
from service.reading.open import context

routes = APIRouter(tags=["issuing"])

_RECEIVERS = {"person": Kind.PERSON, "institution": Kind.INSTITUTION}
_LONGEST_PERIOD = 720 * 86_400


class PolicyBody(Body):
    """What holders may do; periods in seconds, at most 720 days. A later policy never tightens what is held."""

    first_holding: Annotated[int, Field(ge=0, le=_LONGEST_PERIOD), WHOLE] = 90 * 86_400
    next_holding: Annotated[int, Field(ge=0, le=_LONGEST_PERIOD), WHOLE] = 30 * 86_400
    gifts_per_day: Annotated[int, Field(ge=1, le=65_535), WHOLE] = 3
    acceptance: bool = False
    receivers: Annotated[tuple[Literal["person", "institution"], ...], Field(min_length=1, max_length=2)] = (
        "person",
    )
    work_kinds: Annotated[
        tuple[Literal["rights_registered", "publication", "capture_record", "derived_work"], ...],
        Field(min_length=1, max_length=4),
    ] = ("rights_registered", "publication", "derived_work")
    longest_loan: Annotated[int, Field(ge=0, le=_LONGEST_PERIOD), WHOLE] = 0

    def policy(self) -> Policy:
        """Give the value that the chain knows."""
        return Policy(
            self.first_holding,
            self.next_holding,
            self.gifts_per_day,
            self.acceptance,
            sum({1 << _RECEIVERS[one] for one in self.receivers}),
            sum({1 << WorkKind[one.upper()] for one in self.work_kinds}),
            self.longest_loan,
        )


class StatementBody(Body):
    """What is stated of a collection, for everybody to read."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    title_en: Annotated[str, Field(max_length=200)] = ""
    description: Annotated[str, Field(max_length=10_000)] = ""
    description_en: Annotated[str, Field(max_length=10_000)] = ""

    def statement(self) -> CollectionStatement:
        """Give the value that is kept."""
        return CollectionStatement(self.title, self.title_en, self.description, self.description_en)


class CollectionBody(StatementBody):
    """A collection: its first title is its name in this institution, so the same title is the same collection."""

    policy: PolicyBody = PolicyBody()


class AmendedBody(StatementBody):
    """A new statement about a collection; the old one stays."""

    reason: Reason


class NewPolicyBody(Body):
    """Version `version` of a policy: the present one + 1."""

    version: Small
    policy: PolicyBody


class EditionBody(Body):
    """Edition `number` of a work in a collection, of at most `cap`."""

    collection_id: Digest
    work_id: Digest
    number: Annotated[int, Field(ge=1, lt=1 << 32), WHOLE] = 1
    cap: Annotated[int, Field(ge=1, le=1_000_000), WHOLE]


class CapBody(Body):
    """A smaller cap."""

    cap: Annotated[int, Field(ge=0, le=1_000_000), WHOLE]


class MintBody(Body):
    """One serial of an edition; without `to` it stays with the issuer."""

    serial: Annotated[int, Field(ge=1, le=1_000_000), WHOLE]
    to: Account | None = None


class ToBody(Body):
    """To whom."""

    to: Account


class AnnulBody(Body):
    """Why it is struck out."""

    reason: Reason


@routes.post("/v1/collections", status_code=202)
def create(
    installation: Installed, bearer: AsIssuer, idempotency_key: IdempotencyKey, body: CollectionBody
) -> JSONResponse:
    """Create a collection with version 1 of its policy."""
    issuer = installation.vault.operator(Operator.ISSUER)
    request = new_collection(issuer, body.title, Terms(body.policy.policy(), {body.title: body.statement()}))
    found = take(installation, bearer, idempotency_key, request)
    return accepted(found, collection_id=as_hex(request.collection_id))


@routes.post("/v1/collections/{collection_id}/amendments", status_code=202)
def amend(
    installation: Installed,
    bearer: AsIssuer,
    idempotency_key: IdempotencyKey,
    collection_id: str,
    body: AmendedBody,
) -> JSONResponse:
    """State anew what a collection is, with the reason; its policy and its contents stay."""
    with context(installation) as one:
        known = one.view.collection(digest_in(collection_id))
    if known is None:
        raise NotFound(
            "unknown-collection", "没有这个系列，或尚未生效。", "There is no such collection, or not yet."
        )
    octets = statement_bytes(body.statement())
    digest = statement_digest(octets)
    kept = Attachment(
        "statement", digest, len(octets), statement_cid(octets), KUBO_DEFAULT.name, content=octets
    )
    request = AmendCollection(known.state.collection_id, known.state.amendments, digest, body.reason, (kept,))
    return accepted(take(installation, bearer, idempotency_key, request, "expected_amendments"))


@routes.post("/v1/collections/{collection_id}/policies", status_code=202)
def set_policy(
    installation: Installed,
    bearer: AsIssuer,
    idempotency_key: IdempotencyKey,
    collection_id: str,
    body: NewPolicyBody,
) -> JSONResponse:
    """Set a new version of a collection's policy."""
    request = SetPolicy(digest_in(collection_id), body.version, body.policy.policy())
    return accepted(take(installation, bearer, idempotency_key, request))


@routes.post("/v1/editions", status_code=202)
def open_edition(
    installation: Installed, bearer: AsIssuer, idempotency_key: IdempotencyKey, body: EditionBody
) -> JSONResponse:
    """Open an edition of a work."""
    request = OpenEdition(hash32(body.collection_id), hash32(body.work_id), body.number, body.cap)
    found = take(installation, bearer, idempotency_key, request)
    return accepted(found, edition_id=str(request.edition_id))


@routes.post("/v1/editions/{edition_id}/cap", status_code=202)
def lower_cap(
    installation: Installed, bearer: AsIssuer, idempotency_key: IdempotencyKey, edition_id: str, body: CapBody
) -> JSONResponse:
    """Lower the cap of an edition; it is never raised."""
    request = LowerCap(number_in(edition_id), body.cap)
    return accepted(take(installation, bearer, idempotency_key, request))


@routes.post("/v1/editions/{edition_id}/collectibles", status_code=202)
def mint(
    installation: Installed,
    bearer: AsIssuer,
    idempotency_key: IdempotencyKey,
    edition_id: str,
    body: MintBody,
) -> JSONResponse:
    """Create one collectible of an edition, and hand it out if `to` says to whom."""
    with context(installation) as one:
        known = one.view.edition(number_in(edition_id))
    if known is None:
        raise NotFound(
            "unknown-edition", "没有这个版次，或尚未生效。", "There is no such edition, or not yet."
        )
    to = address(body.to.lower()) if body.to else ZERO_ADDRESS
    request = Mint(known.state.collection_id, known.state.work_id, known.state.number, body.serial, to)
    return accepted(take(installation, bearer, idempotency_key, request), token_id=str(request.token_id))


@routes.post("/v1/collectibles/{token_id}/distribution", status_code=202)
def distribute(
    installation: Installed, bearer: AsIssuer, idempotency_key: IdempotencyKey, token_id: str, body: ToBody
) -> JSONResponse:
    """Hand a collectible out that was never handed out before."""
    with context(installation) as one:
        known = one.view.token(number_in(token_id))
    if known is None:
        raise NotFound(
            "unknown-collectible", "没有这个藏品，或尚未生效。", "There is no such collectible, or not yet."
        )
    request = Distribute(known.state.collection_id, known.state.token_id, address(body.to.lower()))
    return accepted(take(installation, bearer, idempotency_key, request))


@routes.post("/v1/collectibles/{token_id}/annulment", status_code=202)
def annul(
    installation: Installed, bearer: AsIssuer, idempotency_key: IdempotencyKey, token_id: str, body: AnnulBody
) -> JSONResponse:
    """Strike a collectible out that the issuer still has and never handed out."""
    request = Annul(number_in(token_id), body.reason)
    return accepted(take(installation, bearer, idempotency_key, request))
