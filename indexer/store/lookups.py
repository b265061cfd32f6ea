"""Entries and states by what they are named by: the statements that all other questions are made of. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, Select, and_, bindparam, exists, func, select

from indexer.events import ACTS, SELECTORS, Act, read_act
from indexer.span import MOST_NUMBER
from indexer.state import State
from indexer.store import schema
from indexer.store.answers import AsOf, Known, Page, ProvenanceEntry
from indexer.store.rows import record_of
from indexer.store.versions import TABLES, S, state_of
from indexer.store.writing import in_parts
from indexer.values import ZERO_HASH, Hash32

RECORDS = schema.RecordTable.__table__
SUBJECTS = schema.RecordSubject.__table__
BLOCKS = schema.BlockTable.__table__
STOPS = schema.Stop.__table__


def entries_statement() -> Select[Any]:
    """Select records with the hash of their block."""
    return select(RECORDS, BLOCKS.c.hash.label("block_hash")).join_from(
        RECORDS, BLOCKS, RECORDS.c.block_number == BLOCKS.c.number
    )


def entry_of(row: Any, as_of: AsOf) -> ProvenanceEntry:
    """Read an entry from a row of `entries_statement`."""
    record = record_of(row)
    return ProvenanceEntry(
        record=record,
        act=read_act(record),
        digest=Hash32(row.digest),
        head=Hash32(row.head),
        block_hash=Hash32(row.block_hash),
        transaction_hash=Hash32(row.transaction_hash),
        log_index=row.log_index,
        settled=as_of.settles(record.block_number),
    )


def entries(connection: Connection, as_of: AsOf, statement: Select[Any]) -> list[ProvenanceEntry]:
    """Read all entries of a statement made from `entries_statement`."""
    return [entry_of(row, as_of) for row in connection.execute(statement)]


def history(
    connection: Connection, as_of: AsOf, subject: Hash32, after: int | None, limit: int, *, newest_first: bool
) -> Page[ProvenanceEntry]:
    """Give the records that name a subject; the cursor is a seq."""
    beginning = as_of.count if newest_first else -1
    wanted = {
        "wanted": subject,
        "after": beginning if after is None else after,
        "most": limit + 1,
    }
    rows = connection.execute(_HISTORY[newest_first], wanted)
    found = [entry_of(row, as_of) for row in rows]
    return Page(tuple(found[:limit]), found[limit - 1].record.seq if len(found) > limit else None)


def find_act(
    connection: Connection,
    as_of: AsOf,
    subject: Hash32,
    act_type: type[Act],
    after: int,
    words: dict[str, object],
) -> ProvenanceEntry | None:
    """Give the first record after a seq that names a subject, is this act, and has these words."""
    statement = (
        entries_statement()
        .join(SUBJECTS, SUBJECTS.c.seq == RECORDS.c.seq)
        .where(SUBJECTS.c.subject == subject, RECORDS.c.act == SELECTORS[act_type], SUBJECTS.c.seq > after)
        .order_by(SUBJECTS.c.seq)
    )
    for row in connection.execute(statement):
        entry = entry_of(row, as_of)
        if all(getattr(entry.act, name, None) == value for name, value in words.items()):
            return entry
    return None


def find_acts(
    connection: Connection, as_of: AsOf, wanted: set[tuple[Hash32, type[Act]]]
) -> dict[tuple[Hash32, type[Act]], ProvenanceEntry]:
    """Give for each pair of subject and act the first record."""
    firsts: dict[int, list[tuple[Hash32, type[Act]]]] = {}
    selectors = {SELECTORS[act_type] for _, act_type in wanted}
    for part in in_parts({subject for subject, _ in wanted}):
        statement = (
            select(SUBJECTS.c.subject, RECORDS.c.act, func.min(RECORDS.c.seq).label("seq"))
            .join_from(SUBJECTS, RECORDS, SUBJECTS.c.seq == RECORDS.c.seq)
            .where(SUBJECTS.c.subject.in_(part), RECORDS.c.act.in_(selectors))
            .group_by(SUBJECTS.c.subject, RECORDS.c.act)
        )
        for row in connection.execute(statement):
            pair = (Hash32(row.subject), ACTS[Hash32(row.act)])
            if pair in wanted:
                firsts.setdefault(row.seq, []).append(pair)
    found = by_seq(connection, as_of, firsts)
    return {pair: found[seq] for seq, pairs in firsts.items() for pair in pairs}


def find_intents(
    connection: Connection, as_of: AsOf, digests: Iterable[Hash32]
) -> dict[Hash32, ProvenanceEntry]:
    """Give the records that used up these digests."""
    intents = schema.Intent.__table__
    seqs: dict[Hash32, int] = {}
    for part in in_parts(set(digests)):
        for row in connection.execute(select(intents).where(intents.c.digest.in_(part))):
            seqs[Hash32(row.digest)] = row.seq
    found = by_seq(connection, as_of, set(seqs.values()))
    return {digest: found[seq] for digest, seq in seqs.items()}


def by_seq(connection: Connection, as_of: AsOf, seqs: Iterable[int]) -> dict[int, ProvenanceEntry]:
    """Give the records at these places in the ledger."""
    found: dict[int, ProvenanceEntry] = {}
    for part in in_parts(seqs):
        for entry in entries(connection, as_of, entries_statement().where(RECORDS.c.seq.in_(part))):
            found[entry.record.seq] = entry
    return found


def subject_head(connection: Connection, subject: Hash32, before: int | None = None) -> tuple[Hash32, int]:
    """Give what the records of a subject lead to, and how many they are; `before`: of those before that seq."""
    wanted = {"wanted": subject, "before": MOST_NUMBER if before is None else before}
    row = connection.execute(_SUBJECT_HEAD, wanted).first()
    return (ZERO_HASH, 0) if row is None else (Hash32(row.head), row.ordinal)


def known_statement(kind: type[Any]) -> Select[Any]:
    """Select versions of states, with their block and whether a record of their subject could not be followed."""
    table = TABLES[kind]
    stopped = exists().where(STOPS.c.subject == table.c.subject).label("stopped")
    return select(table, RECORDS.c.block_number, stopped).join_from(
        table, RECORDS, table.c.seq == RECORDS.c.seq
    )


def standing_statement(kind: type[Any]) -> Select[Any]:
    """Select the states that stand now."""
    return known_statement(kind).where(TABLES[kind].c.superseded_by.is_(None))


def known_of(kind: type[S], row: Row[Any], as_of: AsOf) -> Known[S]:
    """Read a state from a row of `known_statement`."""
    return Known(
        state=state_of(kind, row),
        subject=Hash32(row.subject),
        seq=row.seq,
        begun_seq=row.begun_seq,
        determinate=not row.stopped,
        settled=as_of.settles(row.block_number),
    )


def known_list(connection: Connection, as_of: AsOf, kind: type[S], statement: Select[Any]) -> list[Known[S]]:
    """Read all states of a statement made from `known_statement`."""
    return [known_of(kind, row, as_of) for row in connection.execute(statement)]


def state_now(connection: Connection, as_of: AsOf, kind: type[S], subject: Hash32) -> Known[S] | None:
    """Give the state of a subject that is known to be of this kind."""
    row = connection.execute(_NOW[kind], {"wanted": subject}).first()
    return None if row is None else known_of(kind, row, as_of)


def states_now(connection: Connection, as_of: AsOf, subjects: Iterable[Hash32]) -> dict[Hash32, Known[State]]:
    """Give the states of subjects of whatever kind."""
    found: dict[Hash32, Known[State]] = {}
    wanted = set(subjects)
    for kind, table in TABLES.items():
        for part in in_parts(wanted - found.keys()):
            statement = standing_statement(kind).where(table.c.subject.in_(part))
            found |= {known.subject: known for known in known_list(connection, as_of, kind, statement)}
    return found


def state_before(
    connection: Connection, as_of: AsOf, kind: type[S], subject: Hash32, seq: int
) -> Known[S] | None:
    """Give the state of a subject before a record: after all records with smaller seqs."""
    row = connection.execute(_BEFORE[kind], {"wanted": subject, "limit": seq}).first()
    return None if row is None else known_of(kind, row, as_of)


def _before_statement(kind: type[Any]) -> Select[Any]:
    table = TABLES[kind]
    limit: BindParameter[int] = bindparam("limit")
    stopped = exists().where(and_(STOPS.c.subject == table.c.subject, STOPS.c.seq < limit)).label("stopped")
    return (
        select(table, RECORDS.c.block_number, stopped)
        .join_from(table, RECORDS, table.c.seq == RECORDS.c.seq)
        .where(table.c.subject == bindparam("wanted"), table.c.seq < limit)
        .order_by(table.c.seq.desc())
        .limit(1)
    )


def _history_statement(*, newest_first: bool) -> Select[Any]:
    place = SUBJECTS.c.seq
    after: BindParameter[int] = bindparam("after")
    return (
        entries_statement()
        .join(SUBJECTS, place == RECORDS.c.seq)
        .where(SUBJECTS.c.subject == bindparam("wanted"), place < after if newest_first else place > after)
        .order_by(place.desc() if newest_first else place)
        .limit(bindparam("most"))
    )


# What is asked of one subject is made once, as making a statement takes as long as asking it.
_NOW: dict[type[Any], Select[Any]] = {
    kind: standing_statement(kind).where(table.c.subject == bindparam("wanted"))
    for kind, table in TABLES.items()
}
_BEFORE: dict[type[Any], Select[Any]] = {kind: _before_statement(kind) for kind in TABLES}
_SUBJECT_HEAD = (
    select(SUBJECTS.c.head, SUBJECTS.c.ordinal)
    .where(SUBJECTS.c.subject == bindparam("wanted"), SUBJECTS.c.seq < bindparam("before"))
    .order_by(SUBJECTS.c.seq.desc())
    .limit(1)
)
_HISTORY = {newest_first: _history_statement(newest_first=newest_first) for newest_first in (True, False)}
