"""A regulator's questions over HTTP; each is kept before it is answered, and holders are not masked."""

from __future__ import annotations

import json
from time import time as clock
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import Field

from indexer.audit import Period
from indexer.events import Sources
from indexer.store.answers import AsOf, EntryFilter
from indexer.values import Hash32, address, as_hex, hash32
from service.access.questions import Question, first_broken_seal, questions
from service.api.auth import AsRegulator
from service.api.border import Installed
from service.api.names import account_in, number_in
from service.api.shapes import WHOLE, Account, Body, Digest, Moment, Number, Reason, as_of_body
from service.audit.answers import listing_body, party_body, selectors_of, tally_body, token_body
from service.audit.asking import asked
from service.audit.export import Span, announced, pieces
from service.audit.identities import identity_body
from service.errors import BadInput
from service.keys.master import master_sealer
from service.people.persons import People
from service.reading.context import Context
from service.reading.explained import explained, unknown_collectible

routes = APIRouter(tags=["audit"])
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


class SubjectQuery(Body):
    """Whose entries: at most one of these.

    `party`: what an account gave, received and was handed; `account`: its registration, suspension and recovery.
    """

    party: Account | None = None
    account: Account | None = None
    work_id: Digest | None = None
    collection_id: Digest | None = None
    edition_id: Number | None = None
    token_id: Number | None = None

    def one(self) -> dict[str, Any]:
        """Give the one that is named, as `EntryFilter` calls it; nothing if none is.

        Raises:
            BadInput: more than one is named.
        """
        given: dict[str, Any] = {
            "party": address(self.party.lower()) if self.party else None,
            "account": address(self.account.lower()) if self.account else None,
            "work": hash32(self.work_id) if self.work_id else None,
            "collection": hash32(self.collection_id) if self.collection_id else None,
            "edition": int(self.edition_id) if self.edition_id else None,
            "token": int(self.token_id) if self.token_id else None,
        }
        named = {name: value for name, value in given.items() if value is not None}
        if len(named) > 1:
            raise BadInput(
                "subjects-many",
                "参与方、账户、作品、系列、版次、藏品至多给出一个。",
                "Name at most one of party, account, work, collection, edition and collectible.",
            )
        return named


class EntriesQuery(SubjectQuery):
    """Which entries; conditions that are set all apply. `derived`: a work brings its collectibles along."""

    derived: bool = False
    act: tuple[Annotated[str, Field(max_length=100)], ...] = Field(
        (), max_length=50, description="names of acts, e.g. Gifted"
    )
    time_from: Moment | None = None
    time_until: Moment | None = None
    block_from: Moment | None = None
    block_until: Moment | None = None
    seq_from: Moment | None = None
    seq_until: Moment | None = None
    after: Moment | None = None
    limit: Annotated[int, Field(ge=1, le=1_000), WHOLE] = 100

    def filter(self) -> EntryFilter:
        """Give the filter that the index knows."""
        return EntryFilter(
            derived=self.derived,
            acts=selectors_of(self.act),
            time_from=self.time_from,
            time_until=self.time_until,
            block_from=self.block_from,
            block_until=self.block_until,
            seq_from=self.seq_from,
            seq_until=self.seq_until,
            **self.one(),
        )


class ExportQuery(SubjectQuery):
    """A range of the ledger by blocks or seqs (both ends included), or everything that names one subject."""

    text: Literal["jsonl", "csv"] = "jsonl"
    block_from: Moment | None = None
    block_until: Moment | None = None
    seq_from: Moment | None = None
    seq_until: Moment | None = None

    def span(self) -> Span:
        """Give the range.

        Raises:
            BadInput: a subject and a range; what names a subject is exported whole.
        """
        span = Span(self.block_from, self.block_until, self.seq_from, self.seq_until)
        if self.one() and any(end is not None for end in span):
            raise BadInput(
                "range-and-subject",
                "按对象导出时为其全部记录，不能再限定范围。",
                "An export of a subject has all its records; leave the range out.",
            )
        return span


