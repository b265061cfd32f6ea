"""Where the projection lies: a SQLite file or a PostgreSQL schema, replaced as a whole by a new one. Owns both.

SQLite: the path is a symbolic link to a file of one generation, beside it. A new generation is built in a file of its
own and the link is renamed over the old one, which is atomic; whoever reads the old file goes on reading it until its
transaction ends, and is led to the new one when it next begins. (Renaming over an open database would leave
its write-ahead log behind, under the new file's name.)
PostgreSQL: a new generation is built in a second schema; schemas are renamed and the old one dropped in one
transaction.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, Index, create_engine, event, exc, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable
from typing_extensions import override

from indexer.errors import IndexerError
from indexer.store.schema import Base

SCHEMA = "qianyin_index"
"""PostgreSQL schema, unless another one is named."""

_BUSY_SECONDS = 30.0


class BuiltElsewhere(IndexerError):
    """Another process is building a new generation of this projection."""


class IntegrityBroken(IndexerError):
    """Rows that hang on rows that are not there: a fault of ours; the generation is not to be used."""


class Database(ABC):
    """One generation of the projection's tables, and how to make and install the next."""

    reader: Engine
    writer: Engine
    _building = False
    _lookups_ready = False

    @abstractmethod
    def exists(self) -> bool:
        """Whether the tables are there."""

    @abstractmethod
    def create(self) -> None:
        """Make the tables; two that do it at once end with one set of them."""

    @abstractmethod
    def alone(self) -> AbstractContextManager[None]:
        """Let only one at a time build a new generation; what others that were killed left behind is removed.

        Raises:
            BuiltElsewhere: somebody is building one.
        """

    @abstractmethod
    def fresh(self) -> Database:
        """Make empty tables of a new generation beside this one; `finish` makes them complete."""

    @abstractmethod
    def finish(self) -> None:
        """Give a fresh generation its indexes and foreign keys, and make it durable."""

    def ready_lookups(self) -> None:
        """Make the indexes by which subjects are found, if this is a fresh generation that lacks them."""
        if self._building and not self._lookups_ready:
            with self.writing() as connection:
                _create_indexes(connection, _LOOKUPS)
            self._lookups_ready = True

    @abstractmethod
    def install(self, fresh: Database) -> None:
        """Put a finished generation in the place of this one, in one step; the old one is gone."""

    @abstractmethod
    def discard(self) -> None:
        """Remove a fresh generation that is not wanted."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection in a transaction that sees one state of the database and changes nothing."""
        with self.reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction that no other writer of this projection runs beside."""
        with self.writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.reader.dispose()
        self.writer.dispose()


def open_database(url: str, schema: str = SCHEMA) -> Database:
    """Say where the projection is: `sqlite:///PATH` or `postgresql+psycopg://…`. Nothing is made or opened yet.

    Raises:
        ValueError: another kind of database, or SQLite without a path.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ValueError("the projection needs a file: sqlite:///PATH")
        return SqliteDatabase(Path(parsed.database).absolute())
    if parsed.get_backend_name() == "postgresql":
        return PostgresDatabase(url, schema)
    raise ValueError(f"the projection is kept in SQLite or PostgreSQL, not in {parsed.get_backend_name()}")


