"""The form of a division: look first at what the parts will be, then propose it to the owners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from indexer.rights.codes import LISTS
from indexer.rights.scope import Axis, ScopeRefused, cut
from service.api.border import Installed
from service.api.names import number_in
from service.api.rights_forms import (
    NOT_YOURS,
    TO_AGREE_IN,
    Codes,
    Day,
    Filled,
    Number,
    earlier,
    form,
    mask_of,
    owners_reading,
    proposed,
)
from service.api.scoping import day_in
from service.api.sessions import FromHere, Reader
from service.api.signed_in import Visit, signed_in
from service.pages import addresses
from service.pages.views import Bilingual
from service.reading.rights import proposing
from service.reading.rights.glance import Reading
from service.reading.rights.proposing import FilledSplit
from service.rights.explained import objections
from service.rights.proposals import Draft

routes = APIRouter(include_in_schema=False)
_NO_CUT = Bilingual(
    "切分须落在权利项之内，且每一部分都不为空。",
    "A cut lies within the part of the rights, and leaves something on both sides.",
)


class SplitFields(Filled):
    """What a reader filled into the form of a division."""

    estate: Number = ""
    axis: Annotated[str, Field(max_length=16)] = "territories"
    part: Codes = Field(default_factory=list)
    day: Day = ""


@routes.get("/w/{work_id}/rights/split")
def split_form(
    request: Request,
    installation: Installed,
    reader: Reader,
    work_id: str,
    fields: Annotated[SplitFields, Query()],
) -> Response:
    """The form of a division; filled, it says what the parts will be."""
    with signed_in(request, installation, reader) as visit:
        reading = owners_reading(visit, work_id)
        draft, faults = _drafted(visit, reading, fields)
        return _shown(request, reading, fields, [*faults, *_objected(visit, draft)])


@routes.post("/w/{work_id}/rights/split", dependencies=[FromHere])
def propose_split(
    request: Request,
    installation: Installed,
    reader: Reader,
    work_id: str,
    fields: Annotated[SplitFields, Form()],
) -> Response:
    """Propose a division to the owners."""
    with signed_in(request, installation, reader) as visit:
        reading = owners_reading(visit, work_id)
        made = earlier(visit, fields)
        if made is None:
            draft, faults = _drafted(visit, reading, fields)
            objected = [*faults, *_objected(visit, draft)]
            if draft is None or objected:
                return _shown(request, reading, fields, objected, 400)
            made = proposed(visit, draft, fields)
    return RedirectResponse(addresses.proposal(made.id), 303)


def _drafted(visit: Visit, reading: Reading, fields: SplitFields) -> tuple[Draft | None, list[Bilingual]]:
    """Draft the division that a form describes; None where nothing is filled in yet, or it is not understood."""
    filled = _filled(reading, fields)
    cuts = _cuts(reading, filled)
    if not cuts or filled.estate_id is None:
        return None, []
    estate = next((one for one in proposing.own_estates(reading) if one.estate_id == filled.estate_id), None)
    if estate is None:
        return None, [NOT_YOURS]
    try:
        cut(estate.scope, filled.axis, cuts)
    except ScopeRefused:
        return None, [_NO_CUT]
    return visit.drafting().split(
        estate.estate_id, filled.axis, cuts, visit.one.context.now + TO_AGREE_IN
    ), []


def _objected(visit: Visit, draft: Draft | None) -> list[Bilingual]:
    found = objections(visit.drafting(), draft.request, draft.parties) if draft else ()
    return [Bilingual(one.reason.zh, one.reason.en) for one in found]


def _filled(reading: Reading, fields: SplitFields) -> FilledSplit:
    along = proposing.NAMED_AXES.get(fields.axis, Axis.TERRITORIES)
    named = number_in(fields.estate) if fields.estate else proposing.own_estates(reading)[0].estate_id
    mask = 0 if along is Axis.TIME else mask_of(LISTS[along], fields.part)
    return FilledSplit(named, along, mask, fields.day)


def _cuts(reading: Reading, filled: FilledSplit) -> tuple[int, ...]:
    """Give the cuts that a form describes; none: nothing is filled in yet, or the estate is another's."""
    if filled.axis is Axis.TIME:
        return (day_in(filled.day),) if filled.day else ()
    owned = proposing.own_estates(reading)
    estate = next((each for each in owned if each.estate_id == filled.estate_id), None)
    if estate is None or not filled.part:
        return ()
    whole = estate.scope.masks[filled.axis]
    return filled.part & whole, whole & ~filled.part


def _shown(
    request: Request, reading: Reading, fields: SplitFields, faults: Sequence[Bilingual], status: int = 200
) -> Response:
    filled = _filled(reading, fields)
    cuts = () if _NO_CUT in faults or NOT_YOURS in faults else _cuts(reading, filled)
    return form(request, proposing.split_form(reading, filled, cuts, faults), fields, status)
