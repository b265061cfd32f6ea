"""Estates and grants: for their parties, for whom these let see them, and for the regulator."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from indexer.china import china_day
from indexer.evidence.bundle import write_bundle
from indexer.evidence.rights_claims import InForce, Title
from indexer.rights.state import Estate, Grant
from indexer.values import Address, Hash32, address
from service.access.bearers import Bearer
from service.api.border import Installed
from service.api.names import digest_in, number_in
from service.api.readers import AsParty, AsReader, Reading, reading
from service.api.scoping import Day, day_or_today
from service.api.shapes import Account, Body, Moment
from service.audit.answers import entry_body
from service.errors import NotAllowed
from service.installation import Installation
from service.reading.proof import Prover
from service.rights import showing
from service.rights.answers import (
    clashes_body,
    disclosure_body,
    estate_body,
    grant_body,
    openness_body,
    step_body,
)

routes = APIRouter(tags=["rights"])
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[int | None, Query(ge=0, lt=1 << 63, description="cursor of the page before")]


class OpennessBody(Body):
    """Whether anybody may ask whether rights of this estate are to be had."""

    open: bool


class GrantEvidenceQuery(Body):
    """On which day it is to be in force (today), and whether all records of the work's rights go along."""

    on: Day | None = None
    whole: bool = False


class DisclosureBody(Body):
    """Which account may see it, and until when."""

    to: Account
    until: Moment


@routes.get("/v1/estates/{estate_id}")
def estate(request: Request, installation: Installed, bearer: AsReader, estate_id: str) -> JSONResponse:
    """Give an estate: its box, its owners, its chain of title, the grants that burden it, who else may see it."""
    with reading(installation, bearer, request) as one:
        found = one.audience.require_estate(one.book, number_in(estate_id))
        known = one.book.known(found.work_id, one.context.now)
        burdens = known.burdens(found.scope, china_day(one.context.now))
        seen = [grant for grant in burdens if one.audience.sees_grant(one.book, grant)]
        body = {
            **estate_body(found),
            "title": [step_body(step) for step in known.chain_of(found.estate_id)],
            "burdens": [grant_body(grant, one.book.live_until(grant)) for grant in seen],
            "openness": openness_body(showing.openness(installation.database, found.estate_id)),
        }
        subject = one.book.view.sources.estate(found.estate_id)
        return one.answer(body | _disclosures(installation, one, subject, mine=one.audience.owns(found)))


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
        found = one.audience.require_estate(one.book, number_in(estate_id))
        return _history(one, one.book.view.sources.estate(found.estate_id), after, limit)


@routes.get("/v1/estates/{estate_id}/evidence")
def estate_evidence(request: Request, installation: Installed, bearer: AsReader, estate_id: str) -> Response:
    """Give the evidence for whose an estate is: for its owners, the registrant and the regulator.

    It carries every record of the work's rights, since only all of them prove it: owners hand it to whom they choose.
    """
    with reading(installation, bearer, request) as one:
        found = one.audience.require_estate(one.book, number_in(estate_id))
        if not (one.audience.owns(found) or one.audience.sees_work(one.book, found.work_id)):
            raise _whole_only()
        claim = Title(found.estate_id, found.work_id, found.owners, found.parts)
        return _bundle(installation, one, claim, f"estate-{found.estate_id:064x}"[:23])


@routes.post("/v1/estates/{estate_id}/openness")
def set_openness(
    request: Request, installation: Installed, bearer: AsParty, estate_id: str, body: OpennessBody
) -> JSONResponse:
    """Decide, as an owner, whether anybody may ask whether rights of this estate are to be had."""
    with reading(installation, bearer, request) as one:
        found = one.audience.require_estate(one.book, number_in(estate_id))
        account = _owner(one, bearer, found)
    said = showing.set_open(
        installation.database, found.estate_id, is_open=body.open, account=account, by=bearer.key_id
    )
    return JSONResponse(openness_body(said))


@routes.post("/v1/estates/{estate_id}/disclosures")
def disclose_estate(
    request: Request, installation: Installed, bearer: AsParty, estate_id: str, body: DisclosureBody
) -> JSONResponse:
    """Let an account see this estate and its evidence, as an owner."""
    with reading(installation, bearer, request) as one:
        found = one.audience.require_estate(one.book, number_in(estate_id))
        account, subject = _owner(one, bearer, found), one.book.view.sources.estate(found.estate_id)
    return _disclosed(installation, bearer, subject, account, body)


@routes.post("/v1/estates/{estate_id}/disclosures/{disclosure_id}/end")
def end_estate_disclosure(
    request: Request, installation: Installed, bearer: AsParty, estate_id: str, disclosure_id: str
) -> JSONResponse:
    """Let this estate be seen no longer by whom it was disclosed to."""
    with reading(installation, bearer, request) as one:
        found = one.audience.require_estate(one.book, number_in(estate_id))
        _owner(one, bearer, found)
        subject = one.book.view.sources.estate(found.estate_id)
    return _ended(installation, subject, disclosure_id)


@routes.get("/v1/grants/{grant_id}")
def grant(request: Request, installation: Installed, bearer: AsReader, grant_id: str) -> JSONResponse:
    """Give a grant: its terms, the grants above and below it, who else may see it."""
    with reading(installation, bearer, request) as one:
        found = one.audience.require_grant(one.book, digest_in(grant_id))
        known = one.book.known(found.work_id, one.context.now)
        below = [
            other
            for other in one.book.grants(parent=found.grant_id)
            if one.audience.sees_grant(one.book, other)
        ]
        body = {
            **grant_body(found, one.book.live_until(found)),
            "clashes": clashes_body(known, found, lambda other: one.audience.sees_grant(one.book, other)),
            "sublicences": [grant_body(other, one.book.live_until(other)) for other in below],
        }
        subject = one.book.view.sources.grant(found.grant_id)
        mine = one.audience.is_one_of([found.licensee])
        return one.answer(body | _disclosures(installation, one, subject, mine=mine))


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
        found = one.audience.require_grant(one.book, digest_in(grant_id))
        return _history(one, one.book.view.sources.grant(found.grant_id), after, limit)