class IdentityQuery(Body):
    """On which basis somebody's name is asked for, e.g. the number of the case; it is kept with the question."""

    basis: Reason


@routes.get("/v1/audit/entries")
def entries(
    request: Request, installation: Installed, bearer: AsRegulator, query: Annotated[EntriesQuery, Query()]
) -> JSONResponse:
    """List entries by party, work, collection, edition, collectible, kind of act and period, with the accounts named.

    `completeness` says whether nothing was left out, and from which complete range a selection was filtered.
    """
    where = query.filter()
    with asked(installation, bearer.key_id, _words(request)) as (one, kept):
        after = -1 if query.after is None else query.after
        listing = one.view.entries(where, after, query.limit)
        return _answer(one, kept, listing_body(listing))


@routes.get("/v1/audit/parties/{account}")
def party(request: Request, installation: Installed, bearer: AsRegulator, account: str) -> JSONResponse:
    """Say what an account is, how much it holds and how many records name it."""
    who = account_in(account)
    with asked(installation, bearer.key_id, _words(request)) as (one, kept):
        return _answer(one, kept, party_body(one.view.activity(who, limit=1)))


@routes.post("/v1/audit/parties/{account}/identity")
def identity(
    request: Request, installation: Installed, bearer: AsRegulator, account: str, body: IdentityQuery
) -> JSONResponse:
    """Open who is behind an account, with what proves it: `keccak256(salt ‖ canonical)` is what the chain carries.

    That it was asked, by which key and on which basis, is kept first, like every question.
    """
    who = account_in(account)
    with asked(installation, bearer.key_id, {**_words(request), "basis": body.basis}) as (one, kept):
        people = People(installation.database, master_sealer(installation.settings))
        return _answer(one, kept, identity_body(people, who, one.view.standing(who)))


