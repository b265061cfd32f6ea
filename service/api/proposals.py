"""Acts on rights before everybody agreed: proposed, agreed to step by step, handed in with the last consent.

A proposal is shown to who made it, who has to agree, the registrant of the work and the regulator, and to nobody else.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from indexer.values import Address, address, hash32
from indexer.wire import write_address
from service.access.bearer import Scope
from service.access.bearers import Bearer
from service.api.accepting import earlier as earlier_request
from service.api.accepting import take
from service.api.acts import AnyAct
from service.api.auth import AsIssuer, AsOperator, IdempotencyKey
from service.api.border import Installed
from service.api.names import account_in, digest_in, number_in
from service.api.readers import AsParty, AsReader, Reading, reading
from service.api.shapes import Account, Body, Digest, Moment, Reason, Signature, accepted, as_of_body
from service.api.signatures import domain_of, require_signed
from service.errors import BadInput, NotAllowed
from service.installation import Installation
from service.keys.agreements import Claim, Confirmation, Withdrawal
from service.keys.intents import typed_data
from service.keys.operators import Operator
from service.outbox.operations import operation
from service.outbox.requests import ConfirmAttestation, WithdrawConsent
from service.rights import consents, proposals
from service.rights.answers import objection_body, proposal_body
from service.rights.consents import Desk
from service.rights.drafting import Drafting
from service.rights.explained import objections
from service.rights.proposals import Draft, Proposal, ProposalState

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
    """For which party another hand attested."""

    party: Account


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

    Whoever has to agree may propose, the registrant of the work too.
    """
    asked = hashlib.sha256(body.model_dump_json().encode()).digest()
    with reading(installation, bearer, request) as one:
        found = proposals.earlier(installation.database, bearer.key_id, idempotency_key, asked)
        drafting = _drafting(installation, one)
        if found is None:
            draft = _drafted(one, drafting, body)
            found = proposals.propose(
                installation.database,
                draft,
                principal=bearer.key_id,
                idempotency_key=idempotency_key,
                proposed_by=_proposer(installation, one, bearer, draft),
                asked=asked,
            )
        shown = _shown(installation, one, found)
    return JSONResponse(shown, 201, {"Location": f"/v1/proposals/{found.id}"})


@routes.post("/v1/proposals/explain")
def explain(request: Request, installation: Installed, bearer: AsParty, body: AnyAct) -> JSONResponse:
    """Say whether an act would be refused, and by what, without proposing it."""
    with reading(installation, bearer, request) as one:
        drafting = _drafting(installation, one)
        draft = _drafted(one, drafting, body)
        _proposer(installation, one, bearer, draft)
        found = [
            objection_body(each, lambda grant: one.audience.sees_grant(one.book, grant))
            for each in objections(drafting, draft.request)
        ]
        parties = [write_address(party) for party in draft.parties]
        said = {"refused": bool(found), "objections": found, "parties": parties}
        return JSONResponse({"as_of": as_of_body(one.book.view.as_of), **said})


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
        everything = one.audience.sees_all or one.audience.second_hand
        found = proposals.proposals(
            installation.database,
            accounts=one.audience.accounts,
            nobody=not one.audience.accounts and not everything,
            work_id=hash32(work_id) if work_id else None,
            open_only=open_only,
            before=before,
            limit=limit,
        )
        seen = [each for each in found if one.audience.sees_proposal(one.book, each)]
    following = found[-1].place if len(found) == limit else None
    return JSONResponse({"proposals": [proposal_body(each) for each in seen], "next": following})


@routes.get("/v1/proposals/{proposal_id}")
def shown(request: Request, installation: Installed, bearer: AsReader, proposal_id: str) -> JSONResponse:
    """Give a proposal: what, who agreed and how, who is missing, until when, and whether it would be refused now."""
    with reading(installation, bearer, request) as one:
        found = _visible(installation, one, proposal_id)
        return JSONResponse(_shown(installation, one, found))


@routes.get("/v1/proposals/{proposal_id}/typed-data")
def proposal_typed_data(
    request: Request, installation: Installed, bearer: AsReader, proposal_id: str
) -> JSONResponse:
    """Give what a wallet shows and signs to agree (EIP-712)."""
    with reading(installation, bearer, request) as one:
        found = _visible(installation, one, proposal_id)
    return JSONResponse(typed_data(domain_of(installation, Claim), found.request.agreement))


