"""Which database an address means. Opens nothing yet."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url

from indexer.store.database import Database
from indexer.store.postgresql import SCHEMA, PostgresDatabase
from indexer.store.sqlite import SqliteDatabase

__all__ = ["SCHEMA", "open_database"]


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
