"""One grant, or one estate, for its parties."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.rights.state import EstateStatus, Grant
from indexer.rights.text import write_day
from indexer.store.answers import Known
from indexer.values import ZERO_HASH, Hash32, as_hex
from indexer.wire import write_address
from service.outbox.database import Database
from service.pages import addresses
from service.pages.views import Clash, EstatePage, Fact, GrantPage
from service.reading.rights.glance import Reading, estate_line, history_of
from service.reading.rights.phrasing import scope_view
from service.rights.audience import owners_of
from service.rights.showing import openness_of


def grant_page(reading: Reading, grant_id: Hash32) -> GrantPage:
    """Read the page of a grant.

    Raises:
        NotFound: it is not there, or not for this audience.
    """
    book, audience = reading.book, reading.audience
    grant, phrasing = audience.require_grant(book, grant_id), reading.phrasing
    below = [one for one in book.grants(parent=grant_id) if audience.sees_grant(book, one)]
    above = [one for one in book.ancestors(grant) if audience.sees_grant(book, one)]
    conflicts, unseen = _conflicts(reading, grant)
    known = book.view.grant(grant_id)
    assert known is not None, "it was just found"
    return GrantPage(
        grant=phrasing.grant(grant),
        work_id=as_hex(grant.work_id),
        title=reading.title,
        grantors=phrasing.owners(grant.grantors, (1,) * len(grant.grantors)),
        agreement=grant.agreement.hex() if grant.agreement != ZERO_HASH else None,
        facts=tuple(_terms(grant)),
        above=tuple(map(phrasing.grant, above)),
        below=tuple(map(phrasing.grant, below)),
        conflicts=conflicts,
        conflicts_unseen=unseen,
        bundle=f"{addresses.grant(as_hex(grant_id))}/evidence",
        history=history_of(reading, known),
        technical=_technical(reading, known, Fact("grant_id", as_hex(grant_id))),
        as_of=reading.context.as_of(known.settled),
        test_verifier=reading.context.is_test(*grant.grantors, grant.licensee),
    )


def estate_page(reading: Reading, database: Database, estate_id: int) -> EstatePage:
    """Read the page of an estate.

    Raises:
        NotFound: it is not there, or not for this audience.
    """
    book, audience = reading.book, reading.audience
    estate, phrasing = audience.require_estate(book, estate_id), reading.phrasing
    burdens = reading.rights.burdens(estate.scope, reading.today)
    said = openness_of(database, estate_id, owners_of(estate))
    whole = audience.owns(estate) or audience.sees_work(book, estate.work_id)
    known = book.view.estate(estate_id)
    assert known is not None, "it was just found"
    return EstatePage(
        estate=estate_line(reading, estate),
        work_id=as_hex(estate.work_id),
        title=reading.title,
        live=estate.status is EstateStatus.LIVE,
        chain=tuple(map(phrasing.step, reading.rights.chain_of(estate.estate_id))),
        burdens=tuple(phrasing.grant(one) for one in burdens if audience.sees_grant(book, one)),
        public=said is not None and said.open,
        bundle=f"{addresses.estate(str(estate_id))}/evidence" if whole else None,
        history=history_of(reading, known),
        technical=_technical(reading, known, Fact("estate_id", str(estate_id))),
        as_of=reading.context.as_of(known.settled),
        test_verifier=reading.context.is_test(*estate.owners),
    )


def _terms(grant: Grant) -> Iterable[Fact]:
    if grant.notice_days:
        yield Fact("notice_days", str(grant.notice_days))
    if grant.conditions != ZERO_HASH:
        yield Fact("conditions", grant.conditions.hex())
    if grant.signed_on:
        yield Fact("signed_on", write_day(grant.signed_on))


def _conflicts(reading: Reading, grant: Grant) -> tuple[tuple[Clash, ...], int]:
    """Give the grants that contradict one, on record, as far as they are for this audience; and how many are not."""
    phrasing, every = reading.phrasing, reading.rights.conflicts(grant)
    seen = [one for one in every if reading.audience.sees_grant(reading.book, one[0])]
    clashes = tuple(Clash(phrasing.grant(other), scope_view(common)) for other, common in seen)
    return clashes, len(every) - len(seen)


def _technical(reading: Reading, known: Known, name: Fact) -> tuple[Fact, ...]:  # type: ignore[type-arg]
    view = reading.context.view
    head, _ = view.subject_head(known.subject)
    source = view.sources.grants if isinstance(known.state, Grant) else view.sources.rights
    return (
        name,
        Fact("contract", write_address(source)),
        Fact("ledger", write_address(view.sources.ledger)),
        Fact("subject", as_hex(known.subject)),
        Fact("subject_head", as_hex(head)),
        Fact("block_hash", as_hex(view.as_of.hash)),
    )
