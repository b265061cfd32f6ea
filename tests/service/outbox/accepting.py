"""Somebody who is killed while asking: `python -m tests.service.outbox.accepting HOME KEY commit|after`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event

from service.outbox.accept import accept
from service.outbox.database import open_database
from service.settings import read_settings
from tests.service.outbox.samples import deposit


def main(home: str, key: str, when: str) -> None:
    """Ask, and die just before the commit, or just after it without having been answered."""
    database = open_database(read_settings({}, Path(home)).outbox_url)
    if when == "commit":
        event.listen(database.engine, "commit", lambda _: os.kill(os.getpid(), signal.SIGKILL))
    accept(database, deposit(900 + (when == "after")), idempotency_key=key, principal="test")
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
