"""One estate or one grant for whoever asks: whole, its records, what evidence claims of it, who else may see it.

Reads a book and the service's own tables; writes what its parties decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from indexer.china import china_day
from indexer.evidence.rights_claims import InForce, Title
from indexer.rights.state import Estate, Grant, WorkRights
from indexer.store.answers import Known
from indexer.values import Address, Hash32
from service.access.bearers import Bearer
from service.audit.answers import entry_body
from service.errors import Conflict, NotAllowed
from service.outbox.database import Database
from service.rights import showing
from service.rights.answers import (
    clashes_body,
    disclosure_body,
    estate_body,
    grant_body,
    openness_body,
    step_body,
)
from service.rights.audience import Audience, owners_of, parties_to
from service.rights.book import Book, unknown_work
from service.rights.showing import Disclosure, Openness


@dataclass(frozen=True, slots=True)
class Piece:
    """An estate or a grant that is for whoever asks to see. `parties`: who decides to whom it is shown."""

    subject: Hash32
    parties: tuple[Address, ...]


def estate_piece(book: Book, audience: Audience, estate_id: int) -> Piece:
    """Give an estate, which its owners show.

    Raises:
        NotFound: it is not there, or not for it to see.
    """
    return _of_estate(book, audience.require_estate(book, estate_id))


def grant_piece(book: Book, audience: Audience, grant_id: Hash32) -> Piece:
    """Give a grant, which its licensee and the owners of the estates that it lies in show.

    Raises:
        NotFound: it is not there, or not for it to see.
    """
    return _of_grant(book, audience.require_grant(book, grant_id))


def _of_estate(book: Book, estate: Estate) -> Piece:
    return Piece(book.view.sources.estate(estate.estate_id), owners_of(estate))


def _of_grant(book: Book, grant: Grant) -> Piece:
    return Piece(book.view.sources.grant(grant.grant_id), parties_to(book, grant))


def estate_shown(
    book: Book, audience: Audience, database: Database, estate_id: int, now: int
) -> dict[str, Any]:
    """Show an estate: its box, its owners, its chain of title, the grants that burden it, who else may see it.

    One that was cut or joined is shown as it was at its end.

    Raises:
        NotFound: it is not there, or not for it to see.
    """
    found = audience.require_estate(book, estate_id)
    known = book.known_of(found, now)
    burdens = known.burdens(found.scope, china_day(known.known_at))
    seen = [grant for grant in burdens if audience.sees_grant(book, grant)]
    piece = _of_estate(book, found)
    said = showing.openness_of(database, found.estate_id, piece.parties)
    return {
        **estate_body(found),
        "title": [step_body(step) for step in known.chain_of(found.estate_id)],
        "burdens": [grant_body(grant, book.live_until(grant)) for grant in seen],
        "openness": openness_body(said),
        "disclosures": _disclosures(audience, database, piece),
    }


def grant_shown(
    book: Book, audience: Audience, database: Database, grant_id: Hash32, now: int
) -> dict[str, Any]:
    """Show a grant: its terms, what contradicts it, the grants below it, who else may see it.

    Raises:
        NotFound: it is not there, or not for it to see.
    """
    found = audience.require_grant(book, grant_id)
    known = book.known(found.work_id, now)
    below = [one for one in book.grants(parent=found.grant_id) if audience.sees_grant(book, one)]
    return {
        **grant_body(found, book.live_until(found)),
        "clashes": clashes_body(known, found, lambda other: audience.sees_grant(book, other)),
        "sublicences": [grant_body(one, book.live_until(one)) for one in below],
        "disclosures": _disclosures(audience, database, _of_grant(book, found)),
    }


def history(book: Book, audience: Audience, subject: Hash32, after: int | None, limit: int) -> dict[str, Any]:
    """Give those of the next `limit` records that are for whoever asks to see, newest first.

    The cursor goes past the others.
    """
    page = book.view.history(subject, after, limit)
    entries = [entry_body(entry) for entry in page.items if audience.sees_record(book, entry.act)]
    return {"entries": entries, "next": page.cursor}


def rights_known(book: Book, audience: Audience, work_id: Hash32) -> Known[WorkRights]:
    """Give what holds of a work's rights as a whole, to whoever may see its records.

    Raises:
        NotFound: there is nothing, or it is not for whoever asks.
    """
    known = book.view.work_rights(work_id) if audience.sees_history(book, work_id) else None
    if known is None:
        raise unknown_work()
    return known


def title_claim(book: Book, audience: Audience, estate_id: int) -> Title:
    """Claim whose an estate is: for its owners, the registrant and the regulator, who hand it to whom they choose.

    Every record of the work's rights goes along, since only all of them prove it.

    Raises:
        NotFound: it is not there, or not for it to see. NotAllowed: it sees the estate alone.
    """
    found = audience.require_estate(book, estate_id)
    if not (audience.owns(found) or audience.sees_work(book, found.work_id)):
        raise _whole_only()
    return Title(found.estate_id, found.work_id, found.owners, found.parts)


def in_force_claim(
    book: Book, audience: Audience, grant_id: Hash32, day: int | None, now: int, *, whole: bool
) -> InForce:
    """Claim that a grant is in force on a day: for everybody who may see the grant.

    All records of the grant and of those above it go along, so where these tell of sub-licences of others, whose
    sub-licence it is gets the evidence from its licensor.

    Args:
        day: None: today, or where it is not in force then the nearest day on which it is, was or will be.
        now: Unix seconds.
        whole: every record of the work's rights goes along, and shows that no other grant is in the way: for the
            owners, the registrant and the regulator.

    Raises:
        NotFound: it is not there, or not for it to see.
        NotAllowed: what goes along is not for it to see.
        Conflict: no day is named, and it is in force on none.
    """
    found = audience.require_grant(book, grant_id)
    if whole and not audience.sees_rights(book, found):
        raise _whole_only()
    if audience.hides_of(book, found):
        raise _others_along()
    above = tuple(each.grant_id for each in book.ancestors(found))
    on = _nearest_day(book, found, now) if day is None else day
    return InForce(found.grant_id, found.work_id, found.licensee, on, above, whole)


def _nearest_day(book: Book, grant: Grant, now: int) -> int:
    force = book.known(grant.work_id, now).force(grant)
    if force.is_empty():
        raise Conflict(
            "never-in-force",
            "这项许可从未生效，没有可以证明它有效的日期。",
            "This grant is in force on no day, so there is nothing to give evidence of.",
        )
    return min(max(china_day(now), force.from_), force.until - 1)


def set_open(
    book: Book, audience: Audience, database: Database, estate_id: int, bearer: Bearer, *, is_open: bool
) -> Openness:
    """Decide, as an owner, whether anybody may ask whether rights of an estate are to be had.

    Raises:
        NotFound: it is not there, or not for it to see. NotAllowed: it sees the estate, and does not own it.
    """
    account = _party(audience, estate_piece(book, audience, estate_id), bearer)
    return showing.set_open(database, estate_id, is_open=is_open, account=account, by=bearer.key_id)


def disclose(
    audience: Audience, database: Database, piece: Piece, bearer: Bearer, *, to: Address, until: int
) -> Disclosure:
    """Let an account see an estate or a grant and its evidence, as one of its parties.

    Raises:
        NotAllowed: whoever asks sees it, and is none. BadInput: the time is over already, or too far.
    """
    account = _party(audience, piece, bearer)
    return showing.disclose(database, piece.subject, to=to, until=until, account=account, by=bearer.key_id)


def end_disclosure(
    audience: Audience, database: Database, piece: Piece, bearer: Bearer, disclosure_id: int
) -> Disclosure:
    """Let an estate or a grant be seen no longer by whom one disclosed it to.

    Raises:
        NotAllowed: whoever asks sees it, and is no party. NotFound: it made no such disclosure.
    """
    _party(audience, piece, bearer)
    return showing.end_disclosure(database, piece.subject, disclosure_id, accounts=audience.accounts)


def _party(audience: Audience, piece: Piece, bearer: Bearer) -> Address:
    """Give the account of a bearer that decides to whom something is shown."""
    own = next((party for party in piece.parties if party in audience.accounts), None)
    if own is None:
        raise NotAllowed(
            "not-a-party",
            "只有其权利人或被许可人可以决定给谁看。",
            "Only its owners, or its licensee, decide who may see it.",
            scope=bearer.scope.value,
        )
    return own


def _disclosures(audience: Audience, database: Database, piece: Piece) -> list[dict[str, Any]]:
    """Say to parties who was let see it by one of them, and to the regulator by whom ever."""
    listed = showing.disclosures(database, piece.subject)
    if not audience.sees_all:
        mine = audience.is_one_of(piece.parties)
        listed = [each for each in listed if mine and each.account in piece.parties]
    return [disclosure_body(each) for each in listed]


def _whole_only() -> NotAllowed:
    return NotAllowed(
        "evidence-whole",
        "这份证据须带上该作品权利的全部记录，只给权利人；请向权利人索取。",
        "This evidence carries every record of the work's rights, so it is for its owners; ask them for it.",
    )


def _others_along() -> NotAllowed:
    return NotAllowed(
        "evidence-others",
        "这份证据须带上他人转授权的记录；请向授权方索取。",
        "This evidence carries records of sub-licences of others; ask whoever granted it for it.",
    )
