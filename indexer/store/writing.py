"""Putting rows into the projection: a fast path for each database beside a plain one, and what a replay must recall.

Reads and writes the projection's database through a connection in a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import Connection, and_, func, insert, select, update

from indexer.events import UnknownAct
from indexer.state import State
from indexer.store import schema
from indexer.store.folding import Ended, Held, Memory, Read, changing, state_type
from indexer.store.rows import TABLES, Rows, python_values, state_of
from indexer.values import Hash32

T = TypeVar("T")
Writer: TypeAlias = Callable[[Connection, Rows], None]

MOST_REMEMBERED = 400_000
"""Subjects that are kept in memory between two stretches of the ledger."""

_QUESTION = 500
"""Values in one IN list."""


def write_fast(connection: Connection, rows: Rows) -> None:
    """Insert rows the fastest way the database has: prepared tuples on SQLite, binary COPY on PostgreSQL."""
    if not rows.values:
        return
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(column.name) for column in rows.columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(rows.columns))
        statement = f"INSERT INTO {quote(rows.table.name)} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names
        connection.exec_driver_sql(statement, rows.values)
        return
    _copy(connection, f"COPY {quote(rows.table.name)} ({columns}) FROM STDIN (FORMAT BINARY)", rows)


def write_plainly(connection: Connection, rows: Rows) -> None:
    """Insert the same rows one by one through SQLAlchemy's own types. The reference."""
    for values in python_values(rows):
        connection.execute(insert(rows.table), values)


def end_versions(connection: Connection, ended: Iterable[Ended]) -> None:
    """Note of versions that are in the database which record ended them."""
    by_kind: dict[type[State], list[dict[str, Any]]] = {}
    for one in ended:
        by_kind.setdefault(one.kind, []).append(
            {"of_seq": one.seq, "of_subject": one.subject, "by": one.superseded_by}
        )
    from sqlalchemy import bindparam

    for kind, values in by_kind.items():
        table = TABLES[kind]
        where = and_(table.c.seq == bindparam("of_seq"), table.c.subject == bindparam("of_subject"))
        connection.execute(update(table).where(where).values(superseded_by=bindparam("by")), values)


def forget_too_much(memory: Memory) -> None:
    """Forget all of a memory that has grown too large; `recall` asks the database for what it needs again."""
    if len(memory.heads) > MOST_REMEMBERED:
        memory.held.clear()
        memory.heads.clear()
        memory.complete = False


def recall(connection: Connection, reads: Sequence[Read], memory: Memory) -> None:
    """Put into `memory` whatever the replay of these records will ask of it."""
    if memory.complete:
        return
    named = {subject for read in reads for subject in read.recorded.record.subjects}
    memory.stopped |= _stopped(connection, named)
    memory.heads |= _heads(connection, named - memory.heads.keys())
    wanted: dict[type[State], set[Hash32]] = {}
    for read in reads:
        if not isinstance(read.act, UnknownAct):
            unknown = {subject for subject in changing(read) if subject not in memory.held}
            wanted.setdefault(state_type(read.act), set()).update(unknown)
    for kind, subjects in wanted.items():
        memory.held |= _states(connection, kind, subjects)


def in_parts(values: Iterable[T], size: int = _QUESTION) -> Iterator[list[T]]:
    """Cut values into lists that one question may carry."""
    remaining = iter(values)
    while part := list(islice(remaining, size)):
        yield part


def _stopped(connection: Connection, subjects: Iterable[Hash32]) -> set[Hash32]:
    found: set[Hash32] = set()
    for part in in_parts(subjects):
        found.update(connection.scalars(select(schema.Stop.subject).where(schema.Stop.subject.in_(part))))
    return found


def _heads(connection: Connection, subjects: Iterable[Hash32]) -> dict[Hash32, tuple[Hash32, int]]:
    found: dict[Hash32, tuple[Hash32, int]] = {}
    naming = schema.RecordSubject
    for part in in_parts(subjects):
        last = (
            select(naming.subject, func.max(naming.seq).label("seq"))
            .where(naming.subject.in_(part))
            .group_by(naming.subject)
            .subquery()
        )
        rows = select(naming.subject, naming.head, naming.ordinal).join(
            last, and_(naming.subject == last.c.subject, naming.seq == last.c.seq)
        )
        for row in connection.execute(rows):
            found[Hash32(row.subject)] = (Hash32(row.head), row.ordinal)
    return found


def _states(connection: Connection, kind: type[State], subjects: Iterable[Hash32]) -> dict[Hash32, Held]:
    found: dict[Hash32, Held] = {}
    table = TABLES[kind]
    for part in in_parts(subjects):
        rows = select(table).where(table.c.subject.in_(part), table.c.superseded_by.is_(None))
        for row in connection.execute(rows):
            found[Hash32(row.subject)] = Held(state_of(kind, row), row.seq, row.begun_seq)
    return found


def _copy(connection: Connection, statement: str, rows: Rows) -> None:
    """Stream rows by PostgreSQL's binary COPY, each value in the type of its column."""
    driver = cast("Any", connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([_postgres_type(column.type.compile(connection.dialect)) for column in rows.columns])
        write = copy.write_row
        for values in rows.values:
            write(values)


def _postgres_type(declared: str) -> str:
    return {"BYTEA": "bytea", "BIGINT": "int8", "SMALLINT": "int2", "BOOLEAN": "bool", "TEXT": "text"}[
        declared
    ]
