"""Acts on rights before everybody agreed: proposed, agreed to step by step, handed in with the last consent.

A proposal is shown to who made it, who has to agree, the registrant of the work and the regulator; one with a paper to
the second hand too; and to nobody else.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from indexer.values import Address, address, hash32
from service.access.bearers import Bearer
from service.api.accepting import earlier as earlier_request
from service.api.accepting import take
from service.api.acts import AnyAct
from service.api.auth import AsIssuer, AsOperator, IdempotencyKey
from service.api.border import Installed
from service.api.names import account_in, digest_in
from service.api.readers import AsParty, AsReader, Reading, reading
from service.api.shapes import Account, Body, Digest, Moment, Reason, Signature, accepted
from service.api.signatures import desk_of, domain_of, require_signed
from service.installation import Installation
from service.keys.agreements import Claim
from service.keys.intents import typed_data
from service.keys.operators import Operator
from service.outbox.requests import ConfirmAttestation, WithdrawConsent
from service.rights import acting
from service.rights.acting import Acting
from service.rights.answers import proposal_body
from service.rights.drafting import Drafting
from service.rights.pending import proposal_shown
from service.rights.proposals import Proposal
from service.rights.speaking import Speaker

routes = APIRouter(tags=["proposals"])


class ConsentBody(Body):
    """Agree. `party`: for which of those who have to, where the bearer stands for several.

    `signature`: over the proposal's typed data, by the party's own key; without one its key is kept here.
    """

    party: Account | None = None
    signature: Signature = "0x"


class PartyBody(Body):
    """Whose consent."""

    party: Account | None = None


class AttestationBody(Body):
    """Which paper a party without a key of its own signed by hand: its SHA-256."""

    party: Account
    paper: Digest


class ConfirmationBody(Body):
    """For which party another hand attested, and the SHA-256 of the paper that was looked at."""

    party: Account
    paper: Digest


class EndBody(Body):
    """Why the proposal ends."""

    reason: Reason


class OwnConfirmationBody(Body):
    """The party's own signature over `Confirmation`; without one its key is kept here."""

    signature: Signature = "0x"


@routes.post("/v1/proposals", status_code=201)
def propose(
    request: Request, installation: Installed, bearer: AsParty, idempotency_key: IdempotencyKey, body: AnyAct
) -> JSONResponse:
    """Propose an act, and say at once whether it would be refused, and by what.

    Whoever has to agree may propose, the registrant of the work too; a claim the registrant alone.
    """
    with reading(installation, bearer, request) as one:
        found = acting_of(installation, one, bearer).propose(body, idempotency_key)
        shown = _shown(installation, one, found)
    return JSONResponse(shown, 201, {"Location": f"/v1/proposals/{found.id}"})


@routes.post("/v1/proposals/explain")
def explain(request: Request, installation: Installed, bearer: AsParty, body: AnyAct) -> JSONResponse:
    """Say whether an act would be refused, and by what, without proposing it."""
    with reading(installation, bearer, request) as one:
        return one.answer(acting_of(installation, one, bearer).explain(body))


