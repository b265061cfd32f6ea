"""Removes files from the inbox that no request waits with: left by whoever was refused, cancelled or killed."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from sqlalchemy import select

from service.outbox.database import Database
from service.outbox.doubts import Doubts
from service.outbox.tables import AttachmentRow

_LOG = logging.getLogger(__name__)
OLD = 24 * 3600.0
SEEN = 3600.0
"""Seconds: how old a stray file is before it goes, and for how long it was seen to be one."""


class Sweep:
    """Sweeps the inbox now and then.

    A file is laid down before its request is accepted, and a sheet lays down many before one transaction names them. So
    it goes only if it is old and was seen here without a request for a while: its age alone would believe a clock that
    jumped.

    Args:
        home: the folder that paths in rows begin from; inbox: the folder below it.
    """

    def __init__(self, database: Database, home: Path, inbox: Path) -> None:
        self._database, self._home, self._inbox = database, home, inbox
        self._unnamed = Doubts(SEEN)

    def step(self) -> int:
        """Remove what may go; how many files.

        Raises:
            Unavailable: the database does not answer.
        """
        try:
            return self._step()
        except OSError as fault:
            _LOG.warning("the inbox cannot be swept: %s", fault)
            return 0

    def _step(self) -> int:
        found = self._old_ones()
        named = self._named() if found else set()
        removed = 0
        for path, touched in found.items():
            if str(path.relative_to(self._home)) in named:
                self._unnamed.drop((path, touched))
            elif self._unnamed.last((path, touched)):
                path.unlink(missing_ok=True)
                removed += 1
        if removed:
            _LOG.info("%d files swept from the inbox that no request waits with", removed)
        return removed

    def _old_ones(self) -> dict[Path, int]:
        """Give the files that are old, with the time of each: laid down again, it counts as another."""
        if not self._inbox.is_dir():
            return {}
        touched = {path: path.stat().st_mtime_ns for path in self._inbox.iterdir() if path.is_file()}
        return {path: at for path, at in touched.items() if time.time() - at / 1e9 > OLD}

    def _named(self) -> set[str]:
        with self._database.read() as connection:
            waiting = select(AttachmentRow.path).where(AttachmentRow.path.is_not(None))
            return {str(path) for path in connection.execute(waiting).scalars()}
