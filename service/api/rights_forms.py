"""The forms of a grant and of a division: look first, then propose it to everybody concerned."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from indexer.rights.acts import GrantKind
from indexer.rights.codes import LANGUAGES, LISTS, MEDIA, RIGHTS, TERRITORIES, CodeList
from indexer.rights.scope import Axis, Scope, ScopeRefused
from indexer.rights.state import Estate
from indexer.values import Address, Hash32, address, hash32
from service.api.border import Installed
from service.api.names import digest_in, number_in
from service.api.scoping import day_in, mask_in
from service.api.sessions import FromHere, Reader
from service.api.shapes import PageQuery
from service.api.signed_in import Visit, private, signed_in
from service.errors import BadInput, NotAllowed
from service.pages import addresses
from service.pages.views import Bilingual, GrantForm, SplitForm
from service.reading.rights import proposing
from service.reading.rights.glance import Reading
from service.reading.rights.phrasing import KINDS
from service.reading.rights.proposing import FilledGrant, FilledSplit
from service.rights import proposals
from service.rights.drafting import Agreements, GrantTerms
from service.rights.explained import objections
from service.rights.proposals import Draft, Proposal

routes = APIRouter(include_in_schema=False)
TO_AGREE_IN = 30 * 86_400
"""Seconds that a proposal made on a page waits for everybody's agreement."""
_NOT_YET = Hash32(b"\xff" * 32)
"""Stands for the digest of an agreement that is not there yet, where a grant is only looked at."""
_KINDS = {word: kind for kind, word in KINDS.items()}
Codes = Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=300)]
Day = Annotated[str, Field(max_length=10)]
Number = Annotated[str, Field(max_length=78)]
Once = Annotated[str, Field(max_length=32, pattern="^[0-9a-f]*$")]
"""Names one filling of a form: sent twice, it proposes once."""


class GrantFields(PageQuery):
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
    once: Once = ""

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
            rights=_mask(RIGHTS, self.right),
            territories=_mask(TERRITORIES, self.territory),
            languages=_mask(LANGUAGES, self.language),
            media=_mask(MEDIA, self.medium),
            kind=_kind(self.kind),
            sublicensable=bool(self.sublicensable),
            since=self.since,
            until=self.until,
            licensee=self.licensee.strip(),
            agreement=self.agreement.strip().lower().removeprefix("0x"),
        )


class SplitFields(PageQuery):
    """What a reader filled into the form of a division."""

    estate: Number = ""
    axis: Annotated[str, Field(max_length=16)] = "territories"
    part: Codes = Field(default_factory=list)
    day: Day = ""
    once: Once = ""


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
        reading, filled = _owners_reading(visit, work_id), fields.filled()
        if not fields.touched:
            return _form(request, proposing.grant_form(reading, filled, None), fields)
        scope, draft, faults = _drafted(visit, reading, filled)
        objected = objections(visit.drafting(), draft.request, draft.parties) if draft else ()
        return _form(request, proposing.grant_form(reading, filled, scope, faults, objected), fields)


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
        reading, filled = _owners_reading(visit, work_id), fields.filled()
        scope, draft, faults = _drafted(visit, reading, filled)
        if not filled.agreement:
            faults.append(Bilingual("请填写合同摘要。", "Give the digest of the agreement."))
        if draft is None or faults:
            return _form(request, proposing.grant_form(reading, filled, scope, faults), fields, 400)
        made = _proposed(visit, draft, fields)
    return RedirectResponse(addresses.proposal(made.id), 303)


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
        reading = _owners_reading(visit, work_id)
        return _split_shown(request, reading, fields)


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
        reading = _owners_reading(visit, work_id)
        filled = _filled_split(reading, fields)
        cuts, deadline = _cuts(reading, filled), visit.one.context.now + TO_AGREE_IN
        if not cuts or filled.estate_id is None:
            return _split_shown(request, reading, fields, 400)
        draft = visit.drafting().split(filled.estate_id, filled.axis, cuts, deadline)
        if objections(visit.drafting(), draft.request, draft.parties):
            return _split_shown(request, reading, fields, 400)
        made = _proposed(visit, draft, fields)
    return RedirectResponse(addresses.proposal(made.id), 303)


