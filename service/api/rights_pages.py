"""The pages of rights, for whoever is signed in; the public is told whether something can be had, where it may be.

Their twins are the operations of `rights.py`, `estates.py` and `proposals.py`, which know no cookie.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from indexer.china import day_begins
from indexer.rights.acts import GrantKind
from indexer.rights.codes import LANGUAGES, LISTS, MEDIA
from indexer.rights.scope import Axis, Point, Scope, ScopeRefused
from indexer.values import ZERO_HASH, Address, Hash32, address, hash32
from service.access.bearer import Scope as KeyScope
from service.access.bearers import Bearer
from service.api import readers
from service.api.border import Installed
from service.api.names import digest_in, number_in
from service.api.pages import shown
from service.api.scoping import day_in, mask_in
from service.api.sessions import FromHere, Reader
from service.api.signatures import domain_of
from service.errors import BadInput, NotAllowed
from service.installation import Installation
from service.keys.agreements import Claim
from service.keys.operators import Operator
from service.outbox.operations import Operation, operation
from service.pages import addresses
from service.pages.views import Bilingual, Name, Page
from service.people.persons import People
from service.reading.open import context
from service.reading.rights import glance, mine, proposing, single
from service.reading.rights.glance import Asked, Reading
from service.reading.rights.phrasing import KINDS
from service.reading.rights.proposing import FilledGrant, FilledSplit
from service.rights import consents, proposals
from service.rights.consents import Desk
from service.rights.drafting import Agreements, Drafting, GrantTerms
from service.rights.explained import Objection, objections
from service.rights.proposals import Draft, Proposal, ProposalState

routes = APIRouter(include_in_schema=False)
TO_AGREE_IN = 30 * 86_400
"""Seconds that a proposal made on a page waits for everybody's agreement."""
PRIVATE = {"Cache-Control": "no-store"}
_KINDS = {word: kind for kind, word in KINDS.items()}

Code = Annotated[str | None, Query(max_length=32)]
Codes = Annotated[list[str], Query(max_length=300)]
Day = Annotated[str, Query(max_length=10)]
Text = Annotated[str, Query(max_length=80)]
Estate = Annotated[str | None, Query(max_length=78)]


@routes.get("/rights")
def my_rights(request: Request, installation: Installed, reader: Reader) -> Response:
    """What concerns whoever is signed in."""
    if reader is None:
        return RedirectResponse(addresses.sign_in(addresses.RIGHTS), 303)
    with readers.reading(installation, reader, request) as one:
        call = _names(installation, reader)
        found = _listed(installation, one, reader, None)
        lines = [_line(installation, one, call, each) for each in found]
        own = min(one.audience.accounts, default=None)
        name = call(own) if own is not None else Name(reader.label or reader.scope.value)
        return _shown(request, mine.my_rights_page(one.context, one.book, one.audience, name, lines))


@routes.get("/w/{work_id}/rights")
def rights(
    request: Request,
    installation: Installed,
    reader: Reader,
    work_id: str,
    right: Code = None,
    territory: Code = None,
    language: Code = None,
    medium: Code = None,
    on: Day = "",
    known: Day = "",
    of_language: Code = None,
    of_medium: Code = None,
    of_day: Day = "",
) -> Response:
    """A work's rights at a glance, to its parties; what may be asked of them, to everybody else."""
    point = _point(right, territory, language, medium, on)
    with readers.reading(installation, reader, request) as one:
        if reader is None or not _concerned(one, digest_in(work_id)):
            found = glance.availability_page(
                one.context, one.book, installation.database, digest_in(work_id), point
            )
            return _shown(request, found)
        asked = Asked(
            point,
            day_begins(day_in(known) + 1) - 1 if known else None,
            mask_in(LANGUAGES, [of_language]) if of_language else LANGUAGES.assigned,
            mask_in(MEDIA, [of_medium]) if of_medium else MEDIA.assigned,
            day_in(of_day) if of_day else None,
        )
        reading = _reading(installation, reader, one, digest_in(work_id))
        lines = [
            _line(installation, one, reading.call, each)
            for each in _listed(installation, one, reader, reading.work_id)
        ]
        return _shown(request, glance.rights_page(reading, asked, lines))


