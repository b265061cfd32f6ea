"""What parties let others see: whether rights are to be had, and single estates and grants.

Owns the tables `estate_openness` and `disclosures`. Nothing is overwritten: who let whom see what, and when, stays. It
counts as long as whoever let it be seen has a part in it: what an owner showed is not shown once it has assigned it.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from indexer.values import Address, Hash32
from service.errors import BadInput, NotFound
from service.outbox.database import Database
from service.rights.tables import DisclosureRow, OpennessRow

LONGEST = 3 * 366 * 86_400
"""Seconds for which something is disclosed, at most."""


@dataclass(frozen=True, slots=True)
class Openness:
    """Whether the public may see whether rights of an estate are to be had; who said so, and when."""

    open: bool
    account: Address
    set_at: int


@dataclass(frozen=True, slots=True)
class Disclosure:
    """That a party lets an account see an estate or a grant, until a time."""

    id: int
    subject: Hash32
    to: Address
    account: Address
    given_at: int
    until: int
    ended_at: int | None


def set_open(database: Database, estate_id: int, *, is_open: bool, account: Address, by: str) -> Openness:
    """Write down what an owner decided; the same again of the same owner is not written twice."""
    with database.write() as connection:
        held = _openness(connection, estate_id)
        if held is None or (held.open, held.account) != (is_open, account):
            values = {"estate": _name(estate_id), "open": is_open, "account": account, "set_by": by}
            connection.execute(insert(OpennessRow).values(**values, set_at=int(time.time())))
            held = _openness(connection, estate_id)
    assert held is not None, "it was just written"
    return held


def openness(database: Database, estate_id: int) -> Openness | None:
    """Say what an owner decided last; None: nobody did, so it is not open."""
    with database.read() as connection:
        return _openness(connection, estate_id)


def openness_of(database: Database, estate_id: int, owners: Collection[Address]) -> Openness | None:
    """Say what was decided last, if who decided it is one of its owners now; None: it is not open."""
    said = openness(database, estate_id)
    return said if said is not None and said.account in owners else None


def disclose(
    database: Database, subject: Hash32, *, to: Address, until: int, account: Address, by: str
) -> Disclosure:
    """Let an account see an estate or a grant.

    Raises:
        BadInput: the time is over already, or too far.
    """
    now = int(time.time())
    if not now < until <= now + LONGEST:
        raise BadInput(
            "until-out-of-range",
            "期限须在现在之后、三年之内。",
            "The time it is disclosed until is after now, and within three years.",
            field="until",
        )
    values = {"subject": subject, "to": to, "account": account, "given_at": now, "given_by": by}
    with database.write() as connection:
        made = insert(DisclosureRow).values(**values, until=until).returning(DisclosureRow.__table__)
        return _disclosure(connection.execute(made).one())


def end_disclosure(
    database: Database, subject: Hash32, disclosure_id: int, *, accounts: Collection[Address]
) -> Disclosure:
    """Let it be seen no longer, as whoever let it be seen; what was seen was seen. Again it changes nothing.

    Raises:
        NotFound: none of these accounts made such a disclosure of this subject.
    """
    if disclosure_id >> 63:  # no row has such a number, and no database takes it
        raise _unknown()
    row = DisclosureRow
    mine = (row.id == disclosure_id, row.subject == subject, row.account.in_(accounts))
    with database.write() as connection:
        change = update(row).where(*mine, row.ended_at.is_(None)).values(ended_at=int(time.time()))
        connection.execute(change)
        found = connection.execute(select(row.__table__).where(*mine)).one_or_none()
    if found is None:
        raise _unknown()
    return _disclosure(found)


def disclosures(database: Database, subject: Hash32) -> list[Disclosure]:
    """List who was let see an estate or a grant, the oldest first."""
    query = select(DisclosureRow.__table__).where(DisclosureRow.subject == subject)
    with database.read() as connection:
        return [_disclosure(row) for row in connection.execute(query.order_by(DisclosureRow.id))]


def disclosed_to(
    database: Database, accounts: Collection[Address], now: int
) -> frozenset[tuple[Hash32, Address]]:
    """Give what these accounts may see as long as who let them has a part in it: subjects, each with who that is."""
    if not accounts:
        return frozenset()
    row = DisclosureRow
    query = select(row.subject, row.account).where(
        row.to.in_(accounts), row.until > now, row.ended_at.is_(None)
    )
    with database.read() as connection:
        return frozenset((Hash32(one.subject), Address(one.account)) for one in connection.execute(query))


def _openness(connection: Any, estate_id: int) -> Openness | None:
    row = OpennessRow
    query = select(row.__table__).where(row.estate == _name(estate_id)).order_by(row.id.desc()).limit(1)
    found = connection.execute(query).one_or_none()
    return None if found is None else Openness(found.open, Address(found.account), found.set_at)


def _disclosure(row: Any) -> Disclosure:
    return Disclosure(
        row.id,
        Hash32(row.subject),
        Address(row.to),
        Address(row.account),
        row.given_at,
        row.until,
        row.ended_at,
    )


def _name(estate_id: int) -> bytes:
    return estate_id.to_bytes(32, "big")


def _unknown() -> NotFound:
    return NotFound("unknown-disclosure", "没有这项披露。", "There is no such disclosure.")