@routes.post("/v1/proposals/{proposal_id}/consents")
def agree(
    request: Request, installation: Installed, bearer: AsParty, proposal_id: str, body: ConsentBody
) -> JSONResponse:
    """Agree for a party: by its own signature, or by its word where its key is kept here. Again it changes nothing."""
    signature = bytes.fromhex(body.signature[2:])
    with reading(installation, bearer, request) as one:
        found = _visible(installation, one, proposal_id)
        party = _asked_party(one, found, body.party, any_party=bool(signature))
        signer = one.book.current(party)
        _require_standing(one, party)
    if signature and party not in found.given:
        require_signed(installation, signer, found.request.agreement, signature)
    desk = _desk(installation)
    if signature:
        done = consents.agree_signed(
            desk, found.id, party, signer=signer, signature=signature, by=bearer.key_id
        )
    elif signer == installation.vault.operator(Operator.ISSUER) and bearer.scope is Scope.ISSUER:
        done = consents.agree_as_operator(desk, found.id, party, operator=Operator.ISSUER, by=bearer.key_id)
    else:
        done = consents.agree_kept(desk, found.id, party, signer=signer, by=bearer.key_id)
    return JSONResponse(_body(installation, done))


@routes.post("/v1/proposals/{proposal_id}/consents/withdrawal")
def take_back(
    request: Request, installation: Installed, bearer: AsParty, proposal_id: str, body: PartyBody
) -> JSONResponse:
    """Take one's consent back, as long as others are missing."""
    with reading(installation, bearer, request) as one:
        found = _visible(installation, one, proposal_id)
        party = _asked_party(one, found, body.party, any_party=False)
    return JSONResponse(
        _body(installation, consents.take_back(_desk(installation), found.id, party, by=bearer.key_id))
    )


@routes.post("/v1/proposals/{proposal_id}/attestations")
def attest(
    request: Request, installation: Installed, bearer: AsIssuer, proposal_id: str, body: AttestationBody
) -> JSONResponse:
    """Attest, as the institution, that a party without a key of its own signed a paper by hand: the first hand."""
    with reading(installation, bearer, request) as one:
        found = _visible(installation, one, proposal_id)
        party = account_in(body.party)
        if not one.book.keeps_key(party):
            raise BadInput(
                "party-has-key",
                "该方自有密钥，须本人签署，不能以纸面见证代替。",
                "This party has a key of its own, so a paper cannot stand for its signature.",
                party=write_address(party),
            )
    done = consents.attest(_desk(installation), found.id, party, paper=hash32(body.paper), by=bearer.key_id)
    return JSONResponse(_body(installation, done))


@routes.post("/v1/proposals/{proposal_id}/attestations/confirmation")
def confirm(
    request: Request, installation: Installed, bearer: AsOperator, proposal_id: str, body: ConfirmationBody
) -> JSONResponse:
    """Confirm what was attested: the second hand, which looked at the paper too."""
    with reading(installation, bearer, request) as one:
        found = _visible(installation, one, proposal_id)
    done = consents.confirm(_desk(installation), found.id, account_in(body.party), by=bearer.key_id)
    return JSONResponse(_body(installation, done))


@routes.post("/v1/proposals/{proposal_id}/withdrawal")
def withdraw(
    request: Request, installation: Installed, bearer: AsParty, proposal_id: str, body: EndBody
) -> JSONResponse:
    """End a proposal before all agreed: whoever made it takes it back, or a party says no."""
    with reading(installation, bearer, request) as one:
        found = _visible(installation, one, proposal_id)
        if found.principal != bearer.key_id and not one.audience.is_one_of(found.parties):
            raise NotAllowed(
                "not-a-party",
                "只有提出人或须同意的各方可以撤回。",
                "Only who proposed it, or a party, can withdraw it.",
            )
    done = proposals.withdraw(installation.database, found.id, by=bearer.key_id, reason=body.reason)
    return JSONResponse(_body(installation, done))


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
        signer = before.signer if before else one.book.current(who)
        if not signature and not one.audience.is_one_of([who]):
            raise _not_yours(who)
    if signature and before is None:
        require_signed(installation, signer, Confirmation(named, who), signature)
    wanted = ConfirmAttestation(named, who, signer, signature)
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
    with reading(installation, bearer, request) as one:
        if not signature and not one.audience.is_one_of([who]):
            raise _not_yours(who)
    if signature and earlier_request(installation, bearer, idempotency_key, WithdrawConsent) is None:
        require_signed(installation, who, Withdrawal(named, who), signature)
    wanted = WithdrawConsent(named, who, signature)
    return accepted(take(installation, bearer, idempotency_key, wanted))


