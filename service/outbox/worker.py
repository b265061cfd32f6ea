"""Moves requests forward, one state at a time; any moment is a safe one to be killed. Owns the loop."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field

from sqlalchemy.exc import OperationalError

from indexer.errors import IndexerError
from service.collector import calm_collector
from service.errors import Unavailable
from service.files.store import ContentStore
from service.keys.operators import Operator
from service.outbox import checkpoints, lease
from service.outbox.filing import Filing
from service.outbox.nonces import SendingKey
from service.outbox.office import Office, open_office
from service.outbox.pulse import Bell, Due, Pulse
from service.outbox.requests import Checkpoint
from service.outbox.sending import SendingStep
from service.outbox.settling import SettlingStep
from service.outbox.signing import SigningStep
from service.outbox.states import At, Point, nowhere
from service.outbox.storing import FilesStep
from service.outbox.sweeping import Sweep
from service.rights import proposals
from service.settings import Settings

_LOG = logging.getLogger(__name__)
_UNDER_WAY = 0.01
"""Seconds to rest, at most, while a wave is under way."""
_ON_THE_WAY = 0.04
"""Seconds to rest, at most, while something is signed and not final: nobody rings for a block."""
_QUIET = 1.0
"""Seconds without anything to do after which a worker tidies up."""
_LOOK_ROUND = 300.0
"""Seconds between two looks at whether a checkpoint is due."""
_SWEEP_INBOX = 600.0
"""Seconds between two looks, while nothing moves, for files that no request waits with."""
_SWEEP = 5.0
"""Seconds between two looks for proposals that all agreed to and that nobody handed in."""


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
        look_round: seconds between two looks at whether a checkpoint of the ledger is due, and before the first.
    """

    def __init__(
        self, office: Office, files: ContentStore, at: At = nowhere, look_round: float = _LOOK_ROUND
    ) -> None:
        self._office, self._at, self._look_round = office, at, look_round
        self.name = lease.worker_name()
        self.health = Health()
        settings = office.settings
        self._files = FilesStep(office.database, files, settings.home, self.name, settings.lease, at)
        self._inbox = Sweep(office.database, settings.home, settings.inbox)
        self._signing = SigningStep(office, self.name, at)
        self._sending = SendingStep(office, at)
        self._settling = SettlingStep(office, self.name, at)
        self._keys = [office.key(operator) for operator in Operator]
        self._pulse, self._bell = Pulse(office.database, self._keys), Bell(office.database)
        self._next_lease = 0.0
        self._next_look, self._next_sweep = time.monotonic() + look_round, 0.0
        self._next_inbox = 0.0
        self._on_the_way = self._under_way = False
        self._filing: Filing | None = None
        self._moved_at: float | None = None

    def step(self) -> int:
        """Move what can be moved one state forward; how much moved.

        Raises:
            Unavailable, IndexerError: something we depend on does not answer; nothing is lost, step again.
        """
        self._lease()
        self._hand_in()
        due = self._pulse.look()
        moved, away = self._store() if due.accepted and self._filing is None else (0, None)
        if moved:
            due = self._pulse.look()
        self._under_way = False
        for key in self._keys:
            if key.operator in self.health.keys:
                moved += self._step_key(key, due)
        self._on_the_way = bool(due.open)
        self._tidy(moved)
        self._ask_for_checkpoint()
        if away is not None:
            raise away
        self.health.stepped_at, self.health.trouble = time.time(), ""
        return moved

    def _store(self) -> tuple[int, Unavailable | None]:
        """Store files; where the store does not answer, the rest of the step goes on without it."""
        try:
            return self._files.step(), None
        except Unavailable as fault:
            return 0, fault

    def run(self, stop: threading.Event) -> None:
        """Step until told to stop; rest where nothing moved, and longer where something does not answer."""
        calm_collector()
        self._filing = Filing(self._files, self._office.database, self._office.settings.pause)
        self._filing.start()
        try:
            while not stop.is_set():
                self._filing.check()
                rest = self.step_or_wait()
                if self.health.trouble:
                    stop.wait(rest)
                else:
                    self._bell.listen(stop, rest)
        finally:
            self._filing.end()
            self._filing = None

    def step_or_wait(self) -> float:
        """Step, and say for how many seconds to rest."""
        pause = self._office.settings.pause
        try:
            if self.step():
                return 0.0
        except (Unavailable, IndexerError) as fault:
            self._note(str(fault))
        except OperationalError as fault:  # Of the projection's database.
            self._note(f"the projection's database does not answer: {type(fault.orig).__name__}")
        else:
            return min(pause, _UNDER_WAY if self._under_way else _ON_THE_WAY if self._on_the_way else pause)
        self._office.look_again()
        return pause * 5

    def close(self) -> None:
        """Give the leases back and close the installation."""
        try:
            self._bell.close()
            with self._office.database.write() as connection:
                lease.give_back(connection, self.name)
        finally:
            self._office.close()

    def _step_key(self, key: SendingKey, due: Due) -> int:
        moved = self._settling.step(key) if key.operator in due.open else 0
        if key.operator not in due.stored | due.open and not self._sending.looks_back(key):
            return moved
        busy = self._sending.under_way(key)
        sent = self._sending.step(key, again_only=busy)
        signed = self._signing.step(key, full_only=busy or sent > 0) if key.operator in due.stored else 0
        if signed and not busy and not sent:
            sent = self._sending.step(key)
        self._under_way = self._under_way or busy or sent > 0
        return moved + sent + signed

    def _tidy(self, moved: int) -> None:
        """Once nothing has moved for a while after something did, let the database put things in their places.

        While nothing moves, now and then sweep the inbox.
        """
        if moved:
            self._moved_at = time.monotonic()
        elif self._moved_at is not None and time.monotonic() > self._moved_at + _QUIET:
            self._office.database.tidy()
            self._moved_at = None
        elif self._moved_at is None and time.monotonic() > self._next_inbox:
            self._inbox.step()
            self._next_inbox = time.monotonic() + _SWEEP_INBOX

    def _hand_in(self) -> None:
        """Now and then, hand in what all agreed to and whoever agreed last could not: it was cut off."""
        if time.monotonic() < self._next_sweep:
            return
        self._next_sweep = time.monotonic() + _SWEEP
        if many := proposals.hand_in_all(self._office.database):
            _LOG.info("%d proposals handed in whose handing in was cut off", many)

    def _ask_for_checkpoint(self) -> None:
        """Now and then, see whether the ledger's checkpoint is due; the worker with the key for it asks."""
        if time.monotonic() < self._next_look or Checkpoint.SENDER not in self.health.keys:
            return
        self._next_look = time.monotonic() + self._look_round
        asked = checkpoints.ask_if_due(self._office, int(time.time()))
        if asked is not None:
            _LOG.info("checkpoint asked for: %s", asked.id)

    def _lease(self) -> None:
        """Take the keys that are free, and renew those we have in good time."""
        if time.monotonic() < self._next_lease:
            return
        seconds = self._office.settings.lease
        with self._office.database.write() as connection:
            taken = [key for key in self._keys if lease.take(connection, key.lease, self.name, seconds)]
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
