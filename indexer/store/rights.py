"""Estates and grants: everything known of the rights of a work at a time, and lists. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from indexer.events import SELECTORS, Act, Sources, UnknownAct
from indexer.record import Record
from indexer.rights import acts
from indexer.rights.state import Attestation, Estate, Grant
from indexer.rights.title import Rights, rights_of
from indexer.store import audits, lookups
from indexer.store.answers import AsOf, Known, Page
from indexer.store.lists import page
from indexer.store.lookups import RECORDS, SUBJECTS, known_list, standing_statement
from indexer.store.versions import TABLES, S, state_of
from indexer.store.writing import in_parts
from indexer.values import Address, Hash32

ESTATES, GRANTS = TABLES[Estate], TABLES[Grant]


def rights(
    connection: Connection, as_of: AsOf, sources: Sources, work: Hash32, known_at: int | None
) -> Rights:
    """Gather the rights of a work as known at a time; None: at the block that all answers are as of."""
    known = as_of.time if known_at is None else min(known_at, as_of.time)
    count = as_of.count if known_at is None else audits.count_before_time(connection, known + 1)
    found = rights_of(_history(connection, as_of, sources, work, count), known)
    now = count >= as_of.count
    attested = _stood(connection, Attestation, work, count, now=now)
    return replace(
        found,
        grants={state.grant_id: state for state in _stood(connection, Grant, work, count, now=now)},
        attested={(state.intent, state.party): state for state in attested},
    )


def _history(
    connection: Connection, as_of: AsOf, sources: Sources, work: Hash32, count: int
) -> Iterator[tuple[Record, Act, dict[Hash32, object]]]:
    """Go through the records that changed estates of a work, with what they changed, in order.

    That an estate was granted of, or held, changes neither its box nor its owners; there may be a thousand such acts.
    """
    statement = (
        select(ESTATES)
        .join_from(ESTATES, RECORDS, ESTATES.c.seq == RECORDS.c.seq)
        .where(ESTATES.c.work_id == work, ESTATES.c.seq < count, RECORDS.c.act.in_(_OF_TITLE))
        .order_by(ESTATES.c.seq)
    )
    changed: dict[int, dict[Hash32, object]] = {}
    for row in connection.execute(statement):
        state = state_of(Estate, row)
        changed.setdefault(row.seq, {})[sources.estate(state.estate_id)] = state
    entries = lookups.by_seq(connection, as_of, changed)
    for seq, states in changed.items():
        act = entries[seq].act
        assert not isinstance(act, UnknownAct)
        yield entries[seq].record, act, states


_OF_TITLE = tuple(
    SELECTORS[act]
    for act in (
        *(acts.EstateClaimed, acts.EstateSplit, acts.EstatesMerged),
        *(acts.EstateAssigned, acts.EstateAssignedByOrder, acts.EstateAmended),
    )
)


def _stood(connection: Connection, kind: type[S], work: Hash32, count: int, *, now: bool) -> Iterator[S]:
    """Go through states of a kind about a work as they stood before a record, in the order in which they began."""
    table = TABLES[kind]
    stood: ColumnElement[bool] = table.c.superseded_by.is_(None)
    if not now:
        stood = (table.c.seq < count) & or_(stood, table.c.superseded_by >= count)
    statement = select(table).where(table.c.work_id == work, stood).order_by(table.c.begun_seq)
    return (state_of(kind, row) for row in connection.execute(statement))


def estates(
    connection: Connection,
    as_of: AsOf,
    sources: Sources,
    work: Hash32 | None,
    owner: Address | None,
    after: int | None,
    limit: int,
) -> Page[Known[Estate]]:
    """List estates, oldest first; the cursor is the seq that each began with."""
    statement = standing_statement(Estate).order_by(ESTATES.c.begun_seq, ESTATES.c.subject)
    if after is not None:
        statement = statement.where(ESTATES.c.begun_seq > after)
    if work is not None:
        statement = statement.where(ESTATES.c.work_id == work)
    if owner is None:
        return _whole_acts(known_list(connection, as_of, Estate, statement), limit)
    named = _named(connection, sources.party(owner))
    parts = (statement.where(ESTATES.c.subject.in_(part)) for part in in_parts(sorted(named)))
    found = chain.from_iterable(known_list(connection, as_of, Estate, part) for part in parts)
    owned = sorted((one for one in found if owner in one.state.owners), key=lambda one: one.begun_seq)
    return _whole_acts(owned, limit)


def _named(connection: Connection, party: Hash32) -> set[Hash32]:
    """Give the estates that were changed by a record which names a party: whoever owns one was named so."""
    statement = (
        select(ESTATES.c.subject)
        .join_from(SUBJECTS, ESTATES, SUBJECTS.c.seq == ESTATES.c.seq)
        .where(SUBJECTS.c.subject == party)
        .distinct()
    )
    return {Hash32(subject) for subject in connection.scalars(statement)}


def _whole_acts(found: list[Known[Estate]], limit: int) -> Page[Known[Estate]]:
    """Give a page that ends where an act does: the parts of a division began together."""
    end = limit
    while 0 < end < len(found) and found[end].begun_seq == found[end - 1].begun_seq:
        end += 1
    more = end < len(found)
    return Page(tuple(found[:end]), found[end - 1].begun_seq if more else None)


def ending(
    connection: Connection,
    as_of: AsOf,
    days: tuple[int, int],
    where: dict[str, object],
    after: int | None,
    limit: int,
) -> Page[Known[Grant]]:
    """List grants whose last day is among these, both included, oldest first; the cursor is the seq of the granting."""
    first, last = days
    statement = standing_statement(Grant).where(GRANTS.c.until.between(first + 1, last + 1))
    for name, value in where.items():
        if value is not None:
            statement = statement.where(GRANTS.c[name] == value)
    if after is not None:
        statement = statement.where(GRANTS.c.begun_seq > after)
    ordered: Select[Any] = statement.order_by(GRANTS.c.begun_seq)
    return page(connection, as_of, Grant, ordered, limit, "begun_seq")
