"""The projection in a SQLite file. Owns that file, and its neighbours of other generations.

The path is a symbolic link to a file of one generation, beside it. A new generation is built in a file of its own and
the link is renamed over the old one, which is atomic; whoever reads the old file goes on reading it until its
transaction ends, and is led to the new one when it next begins. (Renaming over an open database would leave
its write-ahead log behind, under the new file's name.)
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, exc
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool
from sqlalchemy.schema import CreateTable
from typing_extensions import override

from indexer.errors import IndexerError
from indexer.store import pieces
from indexer.store.database import (
    LOOKUPS,
    OTHERS,
    BuiltElsewhere,
    Database,
    IntegrityBroken,
    create_indexes,
)
from indexer.store.schema import Base

_BUSY_SECONDS = 30.0
_TEXT_INDEX = "fts5"
_WRITERS_PAGES, READERS_PAGES = 64 << 10, 16 << 10
"""KiB of pages that a connection keeps; a process that serves has many that read."""
_ANALYSED = 1_000
"""Entries of each index that are looked at for the planner's statistics; more make no better plans."""

sqlite3.register_adapter(bytes, bytes.__bytes__)
# Gives the same bytes back: without an adapter the driver looks for one at each value, a third of the time of writing.


class NoTextIndex(IndexerError):
    """This SQLite lacks what search needs."""


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
        try:
            first.finish()
            self.path.symlink_to(first.path.name)
        except (OSError, sqlite3.Error, exc.OperationalError):
            if not self.exists():
                raise
            first.discard()  # somebody else was faster, and whoever builds anew took ours for a stray

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
            pieces.make(connection)
        return database

    @override
    def finish(self) -> None:
        with self.writing() as connection:
            create_indexes(connection, () if self._lookups_ready else LOOKUPS)
            create_indexes(connection, OTHERS)
            stray = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if stray is not None:
            raise IntegrityBroken(f"a row of {stray[0]} names one of {stray[2]} that is not there")
        self.close()
        plain = sqlite3.connect(self.path)
        plain.execute(f"PRAGMA analysis_limit = {_ANALYSED}")
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
        connection = sqlite3.connect(
            f"{self.path.resolve().as_uri()}?mode=rw",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        demand_text_index(connection)
        return connection

    def _pragmas(self, *, query_only: bool) -> list[str]:
        if self._building:
            return [
                "foreign_keys = OFF",
                "journal_mode = MEMORY",
                "synchronous = OFF",
                "cache_size = -200000",
                "threads = 2",
            ]
        return [
            "foreign_keys = ON",
            "synchronous = FULL",
            f"cache_size = -{READERS_PAGES if query_only else _WRITERS_PAGES}",
            f"query_only = {'ON' if query_only else 'OFF'}",
        ]

    def _still_current(self, _: object, entry: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
        if entry.info["file"] != str(self.path.resolve()):
            raise exc.DisconnectionError("the projection was replaced by a new generation")


def demand_text_index(connection: sqlite3.Connection) -> None:
    """Refuse a SQLite that was built without the extension in which texts are indexed.

    Raises:
        NoTextIndex: it was.
    """
    if (
        connection.execute("SELECT 1 FROM pragma_module_list WHERE name = ?", (_TEXT_INDEX,)).fetchone()
        is None
    ):
        raise NoTextIndex(
            f"SQLite {sqlite3.sqlite_version} of this Python has no {_TEXT_INDEX}, which search needs: "
            "take another build, or keep the index in PostgreSQL"
        )


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
