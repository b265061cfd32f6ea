"""The pages of rights, for whoever is signed in; the public is told whether something can be had, where it may be.

Their twins are the operations of `rights.py` and `estates.py`, which know no cookie.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from indexer.china import china_day, day_begins
from indexer.rights.codes import LANGUAGES, MEDIA
from indexer.rights.scope import Point
from indexer.store.answers import Known
from indexer.values import Hash32
from service.api import ending, estates, rights_files
from service.api.border import Installed, language_of
from service.api.names import digest_in, number_in
from service.api.scoping import day_in, mask_in, point_in
from service.api.sessions import Reader
from service.api.shapes import PageQuery
from service.api.signed_in import Visit, private, required, signed_in, visiting
from service.errors import BadInput
from service.outbox.states import State
from service.pages import addresses
from service.pages.views import Name, ProposalLine
from service.reading.rights import glance, mine, proposing, single
from service.reading.rights.glance import Asked
from service.reading.timeline import history_page
from service.rights import proposals
from service.rights.ending import MONTHS, MOST_MONTHS, Wording, parties_of
from service.rights.proposals import Proposal
from service.rights.single import rights_known

routes = APIRouter(include_in_schema=False)

Code = Annotated[str, Field(max_length=32)]
Day = Annotated[str, Field(max_length=10)]
MOST_PROPOSALS = 50
"""On one page, the newest."""


class RightsQuery(PageQuery):
    """What a reader filled into the question and the filters of the matrix; empty: nothing."""

    right: Code = ""
    territory: Code = ""
    language: Code = ""
    medium: Code = ""
    on: Day = ""
    known: Day = ""
    of_language: Code = ""
    of_medium: Code = ""
    of_day: Day = ""

    def point(self, day: int) -> Point | None:
        """Give the point that is asked for, on a day; None where nothing is asked for.

        Raises:
            BadInput: a code that is none.
        """
        codes = (self.right, self.territory, self.language, self.medium)
        return point_in(*codes, day) if all(codes) else None

    def asked(self, now: int) -> Asked:
        """Give all that is asked.

        Raises:
            BadInput: a code or a day that is none.
        """
        return Asked(
            self.point(day_in(self.on) if self.on else china_day(now)),
            day_begins(day_in(self.known) + 1) - 1 if self.known else None,
            mask_in(LANGUAGES, [self.of_language]) if self.of_language else LANGUAGES.assigned,
            mask_in(MEDIA, [self.of_medium]) if self.of_medium else MEDIA.assigned,
            day_in(self.of_day) if self.of_day else None,
        )


class EndingQuery(PageQuery):
    """Within how many months what ends is asked for."""

    months: Annotated[int, Field(ge=1, le=MOST_MONTHS)] = MONTHS


class OnixQuery(rights_files.ProductQuery):
    """What a reader filled into the form of a product; `lang` as of every page."""

    right: Annotated[list[Code], Field(max_length=256)] = Field(default_factory=list)
    lang: str = ""


@routes.get("/rights")
def my_rights(
    request: Request, installation: Installed, reader: Reader, query: Annotated[EndingQuery, Query()]
) -> Response:
    """What concerns whoever is signed in."""
    if reader is None:
        return RedirectResponse(addresses.sign_in(addresses.RIGHTS), 303)
    with visiting(request, installation, reader) as visit:
        one = visit.one
        own = min(one.audience.accounts, default=None)
        name = visit.names()(own) if own is not None else Name(reader.label)
        found = mine.my_rights_page(
            one.context,
            one.book,
            one.audience,
            name,
            _proposed(visit, None),
            mine.Soon(query.months, ending.ending_soon(installation, one, query.months)),
        )
        return private(request, found)


@routes.get("/rights/ending.ics")
def ending_calendar(
    request: Request, installation: Installed, reader: Reader, query: Annotated[EndingQuery, Query()]
) -> Response:
    """What ends soon, as a calendar file, with the names that the pages have."""
    language = language_of(request)
    with signed_in(request, installation, reader) as visit:
        found = ending.ending_soon(installation, visit.one, query.months)
        names = visit.names({party for one in found for party in parties_of(one.of)})
        wording = Wording(
            partial(ending.title_of, visit.one, language),
            lambda party: names(party).first(language)[0],
            language,
        )
        return ending.calendar_file(found, wording)


@routes.get("/w/{work_id}/rights")
def rights(
    request: Request,
    installation: Installed,
    reader: Reader,
    work_id: str,
    query: Annotated[RightsQuery, Query()],
) -> Response:
    """A work's rights at a glance, to its parties; what may be asked of them, to everybody else."""
    named = digest_in(work_id)
    with visiting(request, installation, reader) as visit:
        one, now = visit.one, visit.one.context.now
        reading = visit.rights(named)
        if reader is None or reading.reading_as is None:
            # Of today alone: asked day by day it would tell from when until when something is granted.
            point = query.point(china_day(now))
            found = glance.availability_page(one.context, one.book, installation.database, named, point)
            return private(request, found)
        page = glance.rights_page(reading, query.asked(now), _proposed(visit, named))
        return private(request, page)


