"""Estates and grants: for their parties, for whom these let see them, and for the regulator."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from indexer.evidence.bundle import write_bundle
from indexer.evidence.rights_claims import InForce, Title
from indexer.values import Hash32, address
from service.access.bearers import Bearer
from service.api.border import Installed
from service.api.names import digest_in, number_in
from service.api.readers import AsParty, AsReader, Reading, reading
from service.api.scoping import Day, day_in
from service.api.shapes import Account, Body, Moment
from service.installation import Installation
from service.reading.proof import Prover
from service.rights import single
from service.rights.answers import disclosure_body, openness_body
from service.rights.single import Piece, estate_piece, grant_piece

routes = APIRouter(tags=["rights"])
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[int | None, Query(ge=0, lt=1 << 63, description="cursor of the page before")]


class OpennessBody(Body):
    """Whether anybody may ask whether rights of this estate are to be had."""

    open: bool


class GrantEvidenceQuery(Body):
    """On which day it is to be in force, and whether all records of the work's rights go along.

    `on`: today, or the nearest day on which it is in force.
    """

    on: Day | None = None
    whole: bool = False


class DisclosureBody(Body):
    """Which account may see it, and until when."""

    to: Account
    until: Moment


@routes.get("/v1/estates/{estate_id}")
def estate(request: Request, installation: Installed, bearer: AsReader, estate_id: str) -> JSONResponse:
    """Give an estate: its box, its owners, its chain of title, the grants that burden it, who else may see it.

    One that was cut or joined is given as it was at its end.
    """
    with reading(installation, bearer, request) as one:
        now, database = one.context.now, installation.database
        return one.answer(single.estate_shown(one.book, one.audience, database, number_in(estate_id), now))


@routes.get("/v1/estates/{estate_id}/history")
def estate_history(
    request: Request,
    installation: Installed,
    bearer: AsReader,
    estate_id: str,
    after: Cursor = None,
    limit: Limit = 50,
) -> JSONResponse:
    """Give the records of an estate, newest first."""
    with reading(installation, bearer, request) as one:
        piece = estate_piece(one.book, one.audience, number_in(estate_id))
        return _history(one, piece.subject, after, limit)


@routes.get("/v1/estates/{estate_id}/evidence")
def estate_evidence(request: Request, installation: Installed, bearer: AsReader, estate_id: str) -> Response:
    """Give the evidence for whose an estate is: for its owners, the registrant and the regulator.

    It carries every record of the work's rights, since only all of them prove it: owners hand it to whom they choose.
    """
    with reading(installation, bearer, request) as one:
        claim = single.title_claim(one.book, one.audience, number_in(estate_id))
        return _bundle(installation, one, claim, f"estate-{claim.estate_id:064x}"[:23])


@routes.get("/v1/works/{work_id}/rights/history")
def rights_history(
    request: Request,
    installation: Installed,
    bearer: AsReader,
    work_id: str,
    after: Cursor = None,
    limit: Limit = 50,
) -> JSONResponse:
    """Give the records of a work's rights, newest first: to its owners, the registrant and the regulator."""
    with reading(installation, bearer, request) as one:
        return _history(
            one, single.rights_known(one.book, one.audience, digest_in(work_id)).subject, after, limit
        )


@routes.post("/v1/estates/{estate_id}/openness")
def set_openness(
    request: Request, installation: Installed, bearer: AsParty, estate_id: str, body: OpennessBody
) -> JSONResponse:
    """Decide, as an owner, whether anybody may ask whether rights of this estate are to be had."""
    with reading(installation, bearer, request) as one:
        said = single.set_open(
            one.book, one.audience, installation.database, number_in(estate_id), bearer, is_open=body.open
        )
    return JSONResponse(openness_body(said))


@routes.post("/v1/estates/{estate_id}/disclosures")
def disclose_estate(
    request: Request, installation: Installed, bearer: AsParty, estate_id: str, body: DisclosureBody
) -> JSONResponse:
    """Let an account see this estate and its evidence, as an owner."""
    with reading(installation, bearer, request) as one:
        piece = estate_piece(one.book, one.audience, number_in(estate_id))
        return _disclosed(installation, one, bearer, piece, body)


