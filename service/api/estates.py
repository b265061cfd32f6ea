"""Estates and grants: for their parties, for whom these let see them, and for the regulator."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from indexer.china import china_day
from indexer.evidence.bundle import write_bundle
from indexer.evidence.rights_claims import InForce, Title
from indexer.rights.state import Estate, Grant, WorkRights
from indexer.store.answers import Known
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
from service.rights.audience import owners_of, parties_to
from service.rights.book import unknown_work

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
    """Give an estate: its box, its owners, its chain of title, the grants that burden it, who else may see it.

    One that was cut or joined is given as it was at its end.
    """
    with reading(installation, bearer, request) as one:
        found = one.audience.require_estate(one.book, number_in(estate_id))
        known = one.book.known_of(found, one.context.now)
        burdens = known.burdens(found.scope, china_day(known.known_at))
        seen = [grant for grant in burdens if one.audience.sees_grant(one.book, grant)]
        said = showing.openness_of(installation.database, found.estate_id, owners_of(found))
        body = {
            **estate_body(found),
            "title": [step_body(step) for step in known.chain_of(found.estate_id)],
            "burdens": [grant_body(grant, one.book.live_until(grant)) for grant in seen],
            "openness": openness_body(said),
        }
        subject = one.book.view.sources.estate(found.estate_id)
        return one.answer(body | _disclosures(installation, one, subject, owners_of(found)))


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
        return _history(one, rights_known(one, digest_in(work_id)).subject, after, limit)


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
    """Let this estate be seen no longer by whom one disclosed it to."""
    with reading(installation, bearer, request) as one:
        found = one.audience.require_estate(one.book, number_in(estate_id))
        _owner(one, bearer, found)
        subject = one.book.view.sources.estate(found.estate_id)
        accounts = one.audience.accounts
    return _ended(installation, subject, disclosure_id, accounts)


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
        return one.answer(body | _disclosures(installation, one, subject, parties_to(one.book, found)))


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

    It carries all records of the grant and of those above it, so where these tell of sub-licences of others, whose
    sub-licence it is gets the evidence from its licensor. `whole` is for the owners, the registrant and the regulator:
    every record of the work's rights goes along, and shows that no other grant is in the way.
    """
    with reading(installation, bearer, request) as one:
        found = one.audience.require_grant(one.book, digest_in(grant_id))
        if query.whole and not one.audience.sees_rights(one.book, found):
            raise _whole_only()
        if one.audience.hides_of(one.book, found):
            raise _others_along()
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
    """Let this grant be seen no longer by whom one disclosed it to."""
    with reading(installation, bearer, request) as one:
        found = one.audience.require_grant(one.book, digest_in(grant_id))
        _party(one, bearer, found)
        subject = one.book.view.sources.grant(found.grant_id)
        accounts = one.audience.accounts
    return _ended(installation, subject, disclosure_id, accounts)


def _bundle(installation: Installation, one: Reading, claim: Title | InForce, name: str) -> Response:
    prover = Prover(installation, one.book.view, installation.anchor, installation.proofs)
    octets = write_bundle(prover.bundle_of(claim, one.book.work(claim.work_id)))
    headers = {"Content-Disposition": f'attachment; filename="qianyin-{name}.json"'}
    return Response(octets, media_type="application/json", headers=headers)


def rights_known(one: Reading, work_id: Hash32) -> Known[WorkRights]:
    """Give what holds of a work's rights as a whole, to whoever may see its records.

    Raises:
        NotFound: there is nothing, or it is not for whoever asks.
    """
    known = one.book.view.work_rights(work_id) if one.audience.sees_history(one.book, work_id) else None
    if known is None:
        raise unknown_work()
    return known


def _whole_only() -> NotAllowed:
    return NotAllowed(
        "evidence-whole",
        "这份证据须带上该作品权利的全部记录，只给权利人；请向权利人索取。",
        "This evidence carries every record of the work's rights, so it is for its owners; ask them for it.",
    )


def _others_along() -> NotAllowed:
    return NotAllowed(
        "evidence-others",
        "这份证据须带上他人转授权的记录；请向授权方索取。",
        "This evidence carries records of sub-licences of others; ask whoever granted it for it.",
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
    parties = parties_to(one.book, grant)
    if not one.audience.is_one_of(parties):
        raise _not_a_party(bearer)
    return _account(one, parties)


def _account(one: Reading, parties: Iterable[Address]) -> Address:
    return next(party for party in parties if party in one.audience.accounts)


def _not_a_party(bearer: Bearer) -> NotAllowed:
    return NotAllowed(
        "not-a-party",
        "只有其权利人或被许可人可以决定给谁看。",
        "Only its owners, or its licensee, decide who may see it.",
        scope=bearer.scope.value,
    )


def _disclosures(
    installation: Installation, one: Reading, subject: Hash32, parties: Collection[Address]
) -> dict[str, Any]:
    """Say to parties who was let see it by one of them, and to the regulator by whom ever."""
    listed = showing.disclosures(installation.database, subject)
    if not one.audience.sees_all:
        mine = one.audience.is_one_of(parties)
        listed = [each for each in listed if mine and each.account in parties]
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


def _ended(
    installation: Installation, subject: Hash32, disclosure_id: str, accounts: Collection[Address]
) -> JSONResponse:
    number = number_in(disclosure_id)
    ended = showing.end_disclosure(installation.database, subject, number, accounts=accounts)
    return JSONResponse(disclosure_body(ended))


def _history(one: Reading, subject: Hash32, after: int | None, limit: int) -> JSONResponse:
    """Give those of the next `limit` records that are for whoever asks to see; the cursor goes past the others."""
    page = one.book.view.history(subject, after, limit)
    entries = [entry_body(entry) for entry in page.items if one.audience.sees_record(one.book, entry.act)]
    return one.answer({"entries": entries, "next": page.cursor})
