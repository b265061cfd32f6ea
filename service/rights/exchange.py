"""A work's rights in the words of others: grants as ODRL, sales rights as ONIX, and an ONIX file against the record.

Reads a book. Parties are called by their accounts: a policy travels further than a name may.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from indexer.china import china_day
from indexer.events import Sources
from indexer.record import Record
from indexer.rights.acts import Assent, Granted, GrantKind
from indexer.rights.codes import TERRITORIES
from indexer.rights.scope import Point, Scope, bits
from indexer.rights.state import Grant
from indexer.rights.title import Rights, Tenure
from indexer.values import ZERO_HASH, Address, Hash32, as_hex
from indexer.wire import write_address
from service.errors import NotFound
from service.rights.agreed import assents
from service.rights.audience import Audience
from service.rights.book import Book, unknown_work
from service.rights.formats.odrl import Json, Licence, PolicyParty, agreement, document
from service.rights.formats.onix import Held, Need, Product, Sales, sales_of
from service.rights.formats.onix_codes import ON_EXCLUSIVE_RIGHTS, ON_NON_EXCLUSIVE_RIGHTS, Sale, medium_of
from service.rights.formats.onix_reading import ASKED, Ask, Read, all_sales
from service.rights.formats.onix_writing import Release, Sender, write_onix

EXCLUSIVE, NON_EXCLUSIVE, NONE, UNSTATED = "exclusive", "non_exclusive", "none", "unstated"


def odrl_file(book: Book, audience: Audience, work_id: Hash32, now: int) -> bytes:
    """Write the grants of a work that somebody may see, in force today or later, as one document of JSON-LD.

    Raises:
        NotFound: there is no such work, or nothing of its rights is for it to see.
    """
    found = document(policies(book, audience, work_id, now, china_day(now)))
    return json.dumps(found, ensure_ascii=False, indent=1).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Described:
    """A product without its sales rights, what it takes to sell it, and the release of ONIX it is written in."""

    need: Need
    product: Product
    release: Release


def onix_file(book: Book, audience: Audience, work_id: Hash32, now: int, described: Described) -> bytes:
    """Write a message of one product of a work.

    Raises:
        BadInput: something of it cannot be written in ONIX.
        NotFound: there is no such work, nothing of its rights is for it to see, or it has none that this takes.
    """
    found = product(book, audience, work_id, now, described.need, described.product)
    sender = Sender(found.publisher, datetime.now(UTC))
    return write_onix([found], sender, described.release)


def policies(book: Book, audience: Audience, work_id: Hash32, now: int, today: int) -> list[Json]:
    """Write the grants that somebody may see, in force today or later, as agreements of ODRL.

    Raises:
        NotFound: there is no such work, or nothing of its rights is for it to see.
    """
    _require_seen(book, audience, work_id)
    rights = book.known(work_id, now)
    seen = [one for one in rights.grants.values() if audience.sees_grant(book, one)]
    standing = [one for one in seen if one.grantors and not rights.force(one).onwards(today).is_empty()]
    made = book.view.find_intents(one.grant_id for one in standing)
    found = []
    for one in standing:
        entry = made[one.grant_id]
        assert isinstance(entry.act, Granted), "a grant has the name of the act that made it"
        papers = _on_paper(book.view.sources, rights, one, entry.record, entry.act)
        found.append(agreement(_licence(rights, one, papers)))
    return found


def _on_paper(
    sources: Sources, rights: Rights, grant: Grant, record: Record, act: Granted
) -> frozenset[Address]:
    """Give the parties to a grant for whom a paper stands, that they did not confirm themselves."""
    parties = assents(sources, record, act.assents, (*grant.grantors, grant.licensee))
    papers = (party for party, assent in parties if assent is Assent.PAPER)
    attested = {party: rights.attested.get((grant.grant_id, party)) for party in papers}
    return frozenset(party for party, one in attested.items() if one is None or not one.confirmed)


def _licence(rights: Rights, grant: Grant, papers: Collection[Address]) -> Licence:
    def party(account: Address) -> PolicyParty:
        return PolicyParty(f"urn:qianyin:account:{write_address(account)}", on_paper=account in papers)

    return Licence(
        uid=_grant_name(grant.grant_id),
        work=f"urn:qianyin:work:{as_hex(grant.work_id)}",
        grantors=tuple(map(party, grant.grantors)),
        licensee=party(grant.licensee),
        kind=grant.kind,
        sublicensable=grant.sublicensable,
        scope=rights.force(grant),
        parent=None if grant.parent_id == ZERO_HASH else _grant_name(grant.parent_id),
        notice_days=grant.notice_days,
        conditions=None if grant.conditions == ZERO_HASH else grant.conditions,
        agreement=None if grant.agreement == ZERO_HASH else grant.agreement,
        signed_on=grant.signed_on or None,
    )


def _grant_name(grant_id: Hash32) -> str:
    return f"urn:qianyin:grant:{as_hex(grant_id)}"


def product(
    book: Book, audience: Audience, work_id: Hash32, now: int, need: Need, described: Product
) -> Product:
    """Put into a description of a product where whoever asks may sell it, by what is recorded as its rights.

    Raises:
        NotFound: there is no such work, nothing of its rights is for it to see, or it has none that this takes.
    """
    _require_seen(book, audience, work_id)
    sales = sales_of(held_by(book.known(work_id, now), audience.accounts, need), need)
    if not sales:
        raise NotFound(
            "nothing-held",
            "账本上没有您为此产品所需的权利；请核对权利、语言、媒介与日期。",
            "You hold nothing on record that this product takes; check the rights, language, medium and day.",
        )
    return replace(described, sales=sales)


def held_by(rights: Rights, accounts: Collection[Address], need: Need) -> tuple[Held, ...]:
    """Give what accounts hold of what is needed: of their estates and grants, what they did not give away themselves.

    What others own with them, or may use too, is not exclusive.
    """
    moment = rights.moment(need.day)
    owned = [one for one in rights.tenures if one.at(moment) and not set(accounts).isdisjoint(one.owners)]
    forces = [(one, rights.force(one)) for one in rights.grants.values()]
    current = [(one, force) for one, force in forces if force.from_ <= need.day < force.until]
    return tuple(one for point in _points(need) for one in _held_at(owned, current, accounts, point))


def _points(need: Need) -> Iterator[Point]:
    for right in bits(need.rights):
        for language in bits(need.languages):
            for medium in bits(need.media):
                yield Point(right, 0, language, medium, need.day)


def _held_at(
    owned: Sequence[Tenure],
    current: Sequence[tuple[Grant, Scope]],
    accounts: Collection[Address],
    point: Point,
) -> Iterator[Held]:
    """Go through what is held at a point, in whichever territories."""
    given: dict[Hash32, list[tuple[Grant, Scope]]] = {}
    for grant, force in current:
        if _has(force, point):
            given.setdefault(grant.parent_id, []).append((grant, force))
    for one in owned:
        alone = set(one.owners) <= set(accounts)
        yield from _left(one.scope, given.get(ZERO_HASH, ()), point, exclusive=alone)
    for grant, force in (one for grants in given.values() for one in grants):
        if grant.licensee in accounts:
            alone = grant.kind is GrantKind.EXCLUSIVE
            yield from _left(force, given.get(grant.grant_id, ()), point, exclusive=alone)


def _left(
    box: Scope, given: Sequence[tuple[Grant, Scope]], point: Point, *, exclusive: bool
) -> Iterator[Held]:
    """Give what is left of a box at a point: exclusively where nothing was given, else where nothing exclusive was."""
    if not _has(box, point):
        return
    shut = box.territories
    kept = box.territories
    for grant, force in given:
        shut &= ~force.territories
        if grant.kind is GrantKind.EXCLUSIVE:
            kept &= ~force.territories
    masks = ((shut if exclusive else 0, True), (kept, False))
    for territories, is_exclusive in masks:
        if territories:
            bits_of = (1 << point.right, territories, 1 << point.language, 1 << point.medium)
            yield Held(Scope(*bits_of, point.day, point.day + 1), is_exclusive)


def _has(box: Scope, point: Point) -> bool:
    """Whether a point lies in a box, in some territory."""
    inside = box.rights >> point.right & box.languages >> point.language & box.media >> point.medium & 1
    return bool(inside and box.territories) and box.from_ <= point.day < box.until


@dataclass(frozen=True, slots=True)
class Answered:
    """What a person said to what an ONIX file leaves open: the rights, the day; masks where they were asked."""

    rights: int
    day: int
    languages: int = 0
    media: int = 0


def against_record(
    book: Book, audience: Audience, work_id: Hash32, now: int, reads: Iterable[Read], answered: Answered
) -> list[dict[str, Any]]:
    """Say of each product of an ONIX file what it states against what is on record as somebody's own.

    Raises:
        NotFound: there is no such work, or nothing of its rights is for it to see.
    """
    _require_seen(book, audience, work_id)
    rights = book.known(work_id, now)
    return [compared(rights, audience.accounts, one, answered) for one in reads]


def compared(rights: Rights, accounts: Collection[Address], read: Read, answered: Answered) -> dict[str, Any]:
    """Say what a product of an ONIX file states, what it leaves open, and where the record says otherwise.

    `differences`: null where it cannot be compared, since a language or medium is open and was not answered.
    """
    need = Need(
        answered.rights,
        answered.languages or _stated(read, Ask.LANGUAGES, read.product.languages),
        answered.media or medium_of(read.product.form),
        answered.day,
    )
    can = bool(need.languages and need.media)
    return {
        "line": read.line,
        "reference": read.product.reference,
        "title": read.product.title,
        "identifiers": [{"kind": kind, "value": value} for kind, value in read.product.identifiers],
        "sales": [_sales_body(one) for one in all_sales(read.product)],
        "asked": [
            {"ask": str(one.ask), "about": one.about, "zh": ASKED[one.ask][0], "en": ASKED[one.ask][1]}
            for one in read.asked
        ],
        "differences": _differences(rights, accounts, read, need) if can else None,
    }


def _stated(read: Read, ask: Ask, mask: int) -> int:
    """Give what a file states, or nothing where it leaves some of it open."""
    return 0 if any(one.ask is ask for one in read.asked) else mask


def _differences(
    rights: Rights, accounts: Collection[Address], read: Read, need: Need
) -> list[dict[str, Any]]:
    recorded = {EXCLUSIVE: 0, NON_EXCLUSIVE: 0}
    for one in sales_of(held_by(rights, accounts, need), need):
        recorded[_CLASSES[one.sale]] |= one.territories
    recorded[NONE] = TERRITORIES.assigned & ~recorded[EXCLUSIVE] & ~recorded[NON_EXCLUSIVE]
    stated = [(_CLASSES.get(one.sale, UNSTATED), one.territories) for one in all_sales(read.product)]
    pairs = (
        (said, known, mask & held)
        for said, mask in stated
        for known, held in recorded.items()
        if said not in (known, UNSTATED)
    )
    return [
        {"stated": said, "recorded": known, "territories": _codes(mask)}
        for said, known, mask in pairs
        if mask
    ]


_CLASSES: Final = {
    **dict.fromkeys(ON_EXCLUSIVE_RIGHTS, EXCLUSIVE),
    **dict.fromkeys(ON_NON_EXCLUSIVE_RIGHTS, NON_EXCLUSIVE),
    Sale.NO_RIGHTS: NONE,
}


def _sales_body(sales: Sales) -> dict[str, Any]:
    stated = _CLASSES.get(sales.sale, UNSTATED)
    return {"type": str(sales.sale), "stated": stated, "territories": _codes(sales.territories)}


def _codes(mask: int) -> list[str]:
    return [code.code for code in TERRITORIES.of(mask)]


def _require_seen(book: Book, audience: Audience, work_id: Hash32) -> None:
    """Demand that something of the rights of a work is for somebody to see.

    Raises:
        NotFound: there is no such work, or nothing is.
    """
    if audience.sees_work(book, work_id):
        return
    if any(audience.sees_estate(book, one) for one in book.live_estates(work_id)):
        return
    if not any(audience.sees_grant(book, one) for one in book.grants(work=work_id)):
        raise unknown_work()