@routes.post("/v1/estates/{estate_id}/disclosures/{disclosure_id}/end")
def end_estate_disclosure(
    request: Request, installation: Installed, bearer: AsParty, estate_id: str, disclosure_id: str
) -> JSONResponse:
    """Let this estate be seen no longer by whom one disclosed it to."""
    with reading(installation, bearer, request) as one:
        piece = estate_piece(one.book, one.audience, number_in(estate_id))
        return _ended(installation, one, bearer, piece, disclosure_id)


@routes.get("/v1/grants/{grant_id}")
def grant(request: Request, installation: Installed, bearer: AsReader, grant_id: str) -> JSONResponse:
    """Give a grant: its terms, the grants above and below it, who else may see it."""
    with reading(installation, bearer, request) as one:
        now, database = one.context.now, installation.database
        return one.answer(single.grant_shown(one.book, one.audience, database, digest_in(grant_id), now))


@routes.get("/v1/grants/{grant_id}/history")
def grant_history(
    request: Request,
    installation: Installed,
    bearer: AsReader,
    grant_id: str,
    after: Cursor = None,
    limit: Limit = 50,
) -> JSONResponse:
    """Give the records of a grant, newest first."""
    with reading(installation, bearer, request) as one:
        piece = grant_piece(one.book, one.audience, digest_in(grant_id))
        return _history(one, piece.subject, after, limit)


@routes.get("/v1/grants/{grant_id}/evidence")
def grant_evidence(
    request: Request,
    installation: Installed,
    bearer: AsReader,
    grant_id: str,
    query: Annotated[GrantEvidenceQuery, Query()],
) -> Response:
    """Give the evidence that a grant is in force on a day, for everybody who may see the grant.

    It carries all records of the grant and of those above it, so where these tell of sub-licences of others, whose
    sub-licence it is gets the evidence from its licensor. `whole` is for the owners, the registrant and the regulator:
    every record of the work's rights goes along, and shows that no other grant is in the way.
    """
    with reading(installation, bearer, request) as one:
        day, now = day_in(query.on) if query.on else None, one.context.now
        claim = single.in_force_claim(
            one.book, one.audience, digest_in(grant_id), day, now, whole=query.whole
        )
        return _bundle(installation, one, claim, f"grant-{claim.grant_id.hex()[:16]}")


@routes.post("/v1/grants/{grant_id}/disclosures")
def disclose_grant(
    request: Request, installation: Installed, bearer: AsParty, grant_id: str, body: DisclosureBody
) -> JSONResponse:
    """Let an account see this grant and its evidence, as its licensee or an owner of the estate it is of."""
    with reading(installation, bearer, request) as one:
        piece = grant_piece(one.book, one.audience, digest_in(grant_id))
        return _disclosed(installation, one, bearer, piece, body)


@routes.post("/v1/grants/{grant_id}/disclosures/{disclosure_id}/end")
def end_grant_disclosure(
    request: Request, installation: Installed, bearer: AsParty, grant_id: str, disclosure_id: str
) -> JSONResponse:
    """Let this grant be seen no longer by whom one disclosed it to."""
    with reading(installation, bearer, request) as one:
        piece = grant_piece(one.book, one.audience, digest_in(grant_id))
        return _ended(installation, one, bearer, piece, disclosure_id)


def _bundle(installation: Installation, one: Reading, claim: Title | InForce, name: str) -> Response:
    prover = Prover(installation, one.book.view, installation.anchor, installation.proofs)
    octets = write_bundle(prover.bundle_of(claim, one.book.work(claim.work_id)))
    headers = {"Content-Disposition": f'attachment; filename="qianyin-{name}.json"'}
    return Response(octets, media_type="application/json", headers=headers)


def _disclosed(
    installation: Installation, one: Reading, bearer: Bearer, piece: Piece, body: DisclosureBody
) -> JSONResponse:
    to = address(body.to.lower())
    made = single.disclose(one.audience, installation.database, piece, bearer, to=to, until=body.until)
    return JSONResponse(disclosure_body(made))


def _ended(
    installation: Installation, one: Reading, bearer: Bearer, piece: Piece, disclosure_id: str
) -> JSONResponse:
    number = number_in(disclosure_id)
    ended = single.end_disclosure(one.audience, installation.database, piece, bearer, number)
    return JSONResponse(disclosure_body(ended))


def _history(one: Reading, subject: Hash32, after: int | None, limit: int) -> JSONResponse:
    return one.answer(single.history(one.book, one.audience, subject, after, limit))
