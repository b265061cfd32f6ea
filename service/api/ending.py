"""What ends soon of rights: a list, and a calendar file that calendars take in."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from indexer.china import china_day
from indexer.values import Hash32
from indexer.wire import write_address
from service.api.border import Installed
from service.api.readers import AsReader, Reading, reading
from service.installation import Installation
from service.rights.backlog.house import contracts_kept
from service.rights.ending import MONTHS, MOST_MONTHS, Ending, Wording, calendar_of, ending_body, endings

routes = APIRouter(tags=["rights"])
PRINCIPAL = "api"
"""Who looks into the cabinet; nothing is taken in here."""
MEDIA_TYPE = "text/calendar"
Months = Annotated[int, Query(ge=1, le=MOST_MONTHS, description="within how many months")]


@routes.get("/v1/rights/ending")
def ending(
    request: Request, installation: Installed, bearer: AsReader, months: Months = MONTHS
) -> JSONResponse:
    """List which estates and grants end within some months, given and taken, the nearest first.

    Of a grant recorded from a contract that the house keeps, its parties are told the contract's other days too.
    """
    with reading(installation, bearer, request) as one:
        found = ending_soon(installation, one, months)
        return one.answer({"months": months, "endings": [ending_body(each) for each in found]})


@routes.get(
    "/v1/rights/ending.ics",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}},
)
def ending_calendar(
    request: Request,
    installation: Installed,
    bearer: AsReader,
    months: Months = MONTHS,
    language: Literal["zh", "en"] = "zh",
) -> Response:
    """Give the same as a calendar file (iCalendar); taken in again it has each day once."""
    with reading(installation, bearer, request) as one:
        wording = Wording(partial(title_of, one, language), write_address, language)
        return calendar_file(ending_soon(installation, one, months), wording)


def ending_soon(installation: Installation, one: Reading, months: int) -> tuple[Ending, ...]:
    """Read what ends soon of whoever reads."""
    contracts = contracts_kept(installation, PRINCIPAL)
    return endings(one.book, one.audience, contracts, china_day(one.context.now), months)


def title_of(one: Reading, language: Literal["zh", "en"], work_id: Hash32) -> str:
    """Call a work by its title, in a language if it has one in it."""
    return one.context.work_title(one.book.work(work_id)).first(language)[0]


def calendar_file(found: tuple[Ending, ...], wording: Wording) -> Response:
    """Answer with a calendar, to be kept; it is nobody else's."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="qianyin-rights.ics"',
    }
    return Response(calendar_of(found, wording, datetime.now(UTC)), media_type=MEDIA_TYPE, headers=headers)