def _owners_reading(visit: Visit, work_id: str) -> Reading:
    """Read a work's rights for one of its owners.

    Raises:
        NotAllowed: the reader is none.
    """
    reading = visit.rights(digest_in(work_id))
    if not proposing.own_estates(reading):
        raise NotAllowed(
            "not-an-owner",
            "只有著作权人可以拟许可与分割。",
            "Only owners propose grants and divisions.",
        )
    return reading


def _drafted(
    visit: Visit, reading: Reading, filled: FilledGrant
) -> tuple[Scope | None, Draft | None, list[Bilingual]]:
    """Draft the grant that a form describes; where that is not possible, say what is not understood."""
    faults: list[Bilingual] = []
    scope = _scope(filled, faults)
    licensee, papers = _licensee(filled.licensee, faults), _papers(filled.agreement, faults)
    if faults or scope is None or licensee is None:
        return scope, None, faults
    owned = proposing.own_estates(reading)
    estate: Estate | None = owned[0]
    if filled.estate_id is not None:
        estate = next((each for each in owned if each.estate_id == filled.estate_id), None)
    if estate is None:
        zh = "所选的权利项不是本方的，或已分割、合并；请另选。"
        en = "The estate that was chosen is not yours, or was divided or joined; choose another."
        return scope, None, [Bilingual(zh, en)]
    terms = GrantTerms(licensee, filled.kind, papers, filled.sublicensable)
    deadline = visit.one.context.now + TO_AGREE_IN
    return scope, visit.drafting().grant(estate.estate_id, scope, terms, deadline), faults


def _mask(known: CodeList, codes: Sequence[str]) -> int:
    return mask_in(known, codes) if codes else 0


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


def _filled_split(reading: Reading, fields: SplitFields) -> FilledSplit:
    along = proposing.NAMED_AXES.get(fields.axis, Axis.TERRITORIES)
    named = number_in(fields.estate) if fields.estate else proposing.own_estates(reading)[0].estate_id
    mask = 0 if along is Axis.TIME else _mask(LISTS[along], fields.part)
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


def _split_shown(request: Request, reading: Reading, fields: SplitFields, status: int = 200) -> Response:
    filled = _filled_split(reading, fields)
    try:
        page = proposing.split_form(reading, filled, _cuts(reading, filled))
    except ScopeRefused:
        zh = "切分须落在权利项之内，且每一部分都不为空。"
        said = Bilingual(zh, "A cut lies within the part of the rights, and leaves something on both sides.")
        page = proposing.split_form(reading, filled, faults=[said])
    return _form(request, page, fields, status)


def _form(
    request: Request, page: GrantForm | SplitForm, fields: GrantFields | SplitFields, status: int = 200
) -> Response:
    return private(request, replace(page, once=fields.once or secrets.token_hex(16)), status)


def _proposed(visit: Visit, draft: Draft, fields: GrantFields | SplitFields) -> Proposal:
    """Propose it; the same filling of a form sent again is the same proposal."""
    assert visit.reader is not None, "an owner is signed in"
    database, principal = visit.installation.database, visit.reader.key_id
    asked = hashlib.sha256(fields.model_dump_json().encode()).digest()
    key = f"page-{fields.once or secrets.token_hex(16)}-{asked.hex()[:16]}"
    return proposals.earlier(database, principal, key, asked) or proposals.propose(
        database,
        draft,
        principal=principal,
        idempotency_key=key,
        proposed_by=next(party for party in draft.parties if party in visit.one.audience.accounts),
        asked=asked,
    )


def _kind(word: str) -> GrantKind:
    if word not in _KINDS:
        raise BadInput("kind-unknown", "没有这种许可方式。", "There is no such kind of grant.")
    return _KINDS[word]