@routes.get("/v1/proposals")
def listed(
    request: Request,
    installation: Installed,
    bearer: AsReader,
    work_id: Annotated[Digest | None, Query()] = None,
    open_only: Annotated[bool, Query()] = False,  # noqa: FBT002  a parameter of a query
    before: Annotated[Moment | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JSONResponse:
    """List the proposals that the bearer may see, newest first."""
    with reading(installation, bearer, request) as one:
        found, following = acting.listed(
            installation.database,
            one.book,
            one.audience,
            work_id=hash32(work_id) if work_id else None,
            open_only=open_only,
            before=before,
            limit=limit,
        )
    return JSONResponse({"proposals": [proposal_body(each) for each in found], "next": following})


@routes.get("/v1/proposals/{proposal_id}")
def shown(request: Request, installation: Installed, bearer: AsReader, proposal_id: str) -> JSONResponse:
    """Give a proposal: what, who agreed and how, who is missing, until when, and whether it would be refused now.

    `named`: the box of each estate and grant that it names. `burdens`: the grants that whoever acquires an estate takes
    along, while the assignment waits: kind and scope, and `grant` where the bearer may see it.
    """
    with reading(installation, bearer, request) as one:
        found = acting.visible(installation.database, one.book, one.audience, proposal_id)
        return JSONResponse(_shown(installation, one, found))


@routes.get("/v1/proposals/{proposal_id}/typed-data")
def proposal_typed_data(
    request: Request, installation: Installed, bearer: AsReader, proposal_id: str
) -> JSONResponse:
    """Give what a wallet shows and signs to agree (EIP-712)."""
    with reading(installation, bearer, request) as one:
        found = acting.visible(installation.database, one.book, one.audience, proposal_id)
    return JSONResponse(typed_data(domain_of(installation, Claim), found.request.agreement))


@routes.post("/v1/proposals/{proposal_id}/consents")
def agree(
    request: Request, installation: Installed, bearer: AsParty, proposal_id: str, body: ConsentBody
) -> JSONResponse:
    """Agree for a party: by its own signature, or by its word where its key is kept here. Again it changes nothing."""
    signature = bytes.fromhex(body.signature[2:])
    with reading(installation, bearer, request) as one:
        done = acting_of(installation, one, bearer).agree(proposal_id, _named(body.party), signature)
        return JSONResponse(_shown(installation, one, done))


@routes.post("/v1/proposals/{proposal_id}/consents/withdrawal")
def take_back(
    request: Request, installation: Installed, bearer: AsParty, proposal_id: str, body: PartyBody
) -> JSONResponse:
    """Take one's consent back, as long as others are missing."""
    with reading(installation, bearer, request) as one:
        done = acting_of(installation, one, bearer).take_back(proposal_id, _named(body.party))
        return JSONResponse(_shown(installation, one, done))


@routes.post("/v1/proposals/{proposal_id}/attestations")
def attest(
    request: Request, installation: Installed, bearer: AsIssuer, proposal_id: str, body: AttestationBody
) -> JSONResponse:
    """Attest, as the institution, that a party without a key of its own signed a paper by hand: the first hand."""
    with reading(installation, bearer, request) as one:
        party, paper = account_in(body.party), hash32(body.paper)
        done = acting_of(installation, one, bearer).attest(proposal_id, party, paper)
        return JSONResponse(_shown(installation, one, done))


@routes.post("/v1/proposals/{proposal_id}/attestations/confirmation")
def confirm(
    request: Request, installation: Installed, bearer: AsOperator, proposal_id: str, body: ConfirmationBody
) -> JSONResponse:
    """Confirm what was attested: the second hand, which looked at the paper too."""
    with reading(installation, bearer, request) as one:
        party, paper = account_in(body.party), hash32(body.paper)
        done = acting_of(installation, one, bearer).confirm(proposal_id, party, paper)
        return JSONResponse(_shown(installation, one, done))


@routes.post("/v1/proposals/{proposal_id}/withdrawal")
def withdraw(
    request: Request, installation: Installed, bearer: AsParty, proposal_id: str, body: EndBody
) -> JSONResponse:
    """End a proposal before all agreed: whoever made it takes it back, or a party says no."""
    with reading(installation, bearer, request) as one:
        done = acting_of(installation, one, bearer).end(proposal_id, body.reason)
        return JSONResponse(_shown(installation, one, done))


@routes.post("/v1/attestations/{intent}/{party}/confirmation", status_code=202)
def confirm_attestation(
    request: Request,
    installation: Installed,
    bearer: AsParty,
    idempotency_key: IdempotencyKey,
    intent: str,
    party: str,
    body: OwnConfirmationBody,
) -> JSONResponse:
    """Agree oneself, later, to what was attested for one on paper; it is recorded."""
    named, who, signature = digest_in(intent), account_in(party), bytes.fromhex(body.signature[2:])
    before = earlier_request(installation, bearer, idempotency_key, ConfirmAttestation)
    with reading(installation, bearer, request) as one:
        wanted = acting_of(installation, one, bearer).own_confirmation(named, who, signature, before)
    return accepted(take(installation, bearer, idempotency_key, wanted))


@routes.post("/v1/consents/{intent}/{account}/withdrawal", status_code=202)
def withdraw_consent(
    request: Request,
    installation: Installed,
    bearer: AsParty,
    idempotency_key: IdempotencyKey,
    intent: str,
    account: str,
    body: OwnConfirmationBody,
) -> JSONResponse:
    """Take back on chain what an account signed for an act that did not happen yet, wherever its signature is."""
    named, who, signature = digest_in(intent), account_in(account), bytes.fromhex(body.signature[2:])
    before = earlier_request(installation, bearer, idempotency_key, WithdrawConsent)
    with reading(installation, bearer, request) as one:
        wanted = acting_of(installation, one, bearer).withdrawal(named, who, signature, before)
    return accepted(take(installation, bearer, idempotency_key, wanted))


def speaker_of(installation: Installation, one: Reading, bearer: Bearer) -> Speaker:
    """Give who speaks with a key: for its account, or for the institution."""
    account = bearer.account or installation.vault.operator(Operator.ISSUER)
    return Speaker(one.book, one.audience, account, one.context.now)


def acting_of(installation: Installation, one: Reading, bearer: Bearer) -> Acting:
    """Give what a key does to acts on rights."""
    speaker, signed = speaker_of(installation, one, bearer), partial(require_signed, installation)
    return Acting(bearer, speaker, desk_of(installation), signed)


def _named(text: str | None) -> Address | None:
    return address(text.lower()) if text is not None else None


def _shown(installation: Installation, one: Reading, found: Proposal) -> dict[str, Any]:
    drafting = Drafting(one.book, domain_of(installation, Claim), one.context.now)
    return proposal_shown(installation.database, drafting, one.audience, found)