@routes.get("/v1/audit/parties/{account}/collectibles")
def party_collectibles(
    request: Request,
    installation: Installed,
    bearer: AsRegulator,
    account: str,
    after: Annotated[Number | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> JSONResponse:
    """List what an account holds now, by collectible id."""
    who = account_in(account)
    with asked(installation, bearer.key_id, _words(request)) as (one, kept):
        page = one.view.tokens(holder=who, after=None if after is None else int(after), limit=limit)
        following = None if page.cursor is None else str(page.cursor)
        return _answer(
            one, kept, {"collectibles": [token_body(known) for known in page.items], "next": following}
        )


@routes.get("/v1/audit/collectibles/{token_id}")
def holder(
    request: Request,
    installation: Installed,
    bearer: AsRegulator,
    token_id: str,
    block: Annotated[Moment | None, Query(description="at the end of this block")] = None,
    time: Annotated[
        Moment | None, Query(description="after the last block with a time of at most this")
    ] = None,
) -> JSONResponse:
    """Say who held a collectible and how it stood, now or at a block or a time."""
    number = number_in(token_id)
    if block is not None and time is not None:
        raise BadInput("block-and-time", "区块与时间二者取一。", "Give a block or a time, not both.")
    with asked(installation, bearer.key_id, _words(request)) as (one, kept):
        _require_past(one.view.as_of, block, time)
        if block is None and time is None:
            known = one.view.token(number)
        else:
            known = one.view.holder_at(number, block=block, time=time)
        if known is None:
            raise unknown_collectible()
        return _answer(one, kept, {"collectible": token_body(known)})


@routes.get("/v1/audit/collectibles/{token_id}/explain")
def explain(
    request: Request,
    installation: Installed,
    bearer: AsRegulator,
    token_id: str,
    to: Annotated[Account, Query()],
    at: Annotated[Moment | None, Query(description="Unix seconds; now if left out")] = None,
    accepted_by_receiver: Annotated[bool, Query()] = False,  # noqa: FBT002  a parameter of a query
) -> JSONResponse:
    """Say whether a gift would be refused, by which rules, under which version of the policy."""
    number, receiver = number_in(token_id), account_in(to)
    with asked(installation, bearer.key_id, _words(request)) as (one, kept):
        return _answer(one, kept, explained(one, number, receiver, at, accepted=accepted_by_receiver))


@routes.get("/v1/audit/counts")
def counts(
    request: Request,
    installation: Installed,
    bearer: AsRegulator,
    period: Annotated[Literal["day", "month", "year", "all"], Query()] = "all",
    time_from: Annotated[Moment | None, Query()] = None,
    time_until: Annotated[Moment | None, Query()] = None,
) -> JSONResponse:
    """Count what was deposited, issued, held and annulled, by institution, kind of work and period (UTC+8).

    An export from record 0 gives the same: `indexer.audit.tally` is the definition.
    """
    with asked(installation, bearer.key_id, _words(request)) as (one, kept):
        tally = one.view.tally(Period[period.upper()], time_from, time_until)
        return _answer(one, kept, {"counts": tally_body(tally)})


@routes.get(
    "/v1/audit/export",
    response_class=StreamingResponse,
    responses={200: {"content": {kind.partition(";")[0]: {} for kind in MEDIA_TYPES.values()}}},
)
def export(
    request: Request, installation: Installed, bearer: AsRegulator, query: Annotated[ExportQuery, Query()]
) -> Response:
    """Stream records as CSV or JSON lines, with the heads at both ends: `qianyin verify FILE` recomputes them.

    A range of the ledger is a range of whole blocks; a subject brings its whole history.
    """
    span = query.span()
    with asked(installation, bearer.key_id, _words(request)) as (one, kept):
        header = announced(installation, one.view, span, _subject(one.sources, query))
    name = f"qianyin-export-{header.first_seq}-{header.last_seq}.{query.text}"
    return StreamingResponse(
        pieces(installation.projection, header, query.text, installation.renderers),
        media_type=MEDIA_TYPES[query.text],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Question-Place": str(kept.place),
            "X-Question-Seal": as_hex(kept.seal),
        },
    )


@routes.get("/v1/audit/questions")
def asked_questions(
    installation: Installed,
    bearer: AsRegulator,
    after: Annotated[Moment | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> JSONResponse:
    """List what regulators asked, oldest first, each sealed over the one before; reading this list is no question."""
    del bearer
    held = questions(installation.database, -1 if after is None else after, limit)
    listed = [
        {
            "place": one.place,
            "key_id": one.key_id,
            "asked_at": one.asked_at,
            "question": json.loads(one.question),
            "as_of": one.as_of,
            "seal": as_hex(one.seal),
        }
        for one in held
    ]
    following = held[-1].place if len(held) == limit else None
    broken = first_broken_seal(installation.database)
    return JSONResponse({"questions": listed, "next": following, "first_broken_seal": broken})


def _words(request: Request) -> dict[str, Any]:
    """Put a question into words: its address and its parameters, as they were given."""
    return {"path": request.url.path, "query": [list(pair) for pair in request.query_params.multi_items()]}


def _subject(sources: Sources, query: SubjectQuery) -> Hash32 | None:
    for name, value in query.one().items():
        subject: Hash32 = getattr(sources, name)(value)
        return subject
    return None


def _require_past(as_of: AsOf, block: int | None, time: int | None) -> None:
    """Refuse to say what held at a block that is not indexed yet, or at a time that has not come."""
    if (block is None or block <= as_of.number) and (time is None or time <= clock()):
        return
    raise BadInput(
        "not-yet",
        f"所问的区块或时间尚未到来；索引现至第 {as_of.number} 块。",
        f"The block or time asked about has not come yet; the index ends at block {as_of.number}.",
    )


def _answer(one: Context, kept: Question, body: dict[str, Any]) -> JSONResponse:
    question = {"place": kept.place, "seal": as_hex(kept.seal)}
    return JSONResponse({"as_of": as_of_body(one.view.as_of), "question": question, **body})
