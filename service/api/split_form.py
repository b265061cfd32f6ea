"""The form of a division: look first at what the parts will be, then propose it to the owners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from indexer.rights.codes import LISTS
from indexer.rights.scope import Axis, ScopeRefused, cut
from indexer.rights.state import Estate
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
    own_estate,
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
        return _shown(request, reading, fields, _looked_at(visit, reading, fields))


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
            look = _looked_at(visit, reading, fields)
            if look.draft is None or look.faults:
                return _shown(request, reading, fields, look, 400)
            made = proposed(visit, look.draft, fields)
    return RedirectResponse(addresses.proposal(made.id), 303)


@dataclass(frozen=True, slots=True)
class _Look:
    """What a form describes.

    Attributes:
        cuts, draft: none where nothing is filled in yet, or it is not understood.
        faults: what is not understood, or would be refused.
    """

    filled: FilledSplit
    cuts: tuple[int, ...] = ()
    draft: Draft | None = None
    faults: tuple[Bilingual, ...] = ()


def _looked_at(visit: Visit, reading: Reading, fields: SplitFields) -> _Look:
    filled = _filled(reading, fields)
    estate = own_estate(reading, filled.estate_id)
    cuts = _cuts(estate, filled)
    if not cuts:
        return _Look(filled)
    if estate is None:
        return _Look(filled, faults=(NOT_YOURS,))
    try:
        cut(estate.scope, filled.axis, cuts)
    except ScopeRefused:
        return _Look(filled, faults=(_NO_CUT,))
    drafting = visit.drafting()
    draft = drafting.split(estate.estate_id, filled.axis, cuts, drafting.now + TO_AGREE_IN)
    against = objections(drafting, draft.request, draft.parties)
    return _Look(filled, cuts, draft, tuple(Bilingual(one.reason.zh, one.reason.en) for one in against))


def _filled(reading: Reading, fields: SplitFields) -> FilledSplit:
    along = proposing.NAMED_AXES.get(fields.axis, Axis.TERRITORIES)
    named = number_in(fields.estate) if fields.estate else proposing.own_estates(reading)[0].estate_id
    mask = 0 if along is Axis.TIME else mask_of(LISTS[along], fields.part)
    return FilledSplit(named, along, mask, fields.day)


def _cuts(estate: Estate | None, filled: FilledSplit) -> tuple[int, ...]:
    """Give the cuts that a form describes; none: nothing is filled in yet, or the estate is another's."""
    if filled.axis is Axis.TIME:
        return (day_in(filled.day),) if filled.day else ()
    if estate is None or not filled.part:
        return ()
    whole = estate.scope.masks[filled.axis]
    return filled.part & whole, whole & ~filled.part


def _shown(
    request: Request, reading: Reading, fields: SplitFields, look: _Look, status: int = 200
) -> Response:
    page = proposing.split_form(reading, look.filled, look.cuts, look.faults)
    return form(request, page, fields, status)
