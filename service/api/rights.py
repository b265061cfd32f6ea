"""A work's rights: what parties see of them, the question who may, what is free, and what anybody may ask."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from indexer.rights.codes import LANGUAGES, LISTS, MEDIA, VERSION
from indexer.rights.scope import MASKS
from indexer.values import ZERO_ADDRESS, ZERO_HASH, address, hash32
from service.api.accepting import take
from service.api.auth import AsIssuer, IdempotencyKey
from service.api.border import Installed
from service.api.names import digest_in
from service.api.readers import AsReader, Reading, reading
from service.api.scoping import Code, Codes, Day, day_or_today, mask_in, point_in
from service.api.shapes import Account, Body, Digest, Moment, Reason, accepted, as_of_body
from service.keys.operators import Operator
from service.outbox.requests import ContestRights, RecordMoralRights, WithdrawContest
from service.reading.open import context
from service.rights import asking
from service.rights.book import Book

routes = APIRouter(tags=["rights"])


class PointQuery(Body):
    """A right in a territory, language and medium on a day (today, if it is left out), as known by a time (now)."""

    right: Code
    territory: Code
    language: Code
    medium: Code
    on: Day | None = None
    known_at: Moment | None = None


class AvailabilityQuery(Body):
    """A right in a territory, language and medium, today."""

    right: Code
    territory: Code
    language: Code
    medium: Code


class SliceQuery(Body):
    """A day (today), as known by a time (now); narrowed to languages and media; the territories of the columns."""

    on: Day | None = None
    known_at: Moment | None = None
    language: Codes | None = None
    medium: Codes | None = None
    territory: Codes | None = None


class MoralRightsBody(Body):
    """Whose moral rights are: items 1 to 4 of article 10. Without `author` the statement names who has no account."""

    author: Account | None = None
    moral_rights: Annotated[list[Annotated[int, Field(ge=1, le=4)]], Field(min_length=1, max_length=4)]
    statement: Digest


class ContestBody(Body):
    """Why these rights are contested; `rival_id`: the other deposit of the same work."""

    rival_id: Digest | None = None
    evidence: Digest
    reason: Reason


class EndOfContestBody(Body):
    """Why a contest is taken back; `by`: the account that contested, if it is not the institution's present one."""

    by: Account | None = None
    reason: Reason


@routes.get("/v1/rights/codes")
def codes() -> JSONResponse:
    """Give the fixed lists: rights, territories, languages and media, with their names."""
    lists = {
        name: [{"code": one.code, "zh": one.zh, "en": one.en} for one in known.codes]
        for name, known in zip(MASKS, LISTS, strict=True)
    }
    return JSONResponse({"version": VERSION, **lists})


@routes.get("/v1/works/{work_id}/availability")
def availability(
    installation: Installed, work_id: str, query: Annotated[AvailabilityQuery, Query()]
) -> JSONResponse:
    """Say to anybody whether something can be had today: available, unavailable, or undisclosed.

    Where the owner lets nothing be said, nobody claims the point, or there is no such deposit, the answer is the same.
    """
    with context(installation) as one:
        day = day_or_today(None, one.now)
        point = point_in(query.right, query.territory, query.language, query.medium, day)
        found = asking.available(Book(one.view), installation.database, digest_in(work_id), point)
        return JSONResponse({"as_of": as_of_body(one.view.as_of), "answer": found})


@routes.get("/v1/works/{work_id}/rights")
def work_rights(request: Request, installation: Installed, bearer: AsReader, work_id: str) -> JSONResponse:
    """List the estates and grants of a work that are for the bearer to see."""
    with reading(installation, bearer, request) as one:
        return one.answer(asking.glance(one.book, one.audience, digest_in(work_id)))


@routes.get("/v1/works/{work_id}/rights/question")
def question(
    request: Request,
    installation: Installed,
    bearer: AsReader,
    work_id: str,
    query: Annotated[PointQuery, Query()],
) -> JSONResponse:
    """Say who may do this there in that way on a day, on what proof, as known by a time, and what is still free."""
    with reading(installation, bearer, request) as one:
        day, known_at = _times(one, query.on, query.known_at)
        point = point_in(query.right, query.territory, query.language, query.medium, day)
        found = asking.question(one.book, one.audience, digest_in(work_id), point, known_at)
        return one.answer(found)