@routes.get("/g/{grant_id}")
def grant(request: Request, installation: Installed, reader: Reader, grant_id: str) -> Response:
    """One grant, for its parties."""
    with _signed_in(request, installation, reader) as one:
        found = one.audience.require_grant(one.book, digest_in(grant_id))
        return _shown(
            request, single.grant_page(_reading(installation, reader, one, found.work_id), found.grant_id)
        )


@routes.get("/e/{estate_id}")
def estate(request: Request, installation: Installed, reader: Reader, estate_id: str) -> Response:
    """One estate, for its parties."""
    with _signed_in(request, installation, reader) as one:
        found = one.audience.require_estate(one.book, number_in(estate_id))
        reading = _reading(installation, reader, one, found.work_id)
        return _shown(request, single.estate_page(reading, installation.database, found.estate_id))


@routes.get("/p/{proposal_id}")
def proposal(request: Request, installation: Installed, reader: Reader, proposal_id: str) -> Response:
    """What is proposed, who agreed, who is missing."""
    with _signed_in(request, installation, reader) as one:
        found = one.audience.require_proposal(
            one.book, proposals.proposal(installation.database, proposal_id)
        )
        reading = _reading(installation, reader, one, found.work_id)
        page = proposing.proposal_page(
            reading, found, _outcome(installation, found), _objected(installation, one, found)
        )
        return _shown(request, page)


@routes.post("/p/{proposal_id}/agree", dependencies=[FromHere])
def agree(request: Request, installation: Installed, reader: Reader, proposal_id: str) -> Response:
    """Agree for whoever is signed in, with its key that is kept here, on its word: this form."""
    with _signed_in(request, installation, reader) as one:
        found = one.audience.require_proposal(
            one.book, proposals.proposal(installation.database, proposal_id)
        )
        asked = [party for party in found.missing if party in one.audience.accounts]
        if not asked:
            raise NotAllowed(
                "not-asked", "这项拟议不需要本方同意。", "You do not have to agree to this proposal."
            )
        signers = {party: one.book.current(party) for party in asked}
    assert reader is not None, "whoever is asked is signed in"
    desk = Desk(installation.database, installation.vault, domain_of(installation, Claim))
    for party, signer in signers.items():
        if signer == installation.vault.operator(Operator.ISSUER) and reader.scope is KeyScope.ISSUER:
            consents.agree_as_operator(desk, found.id, party, operator=Operator.ISSUER, by=reader.key_id)
        else:
            consents.agree_kept(desk, found.id, party, signer=signer, by=reader.key_id)
    return RedirectResponse(addresses.proposal(found.id), 303)


@routes.get("/w/{work_id}/rights/grant")
def grant_form(
    request: Request,
    installation: Installed,
    reader: Reader,
    work_id: str,
    estate: Estate = None,
    right: Codes = [],  # noqa: B006  FastAPI copies it
    territory: Codes = [],  # noqa: B006
    language: Codes = [],  # noqa: B006
    medium: Codes = [],  # noqa: B006
    since: Day = "",
    until: Day = "",
    kind: Annotated[str, Query(max_length=16)] = "exclusive",
    sublicensable: Annotated[str, Query(max_length=3)] = "",
    licensee: Text = "",
    agreement: Text = "",
) -> Response:
    """The form of a grant; filled, it says what the grant would clash with and what it would leave."""
    filled = _filled(
        estate, (right, territory, language, medium), kind, sublicensable, since, until, licensee, agreement
    )
    with _signed_in(request, installation, reader) as one:
        reading = _reading(installation, reader, one, digest_in(work_id))
        _require_owner(reading)
        scope, draft, faults = (
            _drafted(installation, one, reading, filled) if right or since else (None, None, [])
        )
        objected = objections(_drafting(installation, one), draft.request) if draft else ()
        return _shown(request, proposing.grant_form(reading, filled, scope, faults, objected))


