"""A worker that is killed: `python -m tests.service.outbox.victim HOME POINT NTH [send-first]`.

At the NTH time it comes to POINT it says so in a file and kills itself as `kill -9` would. With `send-first` it is the
control: it hands the bytes to the node before the transaction that stores them is committed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

from sqlalchemy import Connection

from service.files.directory import DirectoryStore
from service.outbox.nonces import SendingKey, open_transactions
from service.outbox.signing import SigningStep, _Ready
from service.outbox.states import Point
from service.outbox.worker import Worker, open_worker
from service.settings import read_settings


class SendFirst(SigningStep):
    """The wrong order: the node has the bytes before the database has."""

    def _sign(
        self, connection: Connection, key: SendingKey, nonce: int, items: list[_Ready], gas: int
    ) -> None:
        super()._sign(connection, key, nonce, items, gas)
        self._office.nodes.send(open_transactions(connection, key, 1_000)[-1].raw)


def main(arguments: list[str]) -> None:
    """Work until killed."""
    home, point, nth, *control = arguments
    seen = 0

    def at(here: Point) -> None:
        nonlocal seen
        seen += here == point
        if here == point and seen == int(nth):
            (Path(home) / f"hit-{point}").touch()
            os.kill(os.getpid(), signal.SIGKILL)

    settings = read_settings({}, Path(home))
    worker: Worker = open_worker(settings, DirectoryStore(settings.store), at)
    if control:
        worker._signing = SendFirst(worker._office, worker.name, at)
    worker.run(threading.Event())


if __name__ == "__main__":
    main(sys.argv[1:])