def _drafting(installation: Installation, one: Reading) -> Drafting:
    return Drafting(one.book, domain_of(installation, Claim), one.context.now)


def _drafted(one: Reading, drafting: Drafting, body: Any) -> Draft:
    """Draft an act; of what the bearer may not see it is not said whether it is there."""
    estates = [getattr(body, "estate_id", None), *getattr(body, "estate_ids", ())]
    for estate_id in filter(None, estates):
        one.audience.require_estate(one.book, number_in(estate_id))
    for name in ("grant_id", "parent_id"):
        if given := getattr(body, name, None):
            one.audience.require_grant(one.book, hash32(given))
    draft: Draft = body.draft(drafting)
    return draft


def _proposer(installation: Installation, one: Reading, bearer: Bearer, draft: Draft) -> Address | None:
    """Give the account that a bearer proposes for.

    Raises:
        NotAllowed: it neither has to agree nor is the registrant of the work.
    """
    mine = [party for party in draft.parties if party in one.audience.accounts]
    if mine:
        return mine[0]
    if one.audience.sees_work(one.book, draft.work_id):
        return bearer.account or installation.vault.operator(Operator.ISSUER)
    raise NotAllowed(
        "not-a-party",
        "只有须同意的各方与作品的存证人可以提出。",
        "Only those who have to agree and the registrant of the work can propose it.",
    )


def _visible(installation: Installation, one: Reading, proposal_id: str) -> Proposal:
    found = proposals.proposal(installation.database, proposal_id)
    return one.audience.require_proposal(one.book, found)


def _asked_party(one: Reading, found: Proposal, named: str | None, *, any_party: bool) -> Address:
    """Say for which party a bearer speaks; `any_party`: a signature says who does, whoever hands it in.

    Raises:
        BadInput: it stands for several, and names none. NotAllowed: it does not stand for that one.
    """
    mine = [party for party in found.parties if party in one.audience.accounts]
    if named is not None:
        party = address(named.lower())
        if party not in mine and not any_party:
            raise _not_yours(party)
        return party
    if len(mine) != 1:
        raise BadInput(
            "party-unclear",
            "请指明代表哪一方同意。",
            "Name the party that agrees.",
            parties=[write_address(party) for party in mine],
        )
    return mine[0]


def _require_standing(one: Reading, party: Address) -> None:
    standing = one.book.standing(party)
    if standing is None or not standing.may_act(one.context.now):
        raise BadInput(
            "cannot-consent",
            "该账户未登记或已暂停，不能表示同意。",
            "This account is unknown or suspended, so it cannot agree.",
            party=write_address(party),
        )


def _not_yours(party: Address) -> NotAllowed:
    return NotAllowed(
        "not-your-account",
        "这个密钥不代表该账户。",
        "This key does not act for that account.",
        party=write_address(party),
    )


def _desk(installation: Installation) -> Desk:
    return Desk(installation.database, installation.vault, domain_of(installation, Claim))


def _shown(installation: Installation, one: Reading, found: Proposal) -> dict[str, Any]:
    """Show a proposal with what it would be refused for now, as long as it waits."""
    body = _body(installation, found)
    if found.state is ProposalState.OPEN:
        objected = objections(_drafting(installation, one), found.request)
        body["objections"] = [
            objection_body(each, lambda grant: one.audience.sees_grant(one.book, grant)) for each in objected
        ]
    return body


def _body(installation: Installation, found: Proposal) -> dict[str, Any]:
    body = {**proposal_body(found), "objections": [], "outcome": None}
    if found.operation_id is not None:
        done = operation(installation.database, found.operation_id)
        refused = done.reason
        body["outcome"] = {
            "state": done.state.value,
            "seq": done.seq,
            "reason": {"code": refused.code, "zh": refused.zh, "en": refused.en} if refused else None,
        }
    return body