@routes.get("/w/{work_id}/rights.odrl.jsonld")
def rights_odrl(request: Request, installation: Installed, reader: Reader, work_id: str) -> Response:
    """The grants of a work as ODRL, for whoever may see them."""
    return rights_files.odrl(request, installation, required(request, reader), work_id)


@routes.get("/w/{work_id}/rights.onix.xml")
def rights_onix(
    request: Request,
    installation: Installed,
    reader: Reader,
    work_id: str,
    query: Annotated[OnixQuery, Query()],
) -> Response:
    """A product of a work as ONIX, for whoever has rights to sell it."""
    if not query.right:
        zh = "请选择这种出版物所需的权利。"
        raise BadInput("rights-missing", zh, "Choose the rights that this product takes.")
    return rights_files.onix(request, installation, required(request, reader), work_id, query)


@routes.get("/w/{work_id}/rights/history")
def rights_history(
    request: Request, installation: Installed, reader: Reader, work_id: str, after: estates.Cursor = None
) -> Response:
    """The records of a work's rights, a part at a time, for its owners, the registrant and the regulator."""
    with signed_in(request, installation, reader) as visit:
        known = rights_known(visit.one.book, visit.one.audience, digest_in(work_id))
        return _history(request, visit, known, after)


@routes.get("/g/{grant_id}/history")
def grant_history(
    request: Request, installation: Installed, reader: Reader, grant_id: str, after: estates.Cursor = None
) -> Response:
    """The records of a grant, a part at a time, for its parties."""
    with signed_in(request, installation, reader) as visit:
        found = visit.one.audience.require_grant(visit.one.book, digest_in(grant_id))
        return _history(request, visit, visit.one.book.view.grant(found.grant_id), after)


@routes.get("/e/{estate_id}/history")
def estate_history(
    request: Request, installation: Installed, reader: Reader, estate_id: str, after: estates.Cursor = None
) -> Response:
    """The records of an estate, a part at a time, for its parties."""
    with signed_in(request, installation, reader) as visit:
        found = visit.one.audience.require_estate(visit.one.book, number_in(estate_id))
        return _history(request, visit, visit.one.book.view.estate(found.estate_id), after)


@routes.get("/g/{grant_id}")
def grant(request: Request, installation: Installed, reader: Reader, grant_id: str) -> Response:
    """One grant, for its parties."""
    with signed_in(request, installation, reader) as visit:
        found = visit.one.audience.require_grant(visit.one.book, digest_in(grant_id))
        return private(request, single.grant_page(visit.rights(found.work_id), found.grant_id))


@routes.get("/e/{estate_id}")
def estate(request: Request, installation: Installed, reader: Reader, estate_id: str) -> Response:
    """One estate, for its parties."""
    with signed_in(request, installation, reader) as visit:
        found = visit.one.audience.require_estate(visit.one.book, number_in(estate_id))
        reading = visit.rights(found.work_id).of(found)
        return private(request, single.estate_page(reading, installation.database, found.estate_id))


@routes.get("/g/{grant_id}/evidence")
def grant_evidence(request: Request, installation: Installed, reader: Reader, grant_id: str) -> Response:
    """The evidence that a grant is in force, today or on the nearest day, for whoever may see it."""
    return estates.grant_evidence(
        request, installation, required(request, reader), grant_id, estates.GrantEvidenceQuery()
    )


@routes.get("/e/{estate_id}/evidence")
def estate_evidence(request: Request, installation: Installed, reader: Reader, estate_id: str) -> Response:
    """The evidence for whose an estate is, for its owners, the registrant and the regulator."""
    return estates.estate_evidence(request, installation, required(request, reader), estate_id)


def _history(request: Request, visit: Visit, known: Known[Any] | None, after: int | None) -> Response:
    """Answer with a part of a history, the records that are for this reader."""
    one = visit.one
    shows = partial(one.audience.sees_record, one.book)
    return private(request, history_page(one.context, known, after, shows))


def _proposed(visit: Visit, work_id: Hash32 | None) -> list[ProposalLine]:
    """List the proposals that this reader may see, of a work or all, the newest first."""
    shown = islice(_standing(visit, work_id), MOST_PROPOSALS)
    return [
        proposing.proposal_line(visit.of_proposal(each), each, visit.outcome(each), visit.objected(each))
        for each in shown
    ]


def _standing(visit: Visit, work_id: Hash32 | None) -> Iterator[Proposal]:
    """Go through the proposals that this reader may see and that are not carried out, the newest first."""
    audience, before = visit.one.audience, None
    while True:
        found = proposals.proposals(
            visit.installation.database,
            accounts=audience.accounts,
            nobody=audience.has_no_part,
            on_paper=audience.second_hand,
            work_id=work_id,
            before=before,
            limit=MOST_PROPOSALS,
        )
        for each in found:
            if audience.sees_proposal(visit.one.book, each) and not _is_carried_out(visit, each):
                yield each
        if len(found) < MOST_PROPOSALS:
            return
        before = found[-1].place


def _is_carried_out(visit: Visit, proposal: Proposal) -> bool:
    """Whether it has become a record, which is shown instead."""
    outcome = visit.outcome(proposal)
    return outcome is not None and outcome.state is State.SETTLED
