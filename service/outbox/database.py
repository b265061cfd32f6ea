"""The database of what is not disposable: requests, transactions, keys of people, their data. Owns the connection.

SQLite: write-ahead log, synchronous FULL, foreign keys on, deleted content overwritten, writers `BEGIN IMMEDIATE`.
PostgreSQL: writers take one advisory lock, so that both have one writer at a time and rows are numbered in the order in
which they were committed. One writer is enough: a write is short, and what depends on what is found inside it.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from service.errors import Unavailable
from service.outbox.crowd import Crowd

SCHEMA = "outbox"
"""PostgreSQL's schema of these tables; the projection has another."""

CHANNEL = "qianyin_outbox"
"""Where PostgreSQL tells whoever listens that something was committed (`LISTEN`)."""

_BUSY_SECONDS = 30
_KNOCK = 0.001
"""Seconds between two tries of a writer of SQLite to be the one that writes."""
_WRITERS = 0x51_69_61_6E  # "Qian": the advisory lock that PostgreSQL's writers take.
_ALONE = text("SELECT pg_advisory_xact_lock(:lock), pg_notify(:channel, '')")
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA wal_autocheckpoint = 8000",  # 32 MB; a worker that rests writes it back before (`tidy`).
)


@dataclass(frozen=True, slots=True)
class Database:
    """An open database; share it between threads, not between processes. `crowd`: who asks to be accepted now."""

    engine: Engine
    crowd: Crowd[Any] = field(default_factory=Crowd, repr=False, compare=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent reading.

        Raises:
            Unavailable: the database does not answer.
        """
        with (
            _said(),
            self.engine.connect().execution_options(**self._reading()) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One writing transaction, the only one at a time; committed at the end, nothing of it kept after an error.

        Raises:
            Unavailable: the database does not answer, or another writer takes too long.
        """
        with (
            _said(),
            self.engine.connect().execution_options(qianyin_write=True) as connection,
            connection.begin(),
        ):
            if not self.is_sqlite:
                connection.execute(_ALONE, {"lock": _WRITERS, "channel": CHANNEL})
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def tidy(self) -> None:
        """Write back what SQLite's write-ahead log holds, as far as readers let it: off the hot path, by who rests."""
        if self.is_sqlite:
            with _said(), self.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def scrub(self) -> None:
        """Make SQLite forget what was deleted also in its write-ahead log. PostgreSQL leaves that to VACUUM."""
        if self.is_sqlite:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _reading(self) -> dict[str, Any]:
        return {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}


def open_database(url: str) -> Database:
    """Open the database and bring its tables up to date; a SQLite file is made if it is not there.

    Raises:
        Unavailable: it does not answer.
    """
    with _said():
        database = Database(_engine(url))
        migrate(database)
    return database


def migrate(database: Database) -> None:
    """Bring the tables up to date; several processes may do so at once."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        searched = {"options": f"-c search_path={SCHEMA} -c lock_timeout={_BUSY_SECONDS * 1000}"}
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True, connect_args=searched)
    _make_private(parsed.database)
    options = {"timeout": _BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(parsed, connect_args=options, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _make_private(path: str | None) -> None:
    """Make the file readable by its owner alone; what SQLite lays beside it takes the same rights."""
    if path and path != ":memory:":
        Path(path).touch(mode=0o600)


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # The driver would begin by itself, and later than we ask for.
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get("qianyin_write", False):
        connection.exec_driver_sql("BEGIN")
        return
    driver: Any = connection.connection.driver_connection
    deadline = time.monotonic() + _BUSY_SECONDS
    driver.execute("PRAGMA busy_timeout = 0")  # SQLite's own waiting sleeps longer than others write.
    try:
        while not _begun(driver) and time.monotonic() < deadline:
            time.sleep(_KNOCK)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000}")
    if not driver.in_transaction:
        raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))


def _begun(driver: sqlite3.Connection) -> bool:
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as fault:
        if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise OperationalError("BEGIN IMMEDIATE", None, fault) from fault
        return False
    return True


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except (OperationalError, NoConnection, OSError) as fault:
        raise Unavailable(
            "database-unavailable",
            "数据库暂时没有应答；请以同一幂等键重试。",
            "The database does not answer now; try again with the same idempotency key.",
        ) from fault