@routes.post("/w/{work_id}/rights/grant", dependencies=[FromHere])
def propose_grant(
    request: Request,
    installation: Installed,
    reader: Reader,
    work_id: str,
    since: Annotated[str, Form(max_length=10)],
    until: Annotated[str, Form(max_length=10)],
    licensee: Annotated[str, Form(max_length=80)],
    right: Annotated[list[str], Form(max_length=300)],
    territory: Annotated[list[str], Form(max_length=300)],
    language: Annotated[list[str], Form(max_length=300)],
    medium: Annotated[list[str], Form(max_length=300)],
    estate: Annotated[str | None, Form(max_length=78)] = None,
    kind: Annotated[str, Form(max_length=16)] = "exclusive",
    sublicensable: Annotated[str, Form(max_length=3)] = "",
    agreement: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Propose a grant to everybody concerned; what is not understood is shown in the form again."""
    filled = _filled(
        estate, (right, territory, language, medium), kind, sublicensable, since, until, licensee, agreement
    )
    with _signed_in(request, installation, reader) as one:
        reading = _reading(installation, reader, one, digest_in(work_id))
        _require_owner(reading)
        scope, draft, faults = _drafted(installation, one, reading, filled)
        if draft is None:
            return _shown(request, proposing.grant_form(reading, filled, scope, faults), 400)
        made = _proposed(installation, one, reader, draft)
    return RedirectResponse(addresses.proposal(made.id), 303)


@routes.get("/w/{work_id}/rights/split")
def split_form(
    request: Request,
    installation: Installed,
    reader: Reader,
    work_id: str,
    estate: Estate = None,
    axis: Annotated[str, Query(max_length=16)] = "territories",
    part: Codes = [],  # noqa: B006
    day: Day = "",
) -> Response:
    """The form of a division; filled, it says what the parts will be."""
    with _signed_in(request, installation, reader) as one:
        reading = _reading(installation, reader, one, digest_in(work_id))
        return _split_shown(request, reading, _filled_split(reading, estate, axis, part, day))


@routes.post("/w/{work_id}/rights/split", dependencies=[FromHere])
def propose_split(
    request: Request,
    installation: Installed,
    reader: Reader,
    work_id: str,
    estate: Annotated[str | None, Form(max_length=78)] = None,
    axis: Annotated[str, Form(max_length=16)] = "territories",
    part: Annotated[list[str], Form(max_length=300)] = [],  # noqa: B006
    day: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Propose a division to the owners."""
    with _signed_in(request, installation, reader) as one:
        reading = _reading(installation, reader, one, digest_in(work_id))
        filled = _filled_split(reading, estate, axis, part, day)
        cuts = _cuts(reading, filled)
        if not cuts or filled.estate_id is None:
            return _split_shown(request, reading, filled, 400)
        deadline = one.context.now + TO_AGREE_IN
        draft = _drafting(installation, one).split(filled.estate_id, filled.axis, cuts, deadline)
        if objections(_drafting(installation, one), draft.request):
            return _split_shown(request, reading, filled, 400)
        made = _proposed(installation, one, reader, draft)
    return RedirectResponse(addresses.proposal(made.id), 303)


@contextmanager
def _signed_in(
    request: Request, installation: Installation, reader: Bearer | None
) -> Iterator[readers.Reading]:
    """Read for whoever is signed in.

    Raises:
        NotAllowed: nobody is.
    """
    if reader is None:
        raise NotAllowed(
            "sign-in-needed",
            "此页只供当事人查看；请先登录。",
            "This page is for the parties; sign in first.",
            sign_in=addresses.sign_in(request.url.path),
        )
    with readers.reading(installation, reader, request) as one:
        yield one


def _reading(
    installation: Installation, reader: Bearer | None, one: readers.Reading, work_id: Hash32
) -> Reading:
    return Reading(one.context, one.book, one.audience, work_id, _names(installation, reader))


class _names:  # noqa: N801  used as a function is
    """Calls accounts by name for parties; a regulator opens an identity on a recorded basis, and sees a mask."""

    def __init__(self, installation: Installation, reader: Bearer | None) -> None:
        self._people = installation.people
        self._masked = reader is None or reader.scope is KeyScope.REGULATOR
        self._known: dict[Address, Name] = {}
        self._installation = installation

    def __call__(self, account: Address) -> Name:
        if account not in self._known:
            with context(self._installation) as one:
                self._known[account] = (
                    one.parties.name(account) or self._person(account) or one.parties.label(account)
                )
        return self._known[account]

    def _person(self, account: Address) -> Name | None:
        people: People = self._people
        owner = None if self._masked else people.owner_of(account)
        if owner is None or owner.erased:
            return None
        return Name(people.identity(owner.id).name)


def _concerned(one: readers.Reading, work_id: Hash32) -> bool:
    if one.audience.sees_work(one.book, work_id):
        return True
    if any(one.audience.sees_estate(one.book, each) for each in one.book.estates(work=work_id)):
        return True
    return any(one.audience.sees_grant(one.book, each) for each in one.book.grants(work=work_id))


def _point(
    right: str | None, territory: str | None, language: str | None, medium: str | None, on: str
) -> Point | None:
    """Give the point that was asked for; None where nothing was.

    Raises:
        BadInput: a code or a day that is none.
    """
    codes = (right, territory, language, medium)
    if not all(codes):
        return None
    bits = [mask_in(known, [code]).bit_length() - 1 for known, code in zip(LISTS, codes, strict=True) if code]
    today = (int(time.time()) + 8 * 3_600) // 86_400
    return Point(*bits, day_in(on) if on else today)


def _filled(
    estate: str | None,
    codes: Sequence[Sequence[str]],
    kind: str,
    sublicensable: str,
    since: str,
    until: str,
    licensee: str,
    agreement: str,
) -> FilledGrant:
    masks = [mask_in(known, chosen) if chosen else 0 for known, chosen in zip(LISTS, codes, strict=True)]
    return FilledGrant(
        number_in(estate) if estate else None,
        *masks,
        _KINDS.get(kind, GrantKind.EXCLUSIVE),  # type: ignore[call-overload]
        bool(sublicensable),
        since,
        until,
        licensee.strip(),
        agreement.strip().lower().removeprefix("0x"),
    )


def _drafted(
    installation: Installation, one: readers.Reading, reading: Reading, filled: FilledGrant
) -> tuple[Scope | None, Draft | None, list[Bilingual]]:
    """Draft the grant that a form describes; without one, what is not understood."""
    faults: list[Bilingual] = []
    scope = _scope(filled, faults)
    licensee = _licensee(filled.licensee, faults)
    papers = _papers(filled.agreement, faults)
    mine = proposing.own_estates(reading)
    estate = next((each for each in mine if each.estate_id == filled.estate_id), mine[0])
    if faults or scope is None or licensee is None:
        return scope, None, faults
    terms = GrantTerms(licensee, filled.kind, papers, filled.sublicensable)
    deadline = one.context.now + TO_AGREE_IN
    return scope, _drafting(installation, one).grant(estate.estate_id, scope, terms, deadline), faults


def _scope(filled: FilledGrant, faults: list[Bilingual]) -> Scope | None:
    masks = (filled.rights, filled.territories, filled.languages, filled.media)
    for known, mask in zip(LISTS, masks, strict=True):
        if not mask:
            faults.append(Bilingual(f"请选择{known.zh}。", f"Choose at least one {known.en}."))
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
        faults.append(
            Bilingual(
                "被许可人请填账户（0x 与 40 位十六进制）。",
                "Name the licensee by its account: 0x and 40 digits.",
            )
        )
        return None


def _papers(text: str, faults: list[Bilingual]) -> Agreements:
    if not text:
        return Agreements(ZERO_HASH)
    try:
        return Agreements(hash32("0x" + text))
    except ValueError:
        faults.append(
            Bilingual(
                "合同摘要应为 64 位十六进制。", "The digest of the agreement has 64 hexadecimal digits."
            )
        )
        return Agreements(ZERO_HASH)


def _filled_split(
    reading: Reading, estate: str | None, axis: str, part: Sequence[str], day: str
) -> FilledSplit:
    _require_owner(reading)
    along = proposing.NAMED_AXES.get(axis, Axis.TERRITORIES)
    mine = proposing.own_estates(reading)
    named = number_in(estate) if estate else mine[0].estate_id
    mask = mask_in(LISTS[along], part) if part and along is not Axis.TIME else 0
    return FilledSplit(named, along, mask, day)


def _cuts(reading: Reading, filled: FilledSplit) -> tuple[int, ...]:
    """Give the cuts that a form describes; none: nothing is filled in yet."""
    if filled.axis is Axis.TIME:
        return (day_in(filled.day),) if filled.day else ()
    estate = next(each for each in proposing.own_estates(reading) if each.estate_id == filled.estate_id)
    whole = estate.scope.masks[filled.axis]
    return (filled.part & whole, whole & ~filled.part) if filled.part else ()


def _split_shown(request: Request, reading: Reading, filled: FilledSplit, status: int = 200) -> Response:
    try:
        page = proposing.split_form(reading, filled, _cuts(reading, filled))
    except ScopeRefused:
        said = Bilingual(
            "切分须落在权利项之内，且每一部分都不为空。",
            "A cut lies within the part, and leaves something of each.",
        )
        page = proposing.split_form(reading, filled, faults=[said])
    return _shown(request, page, status)


def _require_owner(reading: Reading) -> None:
    if not proposing.own_estates(reading):
        raise NotAllowed(
            "not-an-owner", "只有著作权人可以拟许可与分割。", "Only owners propose grants and divisions."
        )


def _drafting(installation: Installation, one: readers.Reading) -> Drafting:
    return Drafting(one.book, domain_of(installation, Claim), one.context.now)


def _proposed(
    installation: Installation, one: readers.Reading, reader: Bearer | None, draft: Draft
) -> Proposal:
    assert reader is not None, "an owner is signed in"
    own = next(party for party in draft.parties if party in one.audience.accounts)
    return proposals.propose(
        installation.database,
        draft,
        principal=reader.key_id,
        idempotency_key=f"page-{secrets.token_hex(16)}",
        proposed_by=own,
    )


def _listed(
    installation: Installation, one: readers.Reading, reader: Bearer, work_id: Hash32 | None
) -> list[Proposal]:
    everything = one.audience.sees_all or one.audience.second_hand
    if not one.audience.accounts and not everything:
        return []
    found = proposals.proposals(
        installation.database, accounts=one.audience.accounts, work_id=work_id, limit=50
    )
    return [each for each in found if one.audience.sees_proposal(one.book, each)]


def _line(installation: Installation, one: readers.Reading, call: _names, each: Proposal):  # noqa: ANN202
    reading = Reading(one.context, one.book, one.audience, each.work_id, call)
    return proposing.proposal_line(
        reading, each, _outcome(installation, each), _objected(installation, one, each)
    )


def _outcome(installation: Installation, found: Proposal) -> Operation | None:
    return operation(installation.database, found.operation_id) if found.operation_id else None


def _objected(installation: Installation, one: readers.Reading, found: Proposal) -> tuple[Objection, ...]:
    if found.state is not ProposalState.OPEN:
        return ()
    return objections(_drafting(installation, one), found.request)


def _shown(request: Request, page: Page, status: int = 200) -> Response:
    answer = shown(request, page, status)
    answer.headers.update(PRIVATE)
    return answer