class SqliteDatabase(Database):
    """A file. Write-ahead log, `synchronous=FULL`, foreign keys on, writers `BEGIN IMMEDIATE`.

    Args:
        path: the link, or a plain file.
        building: this is a fresh generation: `path` is its file, and nobody else knows of it, so until `finish`
            it is written without waiting for the disk.
    """

    def __init__(self, path: Path, *, building: bool = False) -> None:
        self.path = path
        self._building = building
        self.reader = self._engine("BEGIN", query_only=not building)
        self.writer = self._engine("BEGIN IMMEDIATE", query_only=False)

    @override
    def exists(self) -> bool:
        return self.path.exists()

    @override
    def create(self) -> None:
        if self.exists():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        first = self.fresh()
        first.finish()
        try:
            self.path.symlink_to(first.path.name)
        except FileExistsError:
            first.discard()

    @override
    @contextmanager
    def alone(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_name(f".{self.path.name}.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as taken:
                raise BuiltElsewhere(f"{self.path} is being built anew by another process") from taken
            if self.exists():  # a first one may be in the making only where there is none
                self._remove_strays()
            yield

    def _remove_strays(self) -> None:
        current = self.path.resolve()
        pattern = re.compile(re.escape(self.path.stem) + r"\.[0-9a-f]{12}" + re.escape(self._suffix))
        for path in self.path.parent.iterdir():
            if path != current and pattern.fullmatch(path.name):
                _remove(path)

    @property
    def _suffix(self) -> str:
        return self.path.suffix or ".db"

    @override
    def fresh(self) -> SqliteDatabase:
        name = f"{self.path.stem}.{secrets.token_hex(6)}{self._suffix}"
        database = SqliteDatabase(self.path.with_name(name), building=True)
        database.path.touch(mode=0o640, exist_ok=False)
        with database.writing() as connection:
            for table in Base.metadata.sorted_tables:
                connection.execute(CreateTable(table))
        return database

    @override
    def finish(self) -> None:
        with self.writing() as connection:
            _create_indexes(connection, () if self._lookups_ready else _LOOKUPS)
            _create_indexes(connection, _OTHERS)
            stray = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if stray is not None:
            raise IntegrityBroken(f"a row of {stray[0]} names one of {stray[2]} that is not there")
        self.close()
        plain = sqlite3.connect(self.path)
        plain.execute("ANALYZE")
        plain.execute("PRAGMA journal_mode = WAL")
        plain.close()
        _sync(self.path)
        self._building = False

    @override
    def install(self, fresh: Database) -> None:
        assert isinstance(fresh, SqliteDatabase)
        before = self.path.resolve()
        link = self.path.with_name(f"{self.path.name}.{secrets.token_hex(6)}.link")
        link.symlink_to(fresh.path.name)
        link.replace(self.path)
        _sync(self.path.parent)
        fresh.close()
        _remove(before, keep=self.path)

    @override
    def discard(self) -> None:
        self.close()
        _remove(self.path)

    def _engine(self, begin: str, *, query_only: bool) -> Engine:
        engine = create_engine(
            "sqlite+pysqlite://", creator=self._connect, pool_size=8, max_overflow=32, poolclass=QueuePool
        )
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        event.listen(engine, "checkout", self._still_current)

        @event.listens_for(engine, "connect")
        def prepare(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
            entry.info["file"] = connection.execute("PRAGMA database_list").fetchone()[2]
            for pragma in self._pragmas(query_only=query_only):
                connection.execute(f"PRAGMA {pragma}")

        return engine

    def _connect(self) -> sqlite3.Connection:
        try:
            return self._open()
        except sqlite3.OperationalError:  # replaced between finding the file and opening it
            return self._open()

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(
            f"{self.path.resolve().as_uri()}?mode=rw",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )

    def _pragmas(self, *, query_only: bool) -> list[str]:
        if self._building:
            return [
                "foreign_keys = OFF",
                "journal_mode = MEMORY",
                "synchronous = OFF",
                "cache_size = -200000",
            ]
        return [
            "foreign_keys = ON",
            "synchronous = FULL",
            "cache_size = -65536",
            f"query_only = {'ON' if query_only else 'OFF'}",
        ]

    def _still_current(self, _: object, entry: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
        if entry.info["file"] != str(self.path.resolve()):
            raise exc.DisconnectionError("the projection was replaced by a new generation")


class PostgresDatabase(Database):
    """A schema, found by `search_path`. Writers take an advisory lock; readers see one snapshot and delay replacing.

    A thread that reads must not write before it has ended reading: whoever replaces would wait for it, and it for him.
    """

    def __init__(self, url: str, schema: str) -> None:
        self.url, self.schema = url, schema
        options = {"options": f"-csearch_path={schema}"}
        self.writer = create_engine(url, connect_args=options, pool_pre_ping=True)
        self.reader = create_engine(
            url, connect_args=options, pool_pre_ping=True, pool_size=8, max_overflow=32
        )
        self.reader = self.reader.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @override
    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.reader.begin() as connection:
            lock = {"name": f"{self.schema} is read"}
            connection.execute(text("SELECT pg_advisory_xact_lock_shared(hashtext(:name))"), lock)
            yield connection

    @override
    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self.writer.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": self.schema})
            yield connection

    @override
    def exists(self) -> bool:
        with self.reader.begin() as connection:
            found = connection.execute(
                text("SELECT to_regclass(:name) IS NOT NULL"), {"name": f'"{self.schema}".installations'}
            )
            return bool(found.scalar())

    @override
    def create(self) -> None:
        with self.writing() as connection:
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{self.schema}"'))
            Base.metadata.create_all(connection)

    @override
    @contextmanager
    def alone(self) -> Iterator[None]:
        with self.writer.connect() as holder:
            lock = {"name": f"{self.schema} is being built anew"}
            if not holder.execute(text("SELECT pg_try_advisory_lock(hashtext(:name))"), lock).scalar():
                raise BuiltElsewhere(f"schema {self.schema} is being built anew by another process")
            holder.commit()
            try:
                self._remove_strays()
                yield
            finally:
                holder.rollback()
                holder.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), lock)
                holder.commit()

    def _remove_strays(self) -> None:
        pattern = "^" + re.escape(self.schema) + "_[0-9a-f]{12}(_old)?$"
        with self.writing() as connection:
            found = connection.execute(
                text("SELECT nspname FROM pg_namespace WHERE nspname ~ :pattern"), {"pattern": pattern}
            )
            for schema in found.scalars().all():
                connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))

    @override
    def fresh(self) -> PostgresDatabase:
        database = PostgresDatabase(self.url, f"{self.schema}_{secrets.token_hex(6)}")
        database._building = True
        with database.writing() as connection:
            connection.execute(text(f'CREATE SCHEMA "{database.schema}"'))
            for table in Base.metadata.sorted_tables:
                connection.execute(CreateTable(table, include_foreign_key_constraints=[]))
        return database

    @override
    def finish(self) -> None:
        with self.writing() as connection:
            _create_indexes(connection, () if self._lookups_ready else _LOOKUPS)
            _create_indexes(connection, _OTHERS)
            for table in Base.metadata.sorted_tables:
                for constraint in table.foreign_key_constraints:
                    connection.execute(AddConstraint(constraint, isolate_from_table=False))
        self._building = False
        with self.writer.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            for table in Base.metadata.sorted_tables:
                connection.execute(text(f'ANALYZE "{table.name}"'))

    @override
    def install(self, fresh: Database) -> None:
        assert isinstance(fresh, PostgresDatabase)
        fresh.close()
        with self.writing() as connection:
            lock = {"name": f"{self.schema} is read"}  # so that no reader sees tables of both generations
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), lock)
            old = f"{fresh.schema}_old"
            if connection.execute(text("SELECT to_regnamespace(:name)"), {"name": self.schema}).scalar():
                connection.execute(text(f'ALTER SCHEMA "{self.schema}" RENAME TO "{old}"'))
            connection.execute(text(f'ALTER SCHEMA "{fresh.schema}" RENAME TO "{self.schema}"'))
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{old}" CASCADE'))

    @override
    def discard(self) -> None:
        with self.writing() as connection:
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{self.schema}" CASCADE'))
        self.close()


def _create_indexes(connection: Connection, indexes: Iterable[Index]) -> None:
    for index in indexes:
        connection.execute(CreateIndex(index))


_INDEXES = [
    index
    for table in Base.metadata.sorted_tables
    for index in sorted(table.indexes, key=lambda index: str(index.name))
]
_LOOKUPS = [index for index in _INDEXES if index.columns.keys()[:1] == ["subject"]]
_OTHERS = [index for index in _INDEXES if index not in _LOOKUPS]


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(path: Path, keep: Path | None = None) -> None:
    """Remove a database with its journals; those who have it open keep what they see."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        file = path.with_name(path.name + suffix)
        if file != keep:
            file.unlink(missing_ok=True)
