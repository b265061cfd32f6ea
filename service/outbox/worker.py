"""Moves requests forward, one state at a time; any moment is a safe one to be killed. Owns the loop."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field

from indexer.errors import IndexerError
from service.errors import Unavailable
from service.files.store import ContentStore
from service.keys.operators import Operator
from service.outbox import lease
from service.outbox.nonces import SendingKey
from service.outbox.office import Office, open_office
from service.outbox.sending import SendingStep
from service.outbox.settling import SettlingStep
from service.outbox.signing import SigningStep
from service.outbox.states import At, Point, nowhere
from service.outbox.storing import FilesStep
from service.settings import Settings

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Health:
    """How a worker is: the last time it got through a step (Unix time), and what stopped it since."""

    stepped_at: float = 0.0
    trouble: str = ""
    """In English, for an operator; empty where there is none."""
    keys: list[Operator] = field(default_factory=list)
    """The keys it has the leases of."""


class Worker:
    """One worker. Several may run: each key is one worker's at a time.

    Args:
        office: the installation. files: where files go.
        at: called at each of the points of docs/states.md.
    """

    def __init__(self, office: Office, files: ContentStore, at: At = nowhere) -> None:
        self._office, self._at = office, at
        self.name = lease.worker_name()
        self.health = Health()
        settings = office.settings
        self._files = FilesStep(office.database, files, settings.home, self.name, settings.lease, at)
        self._signing = SigningStep(office, self.name, at)
        self._sending = SendingStep(office, at)
        self._settling = SettlingStep(office, self.name, at)
        self._next_lease = 0.0

    def step(self) -> int:
        """Move what can be moved one state forward; how much moved.

        Raises:
            Unavailable, IndexerError: something we depend on does not answer; nothing is lost, step again.
        """
        self._lease()
        moved = self._files.step()
        for operator in self.health.keys:
            key = self._office.key(operator)
            moved += self._settling.step(key) + self._signing.step(key) + self._sending.step(key)
        self.health.stepped_at, self.health.trouble = time.time(), ""
        return moved

    def run(self, stop: threading.Event) -> None:
        """Step until told to stop; rest where nothing moved, and longer where something does not answer."""
        while not stop.is_set():
            stop.wait(self.step_or_wait())

    def step_or_wait(self) -> float:
        """Step, and say for how many seconds to rest."""
        pause = self._office.settings.pause
        try:
            return 0.0 if self.step() else pause
        except (Unavailable, IndexerError) as fault:
            self._note(str(fault))
            return pause * 5

    def close(self) -> None:
        """Give the leases back and close the installation."""
        try:
            with self._office.database.write() as connection:
                lease.give_back(connection, self.name)
        finally:
            self._office.close()

    def _lease(self) -> None:
        """Take the keys that are free, and renew those we have in good time."""
        if time.monotonic() < self._next_lease:
            return
        seconds = self._office.settings.lease
        keys: list[SendingKey] = [self._office.key(operator) for operator in Operator]
        with self._office.database.write() as connection:
            taken = [key for key in keys if lease.take(connection, key.lease, self.name, seconds)]
        self._next_lease = time.monotonic() + seconds / 3
        self.health.keys = [key.operator for key in taken]
        self._at(Point.TAKEN)

    def _note(self, trouble: str) -> None:
        if trouble != self.health.trouble:
            _LOG.warning("waiting: %s", trouble)
        self.health.trouble = trouble


def open_worker(settings: Settings, files: ContentStore, at: At = nowhere) -> Worker:
    """Open an installation for a worker.

    Raises:
        DeploymentUnreadable: nothing is deployed here yet.
        Unavailable: the database or a key cannot be read.
    """
    return Worker(open_office(settings), files, at)
