"""Putting rows into the projection: a fast path for each database beside a plain one, and what a replay must recall.

Reads and writes the projection's database through a connection in a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import Connection, Dialect, and_, func, insert, select
from sqlalchemy.exc import OperationalError

from indexer.events import ACTS
from indexer.record import unpacked
from indexer.span import Recorded
from indexer.state import State
from indexer.store import copying, schema
from indexer.store.folding import Ended, Memory, changing, state_types
from indexer.store.rows import Rows, python_values
from indexer.store.versions import TABLES, Held, state_of, version_of
from indexer.values import Hash32

T = TypeVar("T")
Writer: TypeAlias = Callable[[Connection, Rows], None]

MOST_REMEMBERED = 400_000
"""Subjects that are kept in memory between two stretches of the ledger."""

_PACKED_TOGETHER = 1_000
"""Rows that are packed into one string of bytes."""

_QUESTION = 500
"""Values in one IN list."""


def write_fast(connection: Connection, rows: Rows) -> None:
    """Insert rows the fastest way the database has: prepared tuples on SQLite, binary COPY on PostgreSQL."""
    if not rows.values:
        return
    if connection.dialect.name != "sqlite":
        _copy(connection, rows)
        return
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(column.name) for column in rows.columns)
    marks = ", ".join("?" * len(rows.columns))
    statement = f"INSERT INTO {quote(rows.table.name)} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names
    connection.exec_driver_sql(statement, list(map(tuple, rows.values)))


def write_plainly(connection: Connection, rows: Rows) -> None:
    """Insert the same rows one by one through SQLAlchemy's own types. The reference."""
    for values in python_values(rows):
        connection.execute(insert(rows.table), values)


def end_versions(connection: Connection, ended: Iterable[Ended]) -> None:
    """Note of versions that are in the database which record ended them."""
    by_kind: dict[type[State], list[tuple[int, int, Hash32]]] = {}
    for one in ended:
        by_kind.setdefault(one.kind, []).append((one.superseded_by, one.seq, one.subject))
    quote = connection.dialect.identifier_preparer.quote
    for kind, values in by_kind.items():
        table = quote(TABLES[kind].name)
        if connection.dialect.name == "sqlite":
            statement = f"UPDATE {table} SET superseded_by = ? WHERE seq = ? AND subject = ?"  # noqa: S608
            connection.exec_driver_sql(statement, values)
            continue
        statement = (
            f"UPDATE {table} AS one SET superseded_by = ended.by "  # noqa: S608 - our own names
            "FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS ended (by, seq, subject) "
            "WHERE one.seq = ended.seq AND one.subject = ended.subject"
        )
        connection.exec_driver_sql(statement, tuple(map(list, zip(*values, strict=True))))


def forget_too_much(memory: Memory) -> None:
    """Forget all of a memory that has grown too large; `recall` asks the database for what it needs again."""
    if len(memory.heads) > MOST_REMEMBERED:
        memory.held.clear()
        memory.heads.clear()
        memory.complete = False


def recall(connection: Connection, recorded: Sequence[Recorded], memory: Memory) -> None:
    """Put into `memory` whatever the replay of these records will ask of it."""
    if memory.complete:
        return
    named: set[Hash32] = set()
    wanted: dict[type[State], set[Hash32]] = {}
    for one in recorded:
        subjects, act_type = unpacked(one.subjects), ACTS.get(one.act)
        named.update(subjects)
        if act_type is not None:
            unknown = {subject for subject in changing(act_type, subjects) if subject not in memory.held}
            for kind in state_types(act_type):
                wanted.setdefault(kind, set()).update(unknown)
    memory.stopped |= _stopped(connection, named)
    memory.heads |= _heads(connection, named - memory.heads.keys())
    for kind, subjects_of in wanted.items():
        memory.held |= _states(connection, kind, subjects_of)


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
            subject = Hash32(row.subject)
            found[subject] = Held(kind, version_of(subject, state_of(kind, row), row.seq, row.begun_seq))
    return found


def _copy(connection: Connection, rows: Rows) -> None:
    """Write rows by PostgreSQL's binary COPY."""
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(column.name) for column in rows.columns)
    statement = f"COPY {quote(rows.table.name)} ({columns}) FROM STDIN (FORMAT BINARY)"
    with copying_in(connection, statement) as copy:
        _fill(copy, rows, connection.dialect)


@contextmanager
def copying_in(connection: Connection, statement: str) -> Iterator[Any]:
    """Give what takes the rows of PostgreSQL's COPY, whose faults are raised as those of any other statement."""
    driver = cast("Any", connection.connection.driver_connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy
    except connection.dialect.loaded_dbapi.OperationalError as fault:
        raise OperationalError(statement, None, fault) from fault


def _fill(copy: Any, rows: Rows, dialect: Dialect) -> None:
    pack = _packer(rows.columns)
    if pack is not None:
        copy.write(copying.BEGIN)
        for part in in_parts(rows.values, _PACKED_TOGETHER):
            copy.write(pack(part))
        copy.write(copying.END)
        return
    copy.set_types([_postgres_type(column.type.compile(dialect)) for column in rows.columns])
    for values in rows.values:
        copy.write_row(values)


_packer = cache(copying.packer)


def _postgres_type(declared: str) -> str:
    return {"BYTEA": "bytea", "BIGINT": "int8", "SMALLINT": "int2", "BOOLEAN": "bool", "TEXT": "text"}[
        declared
    ]
