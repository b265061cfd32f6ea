"""The form of a grant: look first at what it clashes with and leaves, then propose it to everybody concerned."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from indexer.rights.acts import GrantKind
from indexer.rights.codes import LANGUAGES, LISTS, MEDIA, RIGHTS, TERRITORIES
from indexer.rights.scope import Scope
from indexer.values import Address, Hash32, address, hash32
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
from service.errors import BadInput
from service.pages import addresses
from service.pages.views import Bilingual
from service.reading.rights import proposing
from service.reading.rights.glance import Reading
from service.reading.rights.phrasing import KINDS
from service.reading.rights.proposing import FilledGrant
from service.rights.drafting import Agreements, GrantTerms
from service.rights.explained import objections
from service.rights.proposals import Draft

routes = APIRouter(include_in_schema=False)
_NOT_YET = Hash32(b"\xff" * 32)
"""Stands for the digest of an agreement that is not there yet, where a grant is only looked at."""
_KINDS = {word: kind for kind, word in KINDS.items()}


class GrantFields(Filled):
    """What a reader filled into the form of a grant."""

    estate: Number = ""
    right: Codes = Field(default_factory=list)
    territory: Codes = Field(default_factory=list)
    language: Codes = Field(default_factory=list)
    medium: Codes = Field(default_factory=list)
    since: Day = ""
    until: Day = ""
    kind: Annotated[str, Field(max_length=16)] = "exclusive"
    sublicensable: Annotated[str, Field(max_length=3)] = ""
    licensee: Annotated[str, Field(max_length=80)] = ""
    agreement: Annotated[str, Field(max_length=80)] = ""

    @property
    def touched(self) -> bool:
        """Whether anything was filled in."""
        return bool(self.right or self.territory or self.since or self.licensee)

    def filled(self) -> FilledGrant:
        """Give it with codes read.

        Raises:
            BadInput: a code is in none of the lists.
        """
        return FilledGrant(
            estate_id=number_in(self.estate) if self.estate else None,
            rights=mask_of(RIGHTS, self.right),
            territories=mask_of(TERRITORIES, self.territory),
            languages=mask_of(LANGUAGES, self.language),
            media=mask_of(MEDIA, self.medium),
            kind=_kind(self.kind),
            sublicensable=bool(self.sublicensable),
            since=self.since,
            until=self.until,
            licensee=self.licensee.strip(),
            agreement=self.agreement.strip().lower().removeprefix("0x"),
        )


@routes.get("/w/{work_id}/rights/grant")
def grant_form(
    request: Request,
    installation: Installed,
    reader: Reader,
    work_id: str,
    fields: Annotated[GrantFields, Query()],
) -> Response:
    """The form of a grant; filled, it says what the grant would clash with and what it would leave."""
    with signed_in(request, installation, reader) as visit:
        reading, filled = owners_reading(visit, work_id), fields.filled()
        if not fields.touched:
            return form(request, proposing.grant_form(reading, filled, None), fields)
        scope, draft, faults = _drafted(visit, reading, filled)
        objected = objections(visit.drafting(), draft.request, draft.parties) if draft else ()
        return form(request, proposing.grant_form(reading, filled, scope, faults, objected), fields)


@routes.post("/w/{work_id}/rights/grant", dependencies=[FromHere])
def propose_grant(
    request: Request,
    installation: Installed,
    reader: Reader,
    work_id: str,
    fields: Annotated[GrantFields, Form()],
) -> Response:
    """Propose a grant to everybody concerned; what is not understood is shown in the form again."""
    with signed_in(request, installation, reader) as visit:
        reading, filled = owners_reading(visit, work_id), fields.filled()
        made = earlier(visit, fields)
        if made is None:
            scope, draft, faults = _drafted(visit, reading, filled)
            if not filled.agreement:
                faults.append(Bilingual("请填写合同摘要。", "Give the digest of the agreement."))
            objected = objections(visit.drafting(), draft.request, draft.parties) if draft else ()
            if draft is None or faults or objected:
                page = proposing.grant_form(reading, filled, scope, faults, objected)
                return form(request, page, fields, 400)
            made = proposed(visit, draft, fields)
    return RedirectResponse(addresses.proposal(made.id), 303)


def _drafted(
    visit: Visit, reading: Reading, filled: FilledGrant
) -> tuple[Scope | None, Draft | None, list[Bilingual]]:
    """Draft the grant that a form describes; where that is not possible, say what is not understood."""
    faults: list[Bilingual] = []
    scope = _scope(filled, faults)
    licensee, papers = _licensee(filled.licensee, faults), _papers(filled.agreement, faults)
    if faults or scope is None or licensee is None:
        return scope, None, faults
    named = filled.estate_id
    estate = proposing.own_estates(reading)[0] if named is None else own_estate(reading, named)
    if estate is None:
        return scope, None, [NOT_YOURS]
    terms = GrantTerms(licensee, filled.kind, papers, filled.sublicensable)
    deadline = visit.one.context.now + TO_AGREE_IN
    return scope, visit.drafting().grant(estate.estate_id, scope, terms, deadline), faults


def _scope(filled: FilledGrant, faults: list[Bilingual]) -> Scope | None:
    masks = (filled.rights, filled.territories, filled.languages, filled.media)
    faults += [
        Bilingual(f"请选择{known.zh}。", f"Choose at least one of the {known.en}.")
        for known, mask in zip(LISTS, masks, strict=True)
        if not mask
    ]
    try:
        first, last = day_in(filled.since), day_in(filled.until)
    except BadInput as fault:
        faults.append(Bilingual(fault.zh, fault.en))
        return None
    if last < first:
        faults.append(Bilingual("结束日早于开始日。", "The last day is before the first."))
    return None if faults else Scope(*masks, first, last + 1)


def _licensee(text: str, faults: list[Bilingual]) -> Address | None:
    try:
        return address(text.lower())
    except ValueError:
        zh = "被许可人请填账户（0x 与 40 位十六进制）。"
        faults.append(Bilingual(zh, "Name the licensee by its account: 0x and 40 hexadecimal digits."))
        return None


def _papers(text: str, faults: list[Bilingual]) -> Agreements:
    """Read the digest of the agreement; as long as one only looks, there need not be one yet."""
    if not text:
        return Agreements(_NOT_YET)
    try:
        return Agreements(hash32("0x" + text))
    except ValueError:
        en = "The digest of the agreement has 64 hexadecimal digits."
        faults.append(Bilingual("合同摘要应为 64 位十六进制。", en))
        return Agreements(_NOT_YET)


def _kind(word: str) -> GrantKind:
    if word not in _KINDS:
        raise BadInput("kind-unknown", "没有这种许可方式。", "There is no such kind of grant.")
    return _KINDS[word]