@routes.get("/v1/grants/{grant_id}/evidence")
def grant_evidence(
    request: Request,
    installation: Installed,
    bearer: AsReader,
    grant_id: str,
    query: Annotated[GrantEvidenceQuery, Query()],
) -> Response:
    """Give the evidence that a grant is in force on a day, for everybody who may see the grant.

    `whole` is for the owners, the registrant and the regulator: every record of the work's rights goes along, and shows
    that no other grant is in the way.
    """
    with reading(installation, bearer, request) as one:
        found = one.audience.require_grant(one.book, digest_in(grant_id))
        if query.whole and not one.audience.sees_rights(one.book, found):
            raise _whole_only()
        day = day_or_today(query.on, one.context.now)
        above = tuple(each.grant_id for each in one.book.ancestors(found))
        claim = InForce(found.grant_id, found.work_id, found.licensee, day, above, query.whole)
        return _bundle(installation, one, claim, f"grant-{found.grant_id.hex()[:16]}")


@routes.post("/v1/grants/{grant_id}/disclosures")
def disclose_grant(
    request: Request, installation: Installed, bearer: AsParty, grant_id: str, body: DisclosureBody
) -> JSONResponse:
    """Let an account see this grant and its evidence, as its licensee or an owner of the estate it is of."""
    with reading(installation, bearer, request) as one:
        found = one.audience.require_grant(one.book, digest_in(grant_id))
        account, subject = _party(one, bearer, found), one.book.view.sources.grant(found.grant_id)
    return _disclosed(installation, bearer, subject, account, body)


@routes.post("/v1/grants/{grant_id}/disclosures/{disclosure_id}/end")
def end_grant_disclosure(
    request: Request, installation: Installed, bearer: AsParty, grant_id: str, disclosure_id: str
) -> JSONResponse:
    """Let this grant be seen no longer by whom it was disclosed to."""
    with reading(installation, bearer, request) as one:
        found = one.audience.require_grant(one.book, digest_in(grant_id))
        _party(one, bearer, found)
        subject = one.book.view.sources.grant(found.grant_id)
    return _ended(installation, subject, disclosure_id)


def _bundle(installation: Installation, one: Reading, claim: Title | InForce, name: str) -> Response:
    prover = Prover(installation, one.book.view, installation.anchor, installation.proofs)
    octets = write_bundle(prover.bundle_of(claim, one.book.work(claim.work_id)))
    headers = {"Content-Disposition": f'attachment; filename="qianyin-{name}.json"'}
    return Response(octets, media_type="application/json", headers=headers)


def _whole_only() -> NotAllowed:
    return NotAllowed(
        "evidence-whole",
        "这份证据须带上该作品权利的全部记录，只给权利人；请向权利人索取。",
        "This evidence carries every record of the work's rights, so it is for its owners; ask them for it.",
    )


def _owner(one: Reading, bearer: Bearer, estate: Estate) -> Address:
    """Give the account of a bearer that owns some of an estate.

    Raises:
        NotAllowed: it sees the estate, and does not own it.
    """
    if not one.audience.owns(estate):
        raise _not_a_party(bearer)
    return _account(one, estate.owners)


def _party(one: Reading, bearer: Bearer, grant: Grant) -> Address:
    """Give the account of a bearer that is the licensee of a grant, or owns some of the estate that it is of.

    Raises:
        NotAllowed: it sees the grant, and is neither.
    """
    estates = (other for other in one.book.estates_of(grant.work_id) if one.audience.owns(other))
    owners = {owner for other in estates if other.scope.overlaps(grant.scope) for owner in other.owners}
    parties = {grant.licensee, *owners}
    if not one.audience.is_one_of(parties):
        raise _not_a_party(bearer)
    return _account(one, sorted(parties))


def _account(one: Reading, parties: Iterable[Address]) -> Address:
    return next(party for party in parties if party in one.audience.accounts)


def _not_a_party(bearer: Bearer) -> NotAllowed:
    return NotAllowed(
        "not-a-party",
        "只有其权利人或被许可人可以决定给谁看。",
        "Only its owners, or its licensee, decide who may see it.",
        scope=bearer.scope.value,
    )


def _disclosures(installation: Installation, one: Reading, subject: Hash32, *, mine: bool) -> dict[str, Any]:
    """Say to parties and the regulator who was let see it."""
    if not (mine or one.audience.sees_all):
        return {"disclosures": []}
    listed = showing.disclosures(installation.database, subject)
    return {"disclosures": [disclosure_body(each) for each in listed]}


def _disclosed(
    installation: Installation, bearer: Bearer, subject: Hash32, account: Address, body: DisclosureBody
) -> JSONResponse:
    made = showing.disclose(
        installation.database,
        subject,
        to=address(body.to.lower()),
        until=body.until,
        account=account,
        by=bearer.key_id,
    )
    return JSONResponse(disclosure_body(made))


def _ended(installation: Installation, subject: Hash32, disclosure_id: str) -> JSONResponse:
    ended = showing.end_disclosure(installation.database, subject, number_in(disclosure_id))
    return JSONResponse(disclosure_body(ended))


def _history(one: Reading, subject: Hash32, after: int | None, limit: int) -> JSONResponse:
    page = one.book.view.history(subject, after, limit)
    entries = [entry_body(entry) for entry in page.items]
    return one.answer({"entries": entries, "next": page.cursor})
