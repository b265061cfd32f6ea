"""One holder at a time, between processes: an advisory lock on a file. Owns lock files."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(path: Path, waiting: Callable[[float], None]) -> Iterator[None]:
    """Hold the lock file `path`; `waiting(seconds)` is called about once a second while another holds it.

    The kernel drops the lock when its holder ends, however it ends, so there is no stale lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        began = time.monotonic()
        told = began - 1.0
        while not _taken(handle):
            if time.monotonic() - told >= 1.0:
                told = time.monotonic()
                waiting(told - began)
            time.sleep(0.1)
        yield
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
