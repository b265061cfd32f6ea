"""A work's rights: what parties see of them, the question who may, what is free, and what anybody may ask."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from indexer.rights.codes import LANGUAGES, LISTS, MEDIA, VERSION
from indexer.rights.scope import MASKS
from indexer.values import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, address, hash32
from service.access.bearers import Bearer
from service.api.accepting import take
from service.api.auth import AsIssuer, IdempotencyKey
from service.api.border import Installed
from service.api.names import digest_in
from service.api.readers import AsReader, Reading, reading
from service.api.scoping import Code, Codes, Day, day_or_today, mask_in, point_in
from service.api.shapes import Account, Body, Digest, Moment, Reason, accepted, as_of_body
from service.installation import Installation
from service.keys.operators import Operator
from service.outbox.operations import Operation
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

    def request(self, registrant: Address, work_id: Hash32, since: int) -> RecordMoralRights:
        """Ask for it to be recorded; `since`: the ledger's count, here and below."""
        author = address(self.author.lower()) if self.author else ZERO_ADDRESS
        mask = sum({1 << item - 1 for item in self.moral_rights})
        return RecordMoralRights(registrant, work_id, author, mask, hash32(self.statement), since)


class ContestBody(Body):
    """Why these rights are contested; `rival_id`: the other deposit of the same work."""

    rival_id: Digest | None = None
    evidence: Digest
    reason: Reason

    def request(self, contestant: Address, work_id: Hash32, since: int) -> ContestRights:
        """Ask for it to be recorded."""
        rival = hash32(self.rival_id) if self.rival_id else ZERO_HASH
        return ContestRights(contestant, work_id, rival, hash32(self.evidence), self.reason, since)


class EndOfContestBody(Body):
    """Why a contest is taken back; `by`: the account that contested, if it is not the institution's present one."""

    by: Account | None = None
    reason: Reason

    def request(self, institution: Address, work_id: Hash32, since: int) -> WithdrawContest:
        """Ask for it to be recorded."""
        by = address(self.by.lower()) if self.by else institution
        return WithdrawContest(by, work_id, self.reason, since)


Statement = MoralRightsBody | ContestBody | EndOfContestBody
"""What the institution states of a work's rights as a whole."""


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
    """Lay rights by territories out: kept, exclusive, sole, non-exclusive, another's, mixed, in no estate.

    Of each cell it says which grants the bearer holds in it (`held`), and which sub-licences it gave (`passed_on`).
    """
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


@routes.post("/v1/works/{work_id}/moral-rights", status_code=202)
def record_moral_rights(
    installation: Installed,
    bearer: AsIssuer,
    idempotency_key: IdempotencyKey,
    work_id: str,
    body: MoralRightsBody,
) -> JSONResponse:
    """State, as the registrant, whose the moral rights are; they are never granted."""
    return _stated(installation, bearer, idempotency_key, work_id, body)


@routes.post("/v1/works/{work_id}/contests", status_code=202)
def contest(
    installation: Installed,
    bearer: AsIssuer,
    idempotency_key: IdempotencyKey,
    work_id: str,
    body: ContestBody,
) -> JSONResponse:
    """Contest the rights of a work, as the institution."""
    return _stated(installation, bearer, idempotency_key, work_id, body)


@routes.post("/v1/works/{work_id}/contests/withdrawal", status_code=202)
def withdraw_contest(
    installation: Installed,
    bearer: AsIssuer,
    idempotency_key: IdempotencyKey,
    work_id: str,
    body: EndOfContestBody,
) -> JSONResponse:
    """Take the institution's contest back."""
    return _stated(installation, bearer, idempotency_key, work_id, body)


def statement(
    installation: Installation, bearer: Bearer, key: str, work_id: Hash32, body: Statement
) -> Operation:
    """Accept what the institution states of a work's rights; asked again under the same key, it is the same."""
    with context(installation) as one:
        since = one.view.as_of.count
    request = body.request(installation.vault.operator(Operator.ISSUER), work_id, since)
    return take(installation, bearer, key, request, "since")


def _stated(
    installation: Installation, bearer: Bearer, key: str, work_id: str, body: Statement
) -> JSONResponse:
    return accepted(statement(installation, bearer, key, digest_in(work_id), body))


def _times(one: Reading, on: str | None, known_at: int | None) -> tuple[int, int]:
    now = one.context.now
    return day_or_today(on, now), now if known_at is None else known_at
