"""The page of a proposal, and what whoever is signed in does there: agree, sign, attest or confirm a paper, end it.

Its twins are the operations of `proposals.py`, which know no cookie; each form does what one of them does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import Field

from indexer.connection import NodeError
from indexer.values import Address, Hash32, hash32
from service.access.bearer import PARTIES, Scope
from service.access.bearers import Bearer
from service.access.entitlement import demand
from service.api.border import Installed, said
from service.api.names import account_in
from service.api.problems import status_of
from service.api.proposals import acting_of
from service.api.sessions import FromHere, Reader
from service.api.shapes import WRITTEN, PageQuery
from service.api.signatures import domain_of, signature_in
from service.api.signed_in import Visit, private, required, signed_in
from service.errors import BadInput, NotAllowed, Unavailable
from service.installation import Installation
from service.keys.agreements import Claim
from service.keys.intents import typed_data
from service.pages import addresses
from service.pages.views import Bilingual, Tried
from service.reading.rights import proposing
from service.rights import proposals
from service.rights.hands import Hands, hands_of
from service.rights.proposals import LONGEST_REASON, Proposal

routes = APIRouter(include_in_schema=False)
_PAPER = re.compile("(?:0x)?([0-9a-f]{64})")


class SignFields(PageQuery):
    """A signature as it was pasted."""

    signature: Annotated[str, Field(max_length=8_192)] = ""


class PaperFields(PageQuery):
    """Whose paper, and its SHA-256."""

    party: Annotated[str, Field(max_length=42)] = ""
    paper: Annotated[str, Field(max_length=200)] = ""


class EndFields(PageQuery):
    """Why a proposal ends."""

    reason: Annotated[str, Field(max_length=4_000, pattern=WRITTEN)] = ""


@routes.get("/p/{proposal_id}")
def proposal(request: Request, installation: Installed, reader: Reader, proposal_id: str) -> Response:
    """What is proposed, who agreed, who is missing."""
    return _shown(request, installation, reader, proposal_id)


@routes.get("/p/{proposal_id}/typed-data")
def proposal_typed_data(
    request: Request, installation: Installed, reader: Reader, proposal_id: str
) -> Response:
    """What is signed to agree (EIP-712), as a file."""
    with signed_in(request, installation, reader) as visit:
        found = _visible(visit, proposal_id)
    name = f'attachment; filename="qianyin-proposal-{found.id[:16]}.json"'
    headers = {"Cache-Control": "no-store", "Content-Disposition": name}
    data = typed_data(domain_of(installation, Claim), found.request.agreement)
    return JSONResponse(data, headers=headers)


@routes.post("/p/{proposal_id}/agree", dependencies=[FromHere])
def agree(request: Request, installation: Installed, reader: Reader, proposal_id: str) -> Response:
    """Agree for whoever is signed in, with its key that is kept here: pressing this is its word."""

    def take() -> None:
        _agree(request, installation, required(request, reader), proposal_id, Hands.agreeing, b"")

    return _taken(request, installation, reader, proposal_id, Tried("agree", ""), take)


@routes.post("/p/{proposal_id}/sign", dependencies=[FromHere])
def sign(
    request: Request,
    installation: Installed,
    reader: Reader,
    proposal_id: str,
    fields: Annotated[SignFields, Form()],
) -> Response:
    """Take the signature of whoever is signed in, by a key of its own."""

    def take() -> None:
        signature, bearer = signature_in(fields.signature), required(request, reader)
        _agree(request, installation, bearer, proposal_id, Hands.signing, signature)

    return _taken(request, installation, reader, proposal_id, Tried("sign", fields.signature), take)


@routes.post("/p/{proposal_id}/attest", dependencies=[FromHere])
def attest(
    request: Request,
    installation: Installed,
    reader: Reader,
    proposal_id: str,
    fields: Annotated[PaperFields, Form()],
) -> Response:
    """Attest, as the institution, that a party without a key of its own signed a paper by hand: the first hand."""
    bearer = demand(required(request, reader), [Scope.ISSUER])

    def take() -> None:
        paper = _paper_in(fields.paper)
        with signed_in(request, installation, bearer) as visit:
            acting = acting_of(installation, visit.one, bearer)
            acting.attest(proposal_id, account_in(fields.party), paper)

    tried = Tried("attest", fields.paper, fields.party)
    return _taken(request, installation, reader, proposal_id, tried, take)


@routes.post("/p/{proposal_id}/confirm", dependencies=[FromHere])
def confirm(
    request: Request,
    installation: Installed,
    reader: Reader,
    proposal_id: str,
    fields: Annotated[PaperFields, Form()],
) -> Response:
    """Confirm the paper that was looked at: the second hand."""
    bearer = demand(required(request, reader), [Scope.OPERATOR])
    paper, party = _paper_in(fields.paper), account_in(fields.party)
    with signed_in(request, installation, bearer) as visit:
        done = acting_of(installation, visit.one, bearer).confirm(proposal_id, party, paper)
    return RedirectResponse(addresses.proposal(done.id), 303)


@routes.post("/p/{proposal_id}/withdraw", dependencies=[FromHere])
def withdraw(
    request: Request,
    installation: Installed,
    reader: Reader,
    proposal_id: str,
    fields: Annotated[EndFields, Form()],
) -> Response:
    """End a proposal before all agreed: a party says no, or whoever made it takes it back."""
    bearer = demand(required(request, reader), PARTIES)

    def take() -> None:
        reason = _reason_in(fields.reason)
        with signed_in(request, installation, bearer) as visit:
            acting_of(installation, visit.one, bearer).end(proposal_id, reason)

    return _taken(request, installation, reader, proposal_id, Tried("end", fields.reason), take)


def _taken(
    request: Request,
    installation: Installation,
    reader: Bearer | None,
    proposal_id: str,
    tried: Tried,
    take: Callable[[], None],
) -> Response:
    """Do what a form asks for and go back to the page; what is not taken is shown there as it was typed, with why."""
    try:
        take()
    except (BadInput, Unavailable, NodeError) as error:
        fault = said(error)
        tried = replace(tried, fault=Bilingual(fault.zh, fault.en))
        return _shown(request, installation, reader, proposal_id, tried, status_of(fault))
    return RedirectResponse(addresses.proposal(proposal_id), 303)


def _shown(
    request: Request,
    installation: Installation,
    reader: Bearer | None,
    proposal_id: str,
    tried: Tried | None = None,
    status: int = 200,
) -> Response:
    with signed_in(request, installation, reader) as visit:
        found = _visible(visit, proposal_id)
        page = proposing.proposal_page(
            visit.of_proposal(found),
            found,
            visit.outcome(found),
            visit.objected(found),
            _hands(visit),
            tried,
        )
        return private(request, page, status)


def _agree(
    request: Request,
    installation: Installation,
    bearer: Bearer,
    proposal_id: str,
    way: Callable[[Hands, Proposal], tuple[Address, ...]],
    signature: bytes,
) -> None:
    """Agree for every party that a reader stands for and that agrees in this way: all sign the same digest."""
    with signed_in(request, installation, bearer) as visit:
        acting = acting_of(installation, visit.one, bearer)
        for party in _asked(visit, proposal_id, way):
            acting.agree(proposal_id, party, signature)


def _asked(
    visit: Visit, proposal_id: str, way: Callable[[Hands, Proposal], tuple[Address, ...]]
) -> tuple[Address, ...]:
    """Give the parties that a reader stands for and that agree in this way; none where all of them have agreed.

    Raises:
        NotAllowed: it stands for none.
    """
    found = _visible(visit, proposal_id)
    parties = way(_hands(visit), found)
    if not parties and not _has_agreed(visit, found):
        raise NotAllowed(
            "not-asked",
            "这项拟议不需要本方如此同意。",
            "You do not have to agree to this proposal in this way.",
        )
    return parties


def _has_agreed(visit: Visit, found: Proposal) -> bool:
    mine = [party for party in found.parties if party in visit.one.audience.accounts]
    return bool(mine) and not set(mine) & set(found.missing)


def _visible(visit: Visit, proposal_id: str) -> Proposal:
    found = proposals.proposal(visit.installation.database, proposal_id)
    return visit.one.audience.require_proposal(visit.one.book, found)


def _hands(visit: Visit) -> Hands:
    assert visit.reader is not None, "somebody is signed in"
    return hands_of(visit.installation, visit.reader, visit.one.book, visit.one.audience)


def _paper_in(text: str) -> Hash32:
    found = _PAPER.fullmatch("".join(text.split()).lower())
    if found is None:
        raise BadInput(
            "paper-malformed",
            "书面文件摘要（SHA-256）应为 64 位十六进制数字；请选择文件，或粘贴完整的摘要。",
            "The SHA-256 of a paper has 64 hexadecimal digits: choose the file, or paste all of the digest.",
        )
    return hash32("0x" + found[1])


def _reason_in(text: str) -> str:
    reason = text.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise BadInput(
            "reason-missing",
            f"请写明理由，至多 {LONGEST_REASON} 字。",
            f"Give the reason, in {LONGEST_REASON} characters at most.",
        )
    return reason