@routes.get("/v1/works/{work_id}/rights/matrix")
def matrix(
    request: Request,
    installation: Installed,
    bearer: AsReader,
    work_id: str,
    query: Annotated[SliceQuery, Query()],
) -> JSONResponse:
    """Lay rights by territories out: kept, exclusive, sole, non-exclusive, another's, mixed, in no estate."""
    with reading(installation, bearer, request) as one:
        day, known_at = _times(one, query.on, query.known_at)
        found = asking.slice_of(
            one.book,
            one.audience,
            digest_in(work_id),
            day,
            known_at,
            languages=mask_in(LANGUAGES, query.language) if query.language else LANGUAGES.assigned,
            media=mask_in(MEDIA, query.medium) if query.medium else MEDIA.assigned,
            territories=query.territory or (),
        )
        return one.answer(found)


@routes.get("/v1/rights")
def mine(request: Request, installation: Installed, bearer: AsReader) -> JSONResponse:
    """List the estates the bearer's account has a part in, its grants, and those given of its estates and grants."""
    with reading(installation, bearer, request) as one:
        return one.answer(asking.mine(one.book, one.audience))


@routes.get("/v1/rights/expiring")
def expiring(
    request: Request,
    installation: Installed,
    bearer: AsReader,
    days: Annotated[int, Query(ge=1, le=3_660, description="within how many days")] = 183,
) -> JSONResponse:
    """List grants that end soon, given and taken, the nearest first."""
    with reading(installation, bearer, request) as one:
        found = asking.expiring(one.book, one.audience, one.context.now, days)
        return one.answer({"grants": found})


@routes.post("/v1/works/{work_id}/moral-rights", status_code=202)
def record_moral_rights(
    installation: Installed,
    bearer: AsIssuer,
    idempotency_key: IdempotencyKey,
    work_id: str,
    body: MoralRightsBody,
) -> JSONResponse:
    """State, as the registrant, whose the moral rights are; they are never granted."""
    with context(installation) as one:
        since = one.view.as_of.count
    request = RecordMoralRights(
        installation.vault.operator(Operator.ISSUER),
        digest_in(work_id),
        address(body.author.lower()) if body.author else ZERO_ADDRESS,
        sum({1 << item - 1 for item in body.moral_rights}),
        hash32(body.statement),
        since,
    )
    return accepted(take(installation, bearer, idempotency_key, request, "since"))


@routes.post("/v1/works/{work_id}/contests", status_code=202)
def contest(
    installation: Installed,
    bearer: AsIssuer,
    idempotency_key: IdempotencyKey,
    work_id: str,
    body: ContestBody,
) -> JSONResponse:
    """Contest the rights of a work, as the institution."""
    with context(installation) as one:
        since = one.view.as_of.count
    rival = hash32(body.rival_id) if body.rival_id else ZERO_HASH
    by = installation.vault.operator(Operator.ISSUER)
    request = ContestRights(by, digest_in(work_id), rival, hash32(body.evidence), body.reason, since)
    return accepted(take(installation, bearer, idempotency_key, request, "since"))


@routes.post("/v1/works/{work_id}/contests/withdrawal", status_code=202)
def withdraw_contest(
    installation: Installed,
    bearer: AsIssuer,
    idempotency_key: IdempotencyKey,
    work_id: str,
    body: EndOfContestBody,
) -> JSONResponse:
    """Take the institution's contest back."""
    with context(installation) as one:
        since = one.view.as_of.count
    by = address(body.by.lower()) if body.by else installation.vault.operator(Operator.ISSUER)
    request = WithdrawContest(by, digest_in(work_id), body.reason, since)
    return accepted(take(installation, bearer, idempotency_key, request, "since"))


def _times(one: Reading, on: str | None, known_at: int | None) -> tuple[int, int]:
    now = one.context.now
    return day_or_today(on, now), now if known_at is None else known_at
