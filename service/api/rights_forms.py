"""What the forms of acts on rights share: who may open them, how they are shown, and that one filling proposes once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import Request
from fastapi.responses import Response
from pydantic import Field

from indexer.rights.codes import CodeList
from indexer.rights.state import Estate
from service.api.names import digest_in
from service.api.scoping import mask_in
from service.api.shapes import PageQuery
from service.api.signed_in import Visit, private
from service.errors import NotAllowed
from service.pages.views import Bilingual, GrantForm, SplitForm
from service.reading.rights import proposing
from service.reading.rights.glance import Reading
from service.rights import proposals
from service.rights.proposals import Draft, Proposal, ProposalState

TO_AGREE_IN = 30 * 86_400
"""Seconds that a proposal made on a page waits for everybody's agreement."""
NOT_YOURS = Bilingual(
    "所选的权利项不是本方的，或已分割、合并；请另选。",
    "The estate that was chosen is not yours, or was divided or joined; choose another.",
)
_ENDED = (ProposalState.WITHDRAWN, ProposalState.LAPSED)
Codes = Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=300)]
Day = Annotated[str, Field(max_length=10)]
Number = Annotated[str, Field(max_length=78)]


class Filled(PageQuery):
    """What a reader filled into a form. `once`: names this filling, which sent twice proposes once."""

    once: Annotated[str, Field(max_length=32, pattern="^[0-9a-f]*$")] = ""


def owners_reading(visit: Visit, work_id: str) -> Reading:
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


def own_estate(reading: Reading, estate_id: int | None) -> Estate | None:
    """Give an estate by its number; None: it is not the reader's, or was divided or joined."""
    return next((one for one in proposing.own_estates(reading) if one.estate_id == estate_id), None)


def form(request: Request, page: GrantForm | SplitForm, fields: Filled, status: int = 200) -> Response:
    """Show a form, with what was filled in."""
    return private(request, replace(page, once=fields.once or secrets.token_hex(16)), status)


def earlier(visit: Visit, fields: Filled) -> Proposal | None:
    """Give what the same filling of a form proposed before; None where that ended, so that it can be proposed anew."""
    key, asked = _key(fields)
    found = proposals.earlier(visit.installation.database, _principal(visit), key, asked)
    return None if found is None or found.state in _ENDED else found


def proposed(visit: Visit, draft: Draft, fields: Filled) -> Proposal:
    """Propose what a form describes, to everybody concerned."""
    database, principal = visit.installation.database, _principal(visit)
    key, asked = _key(fields)
    if proposals.earlier(database, principal, key, asked) is not None:
        key = f"page-{secrets.token_hex(16)}"
    return proposals.propose(
        database,
        draft,
        principal=principal,
        idempotency_key=key,
        proposed_by=next(party for party in draft.parties if party in visit.one.audience.accounts),
        asked=asked,
    )


def _principal(visit: Visit) -> str:
    assert visit.reader is not None, "an owner is signed in"
    return visit.reader.key_id


def _key(fields: Filled) -> tuple[str, bytes]:
    """Give the key under which a filling of a form proposes, and the digest of what it says."""
    asked = hashlib.sha256(fields.model_dump_json().encode()).digest()
    return f"page-{fields.once or secrets.token_hex(16)}-{asked.hex()[:16]}", asked


def mask_of(known: CodeList, codes: Sequence[str]) -> int:
    """Read the codes that were chosen of a list; none: 0.

    Raises:
        BadInput: one is in no list.
    """
    return mask_in(known, codes) if codes else 0
